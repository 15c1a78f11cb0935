import math

import numpy as np
import pytest

from anshin.risk import metrics
from anshin.risk.errors import ParameterError

HUNDRED = np.arange(1.0, 101.0)


def test_figures_of_a_sample_that_can_be_counted():
    summary = metrics.summarise(HUNDRED, (0.5, 0.9, 0.99))
    assert summary.mean.value == 50.5
    assert summary.sd == pytest.approx(math.sqrt((100**2 - 1) / 12))
    assert {p: e.value for p, e in summary.quantiles.items()} == {0.5: 50.0, 0.9: 90.0, 0.99: 99.0}
    assert summary.tvar[0.9].value == pytest.approx(np.mean(HUNDRED[90:]))
    assert summary.none.value == 0


def test_tvar_counts_the_year_at_the_border_in_part():
    # worst 15 % of 10 years: year 10 whole, half of year 9
    assert metrics.tvar(np.arange(1.0, 11.0), 0.85).value == pytest.approx((10 + 0.5 * 9) / 1.5)


def test_curves_at_return_periods():
    assert {period: e.value for period, e in metrics.aep(HUNDRED).items()} == {
        2: 50, 3: 67, 5: 80, 10: 90, 20: 95, 50: 98, 100: 99,
    }  # fmt: skip
    assert metrics.oep(HUNDRED, (4,))[4].value == 75


def test_the_chart_falls_from_the_first_amount_to_nothing():
    years = np.concatenate([np.zeros(50), np.geomspace(1e5, 1e9, 50)])
    curve = metrics.exceedance_curve(years, 20)
    assert curve.amount[0] == 10_000
    assert curve.probability[0] == 0.5
    assert curve.probability[-1] == 0
    assert np.all(np.diff(curve.probability) <= 0)
    assert metrics.exceedance_curve(np.zeros(5)).probability.max() == 0


@pytest.mark.parametrize("p", [0.9, 0.99])
def test_standard_errors_are_those_that_repetition_shows(p):
    generator = np.random.default_rng(8)
    samples = generator.exponential(1.0, (300, 4000))
    for figure in (
        lambda y: metrics.quantile(y, p),
        lambda y: metrics.tvar(y, p),
        metrics.mean,
        lambda y: metrics.prob_exceeds(y, 2.0),
    ):
        found = [figure(row) for row in samples]
        spread = np.std([e.value for e in found])
        stated = np.mean([e.error for e in found])
        assert stated == pytest.approx(spread, rel=0.25)


def test_co_tvar_adds_up_and_names_the_driver():
    generator = np.random.default_rng(8)
    parts = {"a": generator.exponential(1.0, 5000), "b": generator.pareto(1.5, 5000), "c": np.zeros(5000)}
    shares = metrics.co_tvar(parts, 0.99)
    total = parts["a"] + parts["b"]
    assert sum(shares.values()) == pytest.approx(metrics.tvar(total, 0.99).value)
    assert shares["b"] > 10 * shares["a"]
    assert shares["c"] == 0


def test_co_tvar_shares_ties_at_the_border_evenly():
    parts = {"a": np.array([1.0, 0.0, 0.0, 0.0]), "b": np.array([0.0, 1.0, 0.0, 0.0])}
    assert metrics.co_tvar(parts, 0.75) == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    "call",
    [
        lambda: metrics.mean(np.array([])),
        lambda: metrics.mean(np.array([1.0, math.nan])),
        lambda: metrics.mean(np.zeros((2, 2))),
        lambda: metrics.quantile(HUNDRED, 1.1),
        lambda: metrics.tvar(HUNDRED, 1.0),
        lambda: metrics.aep(HUNDRED, (0,)),
        lambda: metrics.exceedance_curve(HUNDRED, 1),
        lambda: metrics.exceedance_curve(HUNDRED, start=0),
        lambda: metrics.co_tvar({}, 0.9),
        lambda: metrics.co_tvar({"a": HUNDRED, "b": HUNDRED[:5]}, 0.9),
        lambda: metrics.co_tvar({"a": HUNDRED}, 1.0),
    ],
)
def test_what_has_no_meaning_is_refused(call):
    with pytest.raises(ParameterError):
        call()
