"""The chosen set is the best of all sets, by trying every one."""

from itertools import chain, combinations

import numpy as np
import pytest

from anshin.risk.optimise import LEAST_RETURN, choose

NAMES = "abcdefghij"


def case(seed, count=8):
    """Return prices and a submodular worth: overlapping shares of several losses, as controls have."""
    generator = np.random.default_rng(seed)
    losses = generator.lognormal(11, 1, 5)
    left = 1 - generator.uniform(0, 0.6, (count, 5)) * (generator.random((count, 5)) < 0.5)
    costs = {name: float(generator.uniform(1e4, 2e5)) for name in NAMES[:count]}

    def worth(chosen):
        rows = [left[NAMES.index(name)] for name in chosen]
        return float((losses * (1 - np.prod(rows, axis=0))).sum()) if rows else 0.0

    return costs, worth


def subsets(names):
    return map(frozenset, chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("budget", [None, 0, 150_000, 400_000])
def test_no_other_set_is_better(seed, budget, capfd):
    costs, worth = case(seed)
    weight = 1.0 if budget is None else LEAST_RETURN

    def value(chosen):
        return worth(chosen) - weight * sum(costs[name] for name in chosen)

    best = max(value(s) for s in subsets(costs) if budget is None or sum(costs[name] for name in s) <= budget)
    choice = choose(costs, worth, budget)
    assert choice.exact
    assert value(choice.chosen) == pytest.approx(best, abs=100)
    assert choice.worth == pytest.approx(worth(choice.chosen))
    assert choice.cost == pytest.approx(sum(costs[name] for name in choice.chosen))
    assert budget is None or choice.cost <= budget
    assert capfd.readouterr().out == "", "the solver must not write to standard output"


def test_nothing_to_choose_from():
    assert choose({}, lambda _: 0.0, 100_000).chosen == frozenset()
    assert choose({"a": 10.0}, lambda _: 0.0, 100_000).chosen == frozenset()


def test_a_control_that_saves_next_to_nothing_is_left_out_even_when_the_budget_allows():
    costs, worth = {"good": 10_000.0, "poor": 10_000.0}, {"good": 50_000.0, "poor": 500.0}
    chosen = choose(costs, lambda s: sum(worth[name] for name in s), 100_000).chosen
    assert chosen == {"good"}
