"""Discrete compounds against published tables and against convolution done by hand, in fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import special

from anshin.risk.compound import fft_lattice, panjer
from anshin.risk.errors import GridError, ParameterError
from anshin.risk.frequency import Binomial, NegativeBinomial, Poisson, bernoulli


def by_hand(counts: list[Fraction], masses: list[Fraction], size: int) -> list[Fraction]:
    """P(S = k) = sum over n of P(N = n) times the n-fold convolution."""
    total = [Fraction(0)] * size
    power = [Fraction(1)] + [Fraction(0)] * (size - 1)
    for chance in counts:
        total = [t + chance * p for t, p in zip(total, power, strict=True)]
        power = [
            sum((power[i] * masses[k - i] for i in range(k + 1) if k - i < len(masses)), Fraction(0))
            for k in range(size)
        ]
    return total


def fractions(*tenths: int, of: int = 10) -> list[Fraction]:
    return [Fraction(t, of) for t in tenths]


def binomial_counts(m: int, q: Fraction) -> list[Fraction]:
    return [math.comb(m, n) * q**n * (1 - q) ** (m - n) for n in range(m + 1)]


# Inputs of textbook exercises, restated in the public user guide of mynl/aggregate; results are worked out here.
CASES = {
    # Klugman, Panjer and Willmot, Loss Models, exercise 9.34: 5 claims, 100/500/1000
    "KPW 9.34": (Poisson(5.0), [0, 0.8, 0, 0, 0, 0.16, 0, 0, 0, 0, 0.04]),
    # example 9.9: policies A and B together, 3 claims
    "KPW 9.9": (Poisson(3.0), [0, 1.9 / 3, 0.8 / 3, 0.3 / 3]),
    # exercise 9.45 and 9.57, 9.58 (negative binomial r = 6, beta = 0.5: mean 3, dispersion 1/6)
    "KPW 9.45": (Poisson(6.0), [0, 1 / 3, 1 / 3, 0, 1 / 3]),
    "KPW 9.57": (Poisson(3.0), [0, 0.4, 0.3, 0.2, 0.1]),
    "KPW 9.58": (NegativeBinomial(3.0, 1 / 6), [0, 0.4, 0.3, 0.2, 0.1]),
    # Bahnemann, Distributions for Actuaries, example 4.4
    "Bahnemann 4.4": (Poisson(1.75), [0, 0.2, 0.4, 0.2, 0.15, 0.05]),
    "severities of 0": (Binomial(5, 0.3), [0.3, 0.5, 0.2]),
}


@pytest.mark.parametrize(("frequency", "masses"), CASES.values(), ids=CASES)
def test_panjer_the_fft_and_convolution_agree(frequency, masses):
    size = 64
    counts = [Fraction(float(p)) for p in frequency.pmf(np.arange(80))]
    expected = np.array([float(p) for p in by_hand(counts, [Fraction(m) for m in masses], 16)])
    assert panjer(frequency, masses, size)[:16] == pytest.approx(expected, rel=1e-9)
    assert fft_lattice(frequency, masses, size)[:16] == pytest.approx(expected, abs=1e-8)


def test_klugman_9_34_exactly_600():
    # direct: 6 ones; or 1 + 5 once each
    chance = math.exp(-5) * (4.0**6 / math.factorial(6) + 4.0 * 0.8)
    assert panjer(Poisson(5.0), CASES["KPW 9.34"][1], 8)[6] == pytest.approx(chance, rel=1e-12)
    assert chance == pytest.approx(0.0598932, abs=1e-6)


def test_klugman_9_9_a_total_of_2():
    # example 9.9: P(S = 2) = e^-3 (1.9^2/2 + 0.8)
    assert panjer(Poisson(3.0), CASES["KPW 9.9"][1], 4)[2] == pytest.approx(math.exp(-3) * (1.9**2 / 2 + 0.8))


@pytest.mark.parametrize(("m", "q"), [(1, Fraction(3, 10)), (3, Fraction(2, 5))])
def test_none_one_or_a_few_events_in_exact_fractions(m, q):
    masses = fractions(1, 4, 0, 5)
    expected = [float(p) for p in by_hand(binomial_counts(m, q), masses, 10)]
    held = [float(x) for x in masses]
    assert fft_lattice(Binomial(m, float(q)), held, 64)[:10] == pytest.approx(expected, abs=1e-8)
    assert panjer(Binomial(m, float(q)), held, 10) == pytest.approx(expected)


def test_one_sure_event_gives_the_severity_back():
    masses = [0.1, 0.2, 0.7]
    assert fft_lattice(bernoulli(1.0), masses, 8)[:3] == pytest.approx(masses, abs=1e-8)


# Grübel and Hermesmeier 1999, table 1: Poisson(20) claims, Lévy severities on whole numbers, 1024 cells. Columns: the
# true value, Panjer, FFT without tilting, FFT with theta = 1/1024, 5/1024, 25/1024.
GRUBEL_HERMESMEIER = {
    1: (1.078e-07, 2.462e-07, 2.064e-04, 7.346e-05, 1.560e-06, 2.462e-07),
    10: (3.075e-05, 3.432e-05, 2.380e-04, 1.067e-04, 3.562e-05, 3.432e-05),
    100: (1.156e-03, 1.156e-03, 1.321e-03, 1.215e-03, 1.157e-03, 1.156e-03),
    1000: (2.013e-04, 2.012e-04, 2.134e-04, 2.056e-04, 2.013e-04, 2.012e-04),
}


def _levy_cdf(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, special.erfc(1 / np.sqrt(2 * np.maximum(x, 1e-300))), 0.0)


def test_grubel_and_hermesmeier_table_1():
    k = np.arange(1024)
    masses = _levy_cdf(k + 0.5) - _levy_cdf(k - 0.5)
    n = np.arange(1, 200)
    true = {
        x: float(Poisson(20).pmf(n) @ (_levy_cdf((x + 0.5) / n**2) - _levy_cdf((x - 0.5) / n**2)))
        for x in GRUBEL_HERMESMEIER
    }
    columns = [panjer(Poisson(20), masses, 1024)]
    columns += [fft_lattice(Poisson(20), masses, 1024, tilt=tilt) for tilt in (0, 1, 5, 25)]
    for x, row in GRUBEL_HERMESMEIER.items():
        found = [true[x], *(float(column[x]) for column in columns)]
        assert found == pytest.approx(row, rel=1e-3)


def test_tilting_keeps_its_aliasing_bound():
    # the whole of S lies beyond the end: untilted it wraps around, tilted it is damped by exp(-tilt)
    masses = np.zeros(32)
    masses[31] = 1.0
    wrapped = fft_lattice(Poisson(4.0), masses, 32, tilt=0)
    damped = fft_lattice(Poisson(4.0), masses, 32, tilt=12)
    exact = panjer(Poisson(4.0), masses, 32)
    assert np.abs(np.cumsum(wrapped - exact)).max() > 0.5
    assert np.abs(np.cumsum(damped - exact)).max() < math.exp(-12)


@pytest.mark.parametrize(
    ("masses", "code"),
    [
        ([], "parameter.empty"),
        ([0.5, -0.1], "parameter.negative"),
        ([0.9, 0.2], "parameter.weights"),
        ([math.nan], "parameter.negative"),
    ],
)
@pytest.mark.parametrize("method", [fft_lattice, panjer])
def test_masses_that_are_no_distribution_are_refused(method, masses, code):
    with pytest.raises(ParameterError) as caught:
        method(Poisson(1.0), masses, 8)
    assert caught.value.code == code


def test_panjer_refuses_where_float64_has_no_start():
    with pytest.raises(GridError):
        panjer(Poisson(2000.0), [0.0, 1.0], 8)
    assert fft_lattice(Poisson(2000.0), [0.0, 1.0], 4096).sum() == pytest.approx(1)
