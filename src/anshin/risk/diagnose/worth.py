"""What each control is worth, and the plan: each variant lives through the same events as the firm as it is."""

import numpy as np

from anshin.risk.controls.model import Control, controls, rules
from anshin.risk.data import sources
from anshin.risk.diagnose.measure import before_and_after, once_in, whole
from anshin.risk.diagnose.simulated import Simulated, Yearly
from anshin.risk.document import ControlWorth, Plan
from anshin.risk.optimise import choose
from anshin.risk.profile.adoption import Adoption, Adoptions
from anshin.risk.profile.firm import Firm
from anshin.risk.text import Bilingual


def yearly_cost(control: Control, firm: Firm) -> float:
    """Return the mean yearly cost of the control from nothing to full adoption, in yen."""
    cost = control.cost
    total = cost.fixed.mean() if cost.fixed else 0.0
    if cost.each is not None and cost.per is not None:
        total += cost.each.mean() * float(np.mean(firm.quantities[cost.per]))
    return total


def gap_cost(control: Control, firm: Firm, adoption: Adoption) -> int:
    """Return the yearly cost of what is still missing."""
    return whole(yearly_cost(control, firm) * (1 - float(np.mean(adoption.raw))))


def worths(
    firm: Firm, simulated: Simulated, adopted: dict[str, Adoption], as_is: Adoptions, base: Yearly
) -> tuple[ControlWorth, ...]:
    """Return every control, the one that could save most first."""
    mean, ten = simulated.mean(as_is), once_in(simulated.total(base), 10)
    found = []
    for key, control in controls().items():
        adoption = adopted[key]
        without, full = ({**as_is, key: np.full(simulated.sets, level)} for level in (0.0, 1.0))
        applies = adoption.state != "not_applicable"
        source = sources()[control.cost.source]
        found.append(
            ControlWorth(
                id=key,
                title=Bilingual(ja=control.ja, en=control.en),
                action=control.action,
                state=adoption.state,
                adoption=round(float(np.mean(adoption.credited)), 4),
                evidence=adoption.evidence,
                dated=adoption.dated,
                saves_now=whole(simulated.mean(without) - mean) if applies else 0,
                saves_now_one_in_10=once_in(simulated.changed(base, without, [key]), 10) - ten if applies else 0,
                could_save=whole(mean - simulated.mean(full)) if applies else 0,
                could_save_one_in_10=ten - once_in(simulated.changed(base, full, [key]), 10) if applies else 0,
                cost=gap_cost(control, firm, adoption) if applies else 0,
                cost_grade=control.cost.grade,
                cost_source=f"{source.publisher}「{source.title}」",
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.could_save, one.id)))


def assumed_budget(firm: Firm) -> int:
    """Return the yearly budget for such a firm when nobody names one, in yen."""
    return max(1, round(rules().budget_per_employee * float(np.median(firm.quantities["employees"])) / 10_000)) * 10_000


def plan(
    firm: Firm,
    simulated: Simulated,
    adopted: dict[str, Adoption],
    as_is: Adoptions,
    base: Yearly,
    budget: int | None,
) -> Plan:
    """Return the best set of controls that are not in place; its effect is read from the simulation, not added up."""
    open_ones = {k: a for k, a in adopted.items() if a.state in ("missing", "partly", "unknown")}
    costs = {key: float(gap_cost(controls()[key], firm, adoption)) for key, adoption in open_ones.items()}
    before = simulated.mean(as_is)
    full = np.ones(simulated.sets)

    def worth(chosen: frozenset[str]) -> float:
        return before - simulated.mean({**as_is, **dict.fromkeys(chosen, full)})

    choice = choose(costs, worth, assumed_budget(firm) if budget is None else budget)
    after = {**as_is, **dict.fromkeys(choice.chosen, full)}
    old, new = simulated.total(base), simulated.changed(base, after, choice.chosen)
    by_worth = sorted(choice.chosen, key=lambda key: (-worth(frozenset([key])), key))
    return Plan(
        budget=assumed_budget(firm) if budget is None else budget,
        budget_given=budget is not None,
        controls=tuple(by_worth),
        cost=whole(choice.cost),
        **before_and_after(old, new),
        exact=choice.exact,
    )
