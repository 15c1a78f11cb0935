"""Every family against its own definition: integrals, quantiles, samples. What is closed is checked by quadrature."""

import math
from itertools import pairwise
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from anshin.risk.distributions import (
    Affine,
    Bands,
    Beta,
    Deterministic,
    Exponential,
    Gamma,
    GeneralisedPareto,
    Layer,
    Lognormal,
    lomax,
    mixture,
    occasional,
    pareto,
    pert,
    product,
    share_of,
)
from anshin.risk.errors import ParameterError

EVERYDAY_AND_SERIOUS = mixture([(0.7, Lognormal.from_median(4e4, 1.5)), (0.3, Lognormal.from_median(1e7, 1.0))])
SEVERITIES = {
    "lognormal": Lognormal.from_median(3e6, 1.6),
    "gamma": Gamma(0.5, 2500.0),
    "exponential": Exponential(1e6),
    "gpd": GeneralisedPareto(1e6, 2e6, 0.2),
    "gpd exponential": GeneralisedPareto(1e6, 2e6, 0.0),
    "gpd bounded": GeneralisedPareto(2.0, 3.0, -0.3),
    "gpd at the pole of the mean": GeneralisedPareto(0.0, 1.0, 0.5),
    "pareto": pareto(1e6, 2.5),
    "lomax": lomax(10.0, 4.0),
    "beta": Beta(2.0, 9.0, 0.7, 2.0),
    "pert": pert(0.0, 3.0, 10.0),
    "share": share_of(0.1, 8.0),
    "mixture": EVERYDAY_AND_SERIOUS,
    "bands, log": Bands((0.0, 1e6, 5e6, 1e7, 5e7), (0.22, 0.28, 0.1, 0.4)),
    "bands, uniform": Bands((1.0, 2.0, 5.0), (0.25, 0.75), within="uniform"),
    "affine": Affine(Gamma(2.0, 3.0), 2.0, 5.0),
}
ATOMS = {
    "deterministic": Deterministic(5.0),
    "occasional": occasional(0.3, Exponential(10.0)),
    "layer": Layer(Lognormal.from_median(3e6, 1.6), 1e5, 4e6, 0.9),
}


def _tail_integral(severity, order, limit):
    """E[min(X, limit)^order] = integral of order x^(order - 1) P(X > x), done numerically."""
    points = [severity.quantile(p) for p in (0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)]
    edges = [0.0, *sorted({p for p in (severity.lower(), *points) if 0 < p < limit}), limit]
    return sum(
        integrate.quad(lambda x: order * x ** (order - 1) * float(severity.sf(x)), a, b, limit=200)[0]
        for a, b in pairwise(edges)
    )


