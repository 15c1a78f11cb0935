"""Chooses the set of controls that lowers the mean loss most within a budget, by mixed-integer programming.

Controls help each other less than their sum, so the worth of a set is not linear. The programme therefore bounds it: by
the sum of single worths, which is an upper bound because worth is subadditive, and by a cut for every set already tried,
with its true worth (integer L-shaped method, Laporte and Louveaux 1993). It stops when the bound meets a true worth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    empty set, never fall when a control is added, and never pass the sum of the single worths. Amounts in yen a year;
    `exact` means within `tolerance` of the best.
    """
    names = sorted(costs)
    empty = Choice(frozenset(), 0.0, 0.0, exact=True)
    if not names:
        return empty
    price = np.array([costs[name] for name in names])
    single = np.array([worth(frozenset([name])) for name in names])
    weight = 1.0 if budget is None else LEAST_RETURN
    objective = np.concatenate([weight * price, [-1.0]])
    rows, upper = [np.concatenate([-single, [1.0]])], [0.0]
    if budget is not None:
        rows.append(np.concatenate([price, [0.0]]))
        upper.append(float(budget))
    bounds = Bounds(np.zeros(len(names) + 1), np.concatenate([np.ones(len(names)), [float(single.sum())]]))
    best = empty
    rows.append(np.concatenate([np.zeros(len(names)), [1.0]]))
    upper.append(worth(frozenset(names)))  # no set is worth more than all of them
    for _ in range(ROUNDS):
        found = milp(
            objective,
            constraints=LinearConstraint(np.array(rows), -np.inf, np.array(upper)),
            integrality=np.concatenate([np.ones(len(names)), [0.0]]),
            bounds=bounds,
        )
        if found.x is None:
            return Choice(best.chosen, best.cost, best.worth, exact=False)
        picked = found.x[:-1] > 0.5
        chosen = frozenset(name for name, take in zip(names, picked, strict=True) if take)
        true, cost = worth(chosen), float(price[picked].sum())
        if true - weight * cost > best.worth - weight * best.cost:
            best = Choice(chosen, cost, true, exact=False)
        if float(found.x[-1]) - weight * cost <= best.worth - weight * best.cost + tolerance:
            return Choice(best.chosen, best.cost, best.worth, exact=True)
        # worth(S) <= true + what each control not in `chosen` adds by itself; leaving controls out never adds
        rows.append(np.concatenate([np.where(picked, 0.0, -single), [1.0]]))
        upper.append(true)
    return Choice(best.chosen, best.cost, best.worth, exact=False)
