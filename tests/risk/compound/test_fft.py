"""The FFT against closed forms, its own stated bounds, and simulation within its standard errors."""

import math

import numpy as np
import pytest
from scipy import special

from anshin.risk import metrics
from anshin.risk.compound import aggregate_fft, moments, oep_quantile
from anshin.risk.distributions import Bands, Deterministic, Exponential, Gamma, Layer, Lognormal, lomax, mixture
from anshin.risk.errors import GridError, ParameterError
from anshin.risk.frequency import Binomial, NegativeBinomial, Poisson, bernoulli
from anshin.risk.simulate import simulate_aggregate

REFERENCE = (Poisson(0.4), Lognormal.from_median(3e6, 1.6))
CASES = {
    "reference": REFERENCE,
    "negative binomial": (NegativeBinomial(2.0, 1.5), Gamma(0.7, 1e6)),
    "binomial": (Binomial(9, 0.2), Exponential(5e5)),
    "many small": (Poisson(200.0), Gamma(2.0, 100.0)),
    "two kinds": (
        Poisson(0.3),
        mixture([(0.8, Lognormal.from_median(5e4, 1.2)), (0.2, Lognormal.from_median(8e6, 1.1))]),
    ),
    "with cover": (Poisson(0.4), Layer(REFERENCE[1], 1e5, 4e6, 0.9)),
    "bands": (Poisson(1.0), Bands((0.0, 1e6, 5e6, 1e7, 5e7), (0.22, 0.28, 0.1, 0.4))),
    "Embrechts-Frei 1": (Poisson(20.0), lomax(3.0, 4.0)),
}


def test_the_reference_case():
    # lambda 0.4, lognormal with median 3M and sigma 1.6; reference quantiles from an FFT with 2^22 cells
    sums = aggregate_fft(*REFERENCE, log2=16)
    assert sums.exact.mean == pytest.approx(4_315_968, abs=1)
    assert sums.mean() == pytest.approx(sums.exact.mean, rel=1e-3)
    assert sums.quantile(0.99) == pytest.approx(72.02e6, rel=2e-3)
    assert sums.quantile(0.995) == pytest.approx(111.98e6, rel=2e-3)


def test_a_finer_grid_confirms_the_stated_bound():
    coarse, fine = aggregate_fft(*REFERENCE, log2=12), aggregate_fft(*REFERENCE, log2=20)
    slack = coarse.alias_bound + coarse.count_slack + fine.alias_bound + fine.count_slack
    move = coarse.step_bound + fine.step_bound
    for x in np.geomspace(1e5, 0.9 * coarse.end, 40):
        assert fine.cdf(x - move) - slack <= coarse.cdf(x) <= fine.cdf(x + move) + slack


def test_the_tail_beyond_the_grid_joins_a_wider_grid():
    narrow = aggregate_fft(*REFERENCE, log2=14, step=120e6 / 2**14)
    wide = aggregate_fft(*REFERENCE, log2=20)
    assert narrow.end == pytest.approx(120e6)
    for p in (0.996, 0.998, 0.9995):
        assert narrow.quantile(p) == pytest.approx(wide.quantile(p), rel=0.01)
    assert narrow.mean() == pytest.approx(narrow.exact.mean, rel=0.01)


def _poisson_exponential_cdf(rate: float, x: float) -> float:
    n = np.arange(1, int(rate + 40 * math.sqrt(rate) + 60))
    return math.exp(-rate) + float(Poisson(rate).pmf(n) @ special.gammainc(n, x))


@pytest.mark.parametrize("rate", [0.1, 2.0, 50.0])  # 50: Embrechts and Frei 2009, table 1
def test_compound_poisson_exponential_in_closed_form(rate):
    # P(S <= x) = e^-rate + sum over n of P(N = n) P(Gamma(n) <= x)
    sums = aggregate_fft(Poisson(rate), Exponential(1.0))
    for x in np.linspace(0.1, 3 * rate + 10, 12):
        low, high = (_poisson_exponential_cdf(rate, max(x + s * sums.step_bound, 0)) for s in (-1, 1))
        assert low - 2e-6 <= float(sums.cdf(x)) <= high + 2e-6
        assert float(sums.cdf(x)) == pytest.approx(_poisson_exponential_cdf(rate, x), abs=2e-4)


