"""One firm with some more controls, or with the best ones for a budget: before and after, from the same events."""

import datetime as dt
from collections.abc import Collection

import numpy as np

from anshin.risk import check
from anshin.risk.controls.model import controls as known
from anshin.risk.diagnose.measure import before_and_after, whole
from anshin.risk.diagnose.parameters import draw_parameters
from anshin.risk.diagnose.run import SEED, SETS, YEARS
from anshin.risk.diagnose.simulated import Simulated
from anshin.risk.diagnose.worth import gap_cost, plan
from anshin.risk.document import Plan
from anshin.risk.profile.adoption import read_adoptions, usual_adoptions
from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import read_firm
from anshin.risk.questionnaire.answers import Answers


def best_within(
    answers: Answers, *, budget: int, today: dt.date, seed: int = SEED, years: int = YEARS, sets: int = SETS
) -> Plan:
    """Return the best set of missing controls for `budget` yen a year. Raises ParameterError for a negative budget."""
    check.whole("best_within", "budget", budget)
    return _with(answers, today=today, seed=seed, years=years, sets=sets, budget=budget, chosen=())


def with_controls(
    answers: Answers,
    *,
    controls: Collection[str],
    today: dt.date,
    seed: int = SEED,
    years: int = YEARS,
    sets: int = SETS,
) -> Plan:
    """Return what `controls`, fully in place and proved, would change. `exact` is False: nothing was searched for.

    The budget of the answer is the cost. Raises ParameterError for a control that does not exist.
    """
    for key in controls:
        check.known("with_controls", key, known())
    return _with(answers, today=today, seed=seed, years=years, sets=sets, budget=None, chosen=tuple(controls))


def _with(
    answers: Answers, *, today: dt.date, seed: int, years: int, sets: int, budget: int | None, chosen: tuple[str, ...]
) -> Plan:
    draws = Draws(seed, sets)
    firm = read_firm(answers, draws)
    adopted = read_adoptions(answers, firm, draws, today)
    as_is = {key: adoption.credited for key, adoption in adopted.items()}
    simulated = Simulated(firm, draw_parameters(firm, draws), usual_adoptions(draws), years=years, seed=seed)
    base = simulated.yearly(as_is)
    if budget is not None:
        return plan(firm, simulated, adopted, as_is, base, budget)
    after = {**as_is, **{key: np.ones(sets) for key in chosen}}
    old, new = simulated.total(base), simulated.changed(base, after, chosen)
    cost = whole(sum(gap_cost(known()[key], firm, adopted[key]) for key in chosen))
    return Plan(
        budget=cost,
        budget_given=True,
        controls=chosen,
        cost=cost,
        **before_and_after(old, new),
        exact=False,
    )
