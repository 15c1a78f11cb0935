"""How far a control is in place, and how much of it counts."""

import datetime as dt

import numpy as np
import pytest

from anshin.risk.profile.adoption import read_adoptions, usual_adoptions
from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import read_firm
from tests.risk.firms import STRONG, TODAY, WEAK, firm

DRAWS = Draws(seed=3, sets=40)


def adopted(**changes):
    answers = firm(**changes)
    return read_adoptions(answers, read_firm(answers, DRAWS), DRAWS, TODAY)


def fact(key, value):
    return [{"fact": key, "value": value, "at": "2026-11-22"}]


def test_the_states_of_the_answers():
    assert {one.state for one in adopted(**STRONG).values()} == {"in_place"}
    assert {one.state for one in adopted(**WEAK).values()} == {"missing"}
    assert {one.state for one in adopted().values()} == {"unknown"}
    assert adopted(mfa="some")["mfa"].state == "partly"


def test_measured_counts_more_than_answered_more_than_nothing():
    measured = adopted(protection="unknown", facts=fact("fleet.protected_share", 1.0))["protection"]
    answered, missing = adopted(protection="yes")["protection"], adopted(protection="no")["protection"]
    assert measured.credited.mean() > answered.credited.mean() > missing.credited.mean() == 0
    assert (measured.evidence, measured.dated) == ("measured", dt.date(2026, 11, 22))
    assert answered.raw.mean() == 1 > answered.credited.max()


def test_an_answer_is_never_worth_less_than_not_knowing():
    yes, unknown = adopted(**STRONG), adopted()
    for key, adoption in yes.items():
        assert np.all(adoption.credited >= unknown[key].credited), key


def test_not_knowing_is_the_usual_adoption():
    usual = usual_adoptions(DRAWS)
    for key, adoption in adopted().items():
        assert np.array_equal(adoption.credited, usual[key])


def test_a_measurement_wins_over_an_answer_in_both_directions():
    down = adopted(protection="yes", facts=fact("fleet.protected_share", 0.3))["protection"]
    assert down.raw.mean() == pytest.approx(0.3)
    assert down.evidence == "measured"


def test_an_expired_fact_leaves_the_answer():
    old = [{"fact": "fleet.protected_share", "value": 1.0, "at": "2026-06-01"}]
    assert adopted(protection="no", facts=old)["protection"].state == "missing"


def test_a_drill_proves_the_plan_and_a_restore_proves_the_copy_only():
    assert adopted(plan="no", facts=fact("desk.last_drill", "2026-10-01"))["plan"].state == "in_place"
    found = adopted(backup="unknown", facts=fact("backup.restore_tested", "2026-10-01"))
    assert found["offline_backup"].raw.mean() == pytest.approx(0.6)
    assert found["offline_backup"].evidence == "measured"
    assert found["cloud_backup"].state == "unknown"


@pytest.mark.parametrize(
    ("month", "level"),
    [("2026-11", 1), ("2025-11", 1), ("2025-10", 0.5), ("2024-11", 0.5), ("2024-10", 0), ("never", 0)],
)
def test_training_fades(month, level):
    assert adopted(training=month)["training"].raw.mean() == level


def test_what_cannot_happen_needs_no_control():
    found = adopted(web="none", cloud="none", mobile=0)
    assert {key for key, one in found.items() if one.state == "not_applicable"} == {
        "web_care",
        "cloud_backup",
        "encryption",
    }
