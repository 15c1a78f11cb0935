"""Chooses the set of controls that lowers the mean loss most within a budget, by mixed-integer programming.

Controls help each other less than their sum: the worth f of a set is submodular, not linear. The programme bounds it by
one cut for every set S already tried, f(T) <= f(S) + sum of f(S + j) - f(S) over j in T but not in S, less what each
control that T leaves out of S adds at least (Nemhauser and Wolsey 1981). It stops when the bound meets a true worth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Worth = Callable[[frozenset[str]], float]
ROUNDS = 80
LEAST_RETURN = 0.1
"""Within a budget a control is still left out when it saves less than this share of its price."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen set; `exact` tells whether the bound was met."""

    chosen: frozenset[str]
    cost: float
    worth: float
    exact: bool


def choose(costs: Mapping[str, float], worth: Worth, budget: float | None, *, tolerance: float = 100.0) -> Choice:
    """Return the set with the largest worth (yen a year saved) whose costs fit in `budget`.

    Within a budget, worth less a tenth of the costs is what is maximised: money up to the budget counts little, but
    nobody is told to pay ¥100 to save ¥1. With no budget, the largest worth less costs. `worth(set)` must be 0 for the
    empty set, never fall when a control is added, and gain less from a control the larger the set is. Amounts in yen a
    year; `exact` means within `tolerance` of the best.
    """
    weight = 1.0 if budget is None else LEAST_RETURN
    known: dict[frozenset[str], float] = {}

    def true(chosen: frozenset[str]) -> float:
        if chosen not in known:
            known[chosen] = worth(chosen)
        return known[chosen]

    # a control adds at most its single worth, so one that is not worth its price alone never is
    names = sorted(name for name in costs if true(frozenset([name])) > weight * costs[name])
    best = Choice(frozenset(), 0.0, 0.0, exact=True)
    if not names:
        return best
    everything = frozenset(names)
    # in units of the worth of everything, so that the solver's absolute tolerances mean the same for every firm
    unit = true(everything)
    least = {name: true(everything) - true(everything - {name}) for name in names}

    def cut(chosen: frozenset[str]) -> tuple[list[float], float]:
        """Return row and bound of the cut at `chosen`: row @ (x, bound variable) <= bound."""
        base = true(chosen)
        row = [-least[name] if name in chosen else base - true(chosen | {name}) for name in names]
        return [*(value / unit for value in row), 1.0], (base - sum(least[name] for name in chosen)) / unit

    price = np.array([costs[name] for name in names])
    rows, upper = map(list, zip(cut(frozenset()), cut(everything), strict=True))
    if budget is not None:
        rows.append([*(price / unit), 0.0])
        upper.append(budget / unit)
    for _ in range(ROUNDS):
        found = milp(
            np.concatenate([weight * price / unit, [-1.0]]),
            constraints=LinearConstraint(np.array(rows), -np.inf, np.array(upper)),
            integrality=np.concatenate([np.ones(len(names)), [0.0]]),
            bounds=Bounds(np.zeros(len(names) + 1), np.concatenate([np.ones(len(names)), [1.0]])),
        )
        if found.x is None:
            break
        picked = found.x[:-1] > 0.5
        chosen = frozenset(name for name, take in zip(names, picked, strict=True) if take)
        cost = float(price[picked].sum())
        if true(chosen) - weight * cost > best.worth - weight * best.cost:
            best = Choice(chosen, cost, true(chosen), exact=False)
        if float(found.x[-1]) * unit - weight * cost <= best.worth - weight * best.cost + tolerance:
            return replace(best, exact=True)
        row, bound = cut(chosen)
        rows.append(row)
        upper.append(bound)
    return replace(best, exact=False)
