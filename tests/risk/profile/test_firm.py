"""The business side of a firm by parameter set."""

import numpy as np
import pytest

from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import read_firm
from anshin.risk.questionnaire.questions import questionnaire
from tests.risk.firms import BUSINESS, firm

DRAWS = Draws(seed=3, sets=200)


def read(**changes):
    return read_firm(firm(**changes), DRAWS)


def test_known_answers_are_taken_as_they_are():
    found = read()
    assert set(found.quantities["employees"]) == {30}
    assert set(found.quantities["profit_year"]) == {140_000_000}
    assert found.quantities["profit_day"][0] == pytest.approx(140_000_000 / 245 * 0.6)
    assert found.unknown == {}


@pytest.mark.parametrize("key", ["employees", "sales", "gross_margin", "persons", "computers", "mobile"])
def test_an_unknown_number_is_spread_as_the_data_say(key):
    found = read(**{key: "unknown"})
    spread = questionnaire().by_id()[key].unknown
    assert spread.p10
    assert spread.p90
    per = BUSINESS["employees"] if spread.per else 1
    inside = (found.unknown[key] >= spread.p10 * per) & (found.unknown[key] <= spread.p90 * per)
    assert inside.mean() == pytest.approx(0.8, abs=0.02)


def test_unknown_choices_follow_their_weights():
    exposed = read(web="unknown").exposed
    assert exposed["web"].mean() == pytest.approx(0.85, abs=0.02)
    assert exposed["card_shop"].mean() == pytest.approx(0.05, abs=0.02)


def test_another_unknown_answer_moves_no_other_draw():
    assert np.array_equal(
        read(persons="unknown").unknown["persons"], read(persons="unknown", web="unknown").unknown["persons"]
    )


def test_nobody_whose_data_is_held_means_no_damages():
    found = read(persons=0, data_kinds=["none"])
    assert not found.exposed["persons"].any()
    assert set(found.award_level) == {0}
    assert set(found.jo_amount) == {0}


def test_damages_follow_the_worst_kind_and_the_sector():
    assert set(read(data_kinds=["contact"]).jo_amount) == {6_000}
    assert set(read(data_kinds=["contact", "medical"]).award_level) == {3}
    assert set(read(data_kinds=["contact"], sector="medical").jo_amount) == {12_000}


def test_strata_are_each_hit_once():
    drawn = np.sort(DRAWS.uniform("anything"))
    assert np.array_equal(np.floor(drawn * 200), np.arange(200))