@pytest.mark.parametrize(
    ("rate", "shape", "scale"), [(2.5, 3.0, 400.0), (8.0, 0.2, 3750.0)], ids=["Bahnemann 4.2", "Bahnemann 4.7"]
)
def test_tweedie_in_closed_form(rate, shape, scale):
    sums = aggregate_fft(Poisson(rate), Gamma(shape, scale))
    n = np.arange(1, 120)
    for x in (500.0, 3000.0, 9000.0, 20_000.0):
        exact = math.exp(-rate) + float(Poisson(rate).pmf(n) @ special.gammainc(n * shape, x / scale))
        assert float(sums.cdf(x)) == pytest.approx(exact, abs=3e-4)
    assert sums.mean() == pytest.approx(rate * shape * scale, rel=1e-5)


def test_klugman_9_59_the_yearly_maximum_is_paid():
    # Poisson 5, gamma (0.5, 2500), yearly benefit of at most 20,000
    sums = aggregate_fft(Poisson(5.0), Gamma(0.5, 2500.0))
    n = np.arange(1, 80)
    exact = float(Poisson(5.0).pmf(n) @ special.gammaincc(0.5 * n, 8.0))
    assert float(sums.sf(20_000)) == pytest.approx(exact, abs=1e-4)


def test_feller_the_tail_is_one_big_claim():
    # Embrechts and Frei: P(S > x) ~ E[N] P(X > x) far out, X Pareto (alpha 4, beta 3)
    frequency, severity = CASES["Embrechts-Frei 1"]
    sums = aggregate_fft(frequency, severity, log2=18, step=1 / 32)
    far = 200.0
    assert float(sums.sf(far)) == pytest.approx(20 * float(severity.sf(far - 19)), rel=0.06)


@pytest.mark.parametrize(("frequency", "severity"), CASES.values(), ids=CASES)
def test_grid_and_simulation_agree_within_their_errors(frequency, severity):
    sums = aggregate_fft(frequency, severity)
    years = simulate_aggregate(frequency, severity, 200_000, np.random.default_rng(20260927))
    exact = moments(frequency, severity)
    assert sums.mean() == pytest.approx(exact.mean, rel=1e-3)
    simulated = metrics.mean(years)
    assert abs(simulated.value - exact.mean) < 4 * exact.sd / math.sqrt(years.size)
    for p in (0.5, 0.9, 0.99, 0.998):
        x = sums.quantile(p)
        # compare chances: the quantile of a distribution with jumps is not smooth
        below, upto = (years < x - sums.step_bound).mean(), (years <= x + sums.step_bound).mean()
        error = 4 * math.sqrt(p * (1 - p) / years.size)
        assert below - error <= p <= upto + error
    for limit in (exact.mean, 3 * exact.mean):
        cut = np.minimum(years, limit)
        assert abs(cut.mean() - float(sums.lev(limit))) < 4 * cut.std() / math.sqrt(years.size) + sums.step_bound


@pytest.mark.parametrize(("frequency", "severity"), CASES.values(), ids=CASES)
def test_simulated_moments_are_the_exact_ones(frequency, severity):
    exact = moments(frequency, severity)
    n = np.arange(2000)
    pmf = frequency.pmf(n)
    assert exact.mean == pytest.approx(float(pmf @ n) * severity.mean())
    second = float(pmf @ n) * severity.moment(2) + float(pmf @ (n * (n - 1.0))) * severity.mean() ** 2
    assert exact.var == pytest.approx(second - exact.mean**2, rel=1e-6)
    if isinstance(frequency, Poisson):
        assert exact.var == pytest.approx(frequency.rate * severity.moment(2))


