"""The JO model to the yen on both axes. Source of the table: JNSA JO model 2018, read in four pages that agree."""

from itertools import product

import pytest

from anshin.risk.errors import ParameterError
from anshin.risk.liability.jo import Identification, Level, levels_of, model, per_person, sensitivity
from anshin.risk.money import Yen
from anshin.risk.questionnaire.questions import questionnaire

# (x distress, y economic loss): yen for one person at identification 6 / 3 / 1
TABLE = {
    (1, 1): (6_000, 3_000, 1_000),
    (1, 2): (18_000, 9_000, 3_000),
    (1, 3): (78_000, 39_000, 13_000),
    (2, 1): (33_000, 16_500, 5_500),
    (2, 2): (45_000, 22_500, 7_500),
    (2, 3): (105_000, 52_500, 17_500),
    (3, 1): (303_000, 151_500, 50_500),
    (3, 2): (315_000, 157_500, 52_500),
    (3, 3): (375_000, 187_500, 62_500),
}
IDENTIFICATION: tuple[Identification, ...] = ("name_and_address", "name_or_address_with_phone", "otherwise")


@pytest.mark.parametrize(("level", "column"), list(product(TABLE, range(3))))
def test_yen_per_person_on_both_axes(level, column):
    x, y = level
    assert per_person([Level(x=x, y=y)], identification=IDENTIFICATION[column]) == Yen(TABLE[level][column])


def test_the_axes_are_not_swapped():
    assert per_person([Level(x=3, y=1)]) == 303_000
    assert per_person([Level(x=1, y=3)]) == 78_000


def test_the_worst_kind_counts_and_kinds_do_not_add_up():
    assert sensitivity([Level(x=1, y=3), Level(x=2, y=2)]) == 26
    assert per_person([Level(x=2, y=2), Level(x=1, y=1)]) == 45_000


@pytest.mark.parametrize(
    ("responsible", "bad", "factor"), [(False, False, 1), (True, False, 2), (False, True, 2), (True, True, 4)]
)
def test_responsibility_and_handling_double(responsible, bad, factor):
    amount = per_person([Level(x=1, y=1)], higher_responsibility=responsible, badly_handled=bad)
    assert amount == 6_000 * factor


def test_no_data_is_refused_and_none_has_no_level():
    assert levels_of(["none"]) == []
    with pytest.raises(ParameterError):
        per_person(levels_of(["none"]))


def test_every_kind_of_the_questionnaire_has_a_level():
    kinds = [option.id for option in questionnaire().by_id()["data_kinds"].options if not option.alone]
    assert sorted(kinds) == sorted(model().kinds)


def test_awards_stay_below_the_model():
    """Courts award far less than the JO model; the base of the diagnosis must be the courts."""
    for x, award in model().awards.items():
        assert award.mean() < per_person([Level(x=x, y=3 if x == 1 else 1)])
