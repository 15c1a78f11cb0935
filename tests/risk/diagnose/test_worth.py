"""What the choice of controls relies on: another control never hurts, and gains less the more are there already."""

import numpy as np
import pytest

from anshin.risk.controls.model import controls
from anshin.risk.diagnose.parameters import draw_parameters
from anshin.risk.diagnose.simulated import Simulated
from anshin.risk.diagnose.worth import assumed_budget, gap_cost, yearly_cost
from anshin.risk.profile.adoption import read_adoptions, usual_adoptions
from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import read_firm
from tests.risk.firms import TODAY, WEAK, firm

PARTLY = {"mfa": "some", "backup": ["copy"], "protection": "partly"}
DRAWS = Draws(seed=5, sets=20)


@pytest.fixture(scope="module", params=[WEAK, {}, PARTLY], ids=["weak", "unknown", "partly"])
def worth(request):
    answers = firm(**request.param)
    business = read_firm(answers, DRAWS)
    as_is = {key: one.credited for key, one in read_adoptions(answers, business, DRAWS, TODAY).items()}
    simulated = Simulated(business, draw_parameters(business, DRAWS), usual_adoptions(DRAWS), years=20_000, seed=5)
    before, full = simulated.mean(as_is), np.ones(20)
    return lambda chosen: before - simulated.mean({**as_is, **dict.fromkeys(chosen, full)})


def test_worth_is_monotone_and_submodular(worth):
    generator, names = np.random.default_rng(8), sorted(controls())
    for _ in range(60):
        drawn = generator.random(len(names))
        small = frozenset(name for name, u in zip(names, drawn, strict=True) if u < 0.25)
        large = small | frozenset(name for name, u in zip(names, drawn, strict=True) if 0.25 <= u < 0.7)
        outside = sorted(set(names) - large)
        if not outside:
            continue
        more = str(generator.choice(outside))
        early, late = worth(small | {more}) - worth(small), worth(large | {more}) - worth(large)
        assert late >= -1e-6
        assert early >= late - 1e-6, (sorted(small), sorted(large), more)


def test_costs_follow_size_and_what_is_missing():
    small, large = (read_firm(firm(employees=n, computers=n), DRAWS) for n in (10, 100))
    protection = controls()["protection"]
    assert yearly_cost(protection, large) > 5 * yearly_cost(protection, small)
    for answer, share in (("yes", 0), ("partly", 0.5), ("no", 1)):
        answers = firm(employees=10, computers=10, protection=answer)
        adoption = read_adoptions(answers, small, DRAWS, TODAY)["protection"]
        assert gap_cost(protection, small, adoption) == round(yearly_cost(protection, small) * share)


@pytest.mark.parametrize(("employees", "budget"), [(1, 10_000), (3, 20_000), (48, 240_000), (100, 500_000)])
def test_the_assumed_budget_follows_the_number_of_people(employees, budget):
    assert assumed_budget(read_firm(firm(employees=employees), DRAWS)) == budget