def test_the_largest_event_of_a_year():
    # OEP identity: quantile of the largest = severity quantile at 1 + ln(p)/rate
    frequency, severity = REFERENCE
    assert oep_quantile(frequency, severity, 0.5) == 0.0  # P(no event) = e^-0.4 = 0.67
    for p in (0.8, 0.99, 0.995):
        x = oep_quantile(frequency, severity, p)
        assert math.exp(-0.4 * float(severity.sf(x))) == pytest.approx(p)
    with pytest.raises(ParameterError):
        oep_quantile(frequency, severity, 1.0)


def test_layers_and_tvar_of_the_year():
    sums = aggregate_fft(*REFERENCE, log2=18)
    assert float(sums.lev(math.inf)) == pytest.approx(sums.mean())
    assert sums.layer(1e6, 3e6) == pytest.approx(float(sums.lev(4e6) - sums.lev(1e6)))
    years = simulate_aggregate(*REFERENCE, 400_000, np.random.default_rng(2))
    simulated = metrics.tvar(years, 0.99)
    assert abs(simulated.value - sums.tvar(0.99)) < 4 * simulated.error
    assert sums.quantile(0.3) == 0.0


def test_one_sure_amount():
    sums = aggregate_fft(bernoulli(1.0), Deterministic(1000.0), log2=10)
    assert sums.mean() == pytest.approx(1000)
    assert sums.quantile(0.5) == pytest.approx(1000, abs=sums.step_bound)


def test_bad_input_is_refused():
    frequency, severity = REFERENCE
    with pytest.raises(GridError) as caught:
        aggregate_fft(frequency, severity, log2=8, within=1000)
    assert "log2" in caught.value.ja
    for call in (
        lambda: aggregate_fft(frequency, severity, log2=30),
        lambda: aggregate_fft(frequency, severity, step=0),
        lambda: aggregate_fft(frequency, severity, step=math.nan),
        lambda: aggregate_fft(frequency, lomax(1.0, 0.9)),
        lambda: aggregate_fft(frequency, severity).quantile(2),
        lambda: aggregate_fft(frequency, severity).lev(-1),
    ):
        with pytest.raises(ParameterError):
            call()


def test_klugman_9_14_a_deductible_a_share_and_a_limit_per_loss():
    # Poisson 3, Pareto (alpha 4, theta 10); 75 % of the part of a loss from 6 to 24
    payment = Layer(lomax(10.0, 4.0), 6.0, 18.0, 0.75)
    tail = lambda x: (10 / (10 + x)) ** 3 * 10 / 3  # noqa: E731 -- E[(X - x)+]
    expected = 3 * 0.75 * (tail(6.0) - tail(24.0))
    exact = moments(Poisson(3.0), payment)
    assert exact.mean == pytest.approx(expected)
    sums = aggregate_fft(Poisson(3.0), payment)
    assert sums.mean() == pytest.approx(expected, rel=1e-4)
    none = math.exp(-3 * (10 / 16) ** 4)  # no loss of the year passes the deductible
    assert float(sums.cdf(0.01)) == pytest.approx(none, abs=2e-3)
    assert sums.lev(math.inf) == pytest.approx(expected, rel=1e-4)


def test_bahnemann_5_13_claims_in_a_layer():
    # Poisson 15, lognormal (5.9809, 1.8), layer 5,000 excess of 3,000: mean and variance of the sum in the layer
    severity = Lognormal(5.9809, 1.8)
    layer = Layer(severity, 3000.0, 5000.0)
    exact = moments(Poisson(15.0), layer)
    x = np.linspace(3000.0, 8000.0, 200_001)
    sf = severity.sf(x)
    assert exact.mean == pytest.approx(15 * np.trapezoid(sf, x), rel=1e-6)
    assert exact.var == pytest.approx(15 * np.trapezoid(2 * (x - 3000) * sf, x), rel=1e-6)
    assert aggregate_fft(Poisson(15.0), layer).mean() == pytest.approx(exact.mean, rel=1e-4)