@pytest.mark.parametrize("severity", [*SEVERITIES.values(), *ATOMS.values()], ids=[*SEVERITIES, *ATOMS])
@pytest.mark.parametrize("order", [1, 2])
def test_limited_moments_are_the_integral_of_the_tail(severity, order):
    for p in (0.2, 0.6, 0.95):
        limit = severity.quantile(p) + 1e-6
        expected = _tail_integral(severity, order, limit)
        assert float(severity.limited_moment(order, limit)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("severity", SEVERITIES.values(), ids=SEVERITIES)
def test_quantiles_invert_the_cdf(severity):
    u = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
    x = severity.ppf(u)
    assert severity.cdf(x) == pytest.approx(u, rel=1e-7, abs=1e-12)
    assert np.all(np.diff(x) > 0)
    assert severity.cdf(x) + severity.sf(x) == pytest.approx(np.ones(6), abs=1e-12)


@pytest.mark.parametrize("severity", [*SEVERITIES.values(), *ATOMS.values()], ids=[*SEVERITIES, *ATOMS])
def test_samples_follow_the_cdf(severity):
    n = 20_000
    drawn = np.sort(severity.sample(np.random.default_rng(20260927), n))
    steps = np.arange(1, n + 1) / n
    at = severity.cdf(drawn)
    last_of_ties = np.append(np.diff(drawn) > 0, True)  # an atom is compared where it is complete
    assert np.abs(at - steps)[last_of_ties].max() < 1.95 / math.sqrt(n)  # Kolmogorov, p = 0.001


@pytest.mark.parametrize("severity", [*SEVERITIES.values(), *ATOMS.values()], ids=[*SEVERITIES, *ATOMS])
def test_moments_partial_moments_and_limits_belong_together(severity):
    top = min(severity.upper(), 1e300)
    assert float(severity.limited_moment(1, math.inf)) == pytest.approx(severity.mean(), rel=1e-9)
    x = severity.quantile(0.8)
    whole = severity.partial_moment(1, x) + x * severity.sf(x)
    assert float(whole) == pytest.approx(float(severity.lev(x)), rel=1e-9)
    assert float(severity.cdf(top)) == pytest.approx(1.0)
    assert severity.lower() <= severity.quantile(0.5) <= severity.upper()


def test_lognormal_limited_value_is_the_textbook_formula():
    # E[min(X, l)] = exp(mu + s^2/2) Phi((ln l - mu - s^2)/s) + l (1 - Phi((ln l - mu)/s)); Klugman et al., appendix A
    mu, s, limit = math.log(3e6), 1.6, 4e6
    phi = lambda z: math.erfc(-z / math.sqrt(2)) / 2  # noqa: E731
    expected = math.exp(mu + s * s / 2) * phi((math.log(limit) - mu - s * s) / s)
    expected += limit * (1 - phi((math.log(limit) - mu) / s))
    assert float(Lognormal(mu, s).lev(limit)) == pytest.approx(expected, rel=1e-12)


def test_bahnemann_increased_limits():
    # Bahnemann 2015, example 6.3: lognormal (7, 2.4); limited means by quadrature of the definition
    severity = Lognormal(7.0, 2.4)
    for limit in (1e5, 1e6, 5e6):
        grid = np.linspace(-12, (math.log(limit) - 7) / 2.4, 400_001)
        density = np.exp(-grid * grid / 2) / math.sqrt(2 * math.pi)
        below = np.trapezoid(np.exp(7 + 2.4 * grid) * density, grid)
        assert float(severity.lev(limit)) == pytest.approx(below + limit * float(severity.sf(limit)), rel=1e-6)


def test_pert_is_the_standard_one():
    # mean (0 + 4 x 3 + 10)/6; the symmetric case has shape (3, 3), not (4, 4)
    assert pert(0, 3, 10).mean() == pytest.approx(22 / 6)
    symmetric = pert(0, 5, 10)
    assert (symmetric.a, symmetric.b) == (3.0, 3.0)
    assert symmetric.sd() == pytest.approx(10 * math.sqrt(9 / (36 * 7)))


def test_a_lognormal_from_a_range_holds_the_range():
    # riskquant's own test case: 90 % in (635k, 19M) has the mean 5,922,706.83
    severity = Lognormal.from_range(635_000, 19_000_000)
    assert severity.mean() == pytest.approx(5_922_706.83, abs=0.01)
    assert float(severity.cdf(635_000)) == pytest.approx(0.05)


def test_heavy_tails_have_infinite_moments_but_finite_limits():
    severity = GeneralisedPareto(0.0, 1.0, 1.5)
    assert severity.mean() == math.inf
    assert float(severity.lev(10.0)) == pytest.approx(_tail_integral(severity, 1, 10.0), rel=1e-6)


def test_a_product_has_exact_moments_and_nearly_exact_chances():
    a, b = Lognormal(1.0, 0.8), Lognormal(2.0, 0.5)
    both, exact = product(a, b), Lognormal(3.0, math.hypot(0.8, 0.5))
    assert both.mean() == pytest.approx(exact.mean())
    assert both.var() == pytest.approx(exact.var())
    x = exact.ppf(np.array([0.05, 0.5, 0.9, 0.99]))
    assert both.cdf(x) == pytest.approx(exact.cdf(x), abs=1e-3)
    assert float(both.lev(x[2])) == pytest.approx(float(exact.lev(x[2])), rel=1e-3)
    drawn = both.sample(np.random.default_rng(1), 200_000)
    assert (drawn <= x[2]).mean() == pytest.approx(0.9, abs=0.003)


@given(st.floats(0, 1e8), st.floats(1, 1e8), st.floats(0.01, 1))
def test_a_layer_pays_what_its_definition_says(deductible, limit, share):
    layer = Layer(EVERYDAY_AND_SERIOUS, deductible, limit, share)
    base = EVERYDAY_AND_SERIOUS
    expected = share * float(base.lev(deductible + limit) - base.lev(deductible))
    assert layer.mean() == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert layer.upper() == pytest.approx(share * limit)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Lognormal(0.0, 0.0),
        lambda: Lognormal(0.0, -1.0),
        lambda: Lognormal(math.nan, 1.0),
        lambda: Lognormal(math.inf, 1.0),
        lambda: Lognormal.from_median(0, 1),
        lambda: Lognormal.from_range(5, 5),
        lambda: Lognormal.from_range(1, 5, 1.0),
        lambda: Gamma(-1, 1),
        lambda: Gamma(1, 0),
        lambda: Exponential(0),
        lambda: GeneralisedPareto(-1, 1, 0.1),
        lambda: GeneralisedPareto(0, 0, 0.1),
        lambda: GeneralisedPareto(0, 1, math.nan),
        lambda: pareto(0, 1),
        lambda: lomax(1, 0),
        lambda: Deterministic(-1),
        lambda: Beta(3, 3, 1, 1),
        lambda: Beta(0, 1, 0, 1),
        lambda: pert(0, 11, 10),
        lambda: pert(5, 5, 5),
        lambda: pert(0, math.nan, 1),
        lambda: share_of(0, 3),
        lambda: share_of(1.2, 3),
        lambda: mixture([]),
        lambda: mixture([(0.5, Exponential(1)), (0.6, Exponential(1))]),
        lambda: mixture([(-0.5, Exponential(1)), (1.5, Exponential(1))]),
        lambda: occasional(1.1, Exponential(1)),
        lambda: Bands((0, 1), ()),
        lambda: Bands((0, 1, 1), (0.5, 0.5)),
        lambda: Bands((0, 1), (0.5,)),
        lambda: Bands((0, 1, 2), (1.0,)),
        lambda: Affine(Exponential(1), 0),
        lambda: Affine(Exponential(1), 1, -1),
        lambda: Layer(Exponential(1), -1),
        lambda: Layer(Exponential(1), 0, 0),
        lambda: Layer(Exponential(1), 0, 1, 1.5),
        lambda: Layer(Exponential(1), 0, 1, 0),
        product,
        lambda: Exponential(1).lev(-1),
        lambda: Exponential(1).lev(math.nan),
        lambda: Exponential(1).quantile(1.5),
        lambda: Exponential(cast("float", "much")),
    ],
)
def test_what_has_no_meaning_is_refused_in_one_sentence(build):
    with pytest.raises(ParameterError) as caught:
        build()
    assert len(caught.value.en) > 20
    assert len(caught.value.ja) > 10
