import math
from typing import cast

import numpy as np
import pytest
from scipy import stats

from anshin.risk.errors import ParameterError
from anshin.risk.frequency import Binomial, GammaPrior, NegativeBinomial, Poisson, bernoulli

COUNTS = [
    Poisson(0.4),
    Poisson(12.0),
    NegativeBinomial(0.4, 2.0),
    NegativeBinomial(3.0, 0.25),
    Binomial(7, 0.3),
    bernoulli(0.02),
]


@pytest.mark.parametrize("counts", COUNTS, ids=repr)
def test_moments_pgf_pmf_and_recursion_tell_the_same(counts):
    n = np.arange(200)
    pmf = counts.pmf(n)
    assert pmf.sum() == pytest.approx(1)
    assert pmf @ n == pytest.approx(counts.mean())
    assert pmf @ (n * n) - counts.mean() ** 2 == pytest.approx(counts.var())
    assert pmf @ (n * (n - 1)) == pytest.approx(counts.second_factorial())
    z = np.array([0.3 + 0.4j, -0.9, 1.0])
    assert counts.pgf(z) == pytest.approx((pmf[:, None] * z ** n[:, None]).sum(axis=0))
    a, b, p = counts.panjer()
    for k in range(1, 8):
        assert p == pytest.approx(float(pmf[k - 1]))
        p *= a + b / k


@pytest.mark.parametrize("counts", COUNTS, ids=repr)
def test_samples_follow_the_pmf(counts):
    drawn = counts.sample(np.random.default_rng(5), 50_000)
    held = np.bincount(drawn)
    expected = 50_000 * counts.pmf(np.arange(held.size))
    big = expected > 8
    chi2 = ((held[big] - expected[big]) ** 2 / expected[big]).sum()
    assert stats.chi2.sf(chi2, max(big.sum() - 1, 1)) > 1e-4


@pytest.mark.parametrize("counts", [Poisson(2.0), NegativeBinomial(2.0, 0.7), Binomial(6, 0.4)], ids=repr)
def test_scaling_down_is_thinning(counts):
    # pgf of a thinned count: P(1 - q + q z)
    z = np.array([0.2 + 0.1j, 0.9])
    assert counts.scaled(0.3).pgf(z) == pytest.approx(counts.pgf(1 - 0.3 + 0.3 * z))


def test_the_prior_learns_from_years():
    prior = GammaPrior.from_mean(0.01, 1.0)
    after = prior.updated(2, 50)
    credibility = prior.credibility(50)
    assert credibility == pytest.approx(50 / 150)
    assert after.mean() == pytest.approx(credibility * 2 / 50 + (1 - credibility) * 0.01)
    assert after.shape == 3


def test_the_prior_holds_the_range_it_was_made_from():
    prior = GammaPrior.from_range(0.001, 0.05)
    assert (prior.quantile(0.05), prior.quantile(0.95)) == pytest.approx((0.001, 0.05))
    narrow = GammaPrior.from_range(0.0099, 0.0101)
    assert narrow.mean() == pytest.approx(0.01, rel=1e-3)


def test_the_predictive_count_carries_the_uncertainty_of_the_rate():
    prior = GammaPrior(2.0, 1.0)
    rates = prior.sample(np.random.default_rng(3), 400_000)
    counts = np.random.default_rng(4).poisson(rates)
    predictive = prior.predictive()
    assert counts.mean() == pytest.approx(predictive.mean(), rel=0.02)
    assert counts.var() == pytest.approx(predictive.var(), rel=0.02)
    assert prior.scaled(0.5).mean() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: Poisson(0), "parameter.zero_frequency"),
        (lambda: Poisson(-1), "parameter.not_positive"),
        (lambda: Poisson(math.nan), "parameter.not_a_number"),
        (lambda: NegativeBinomial(0, 1), "parameter.zero_frequency"),
        (lambda: NegativeBinomial(1, 0), "parameter.not_positive"),
        (lambda: Binomial(0, 0.1), "parameter.not_positive"),
        (lambda: Binomial(cast("int", 1.5), 0.1), "parameter.whole"),
        (lambda: Binomial(1, 1.1), "parameter.share"),
        (lambda: bernoulli(0), "parameter.zero_frequency"),
        (lambda: Binomial(2, 0.6).scaled(2), "parameter.share"),
        (lambda: Binomial(2, 1.0).panjer(), "parameter.share"),
        (lambda: Poisson(1).scaled(0), "parameter.not_positive"),
        (lambda: GammaPrior(0, 1), "parameter.not_positive"),
        (lambda: GammaPrior.from_mean(0, 1), "parameter.zero_frequency"),
        (lambda: GammaPrior.from_range(0.1, 0.1), "parameter.order"),
        (lambda: GammaPrior.from_range(0.1, 0.2, 1), "parameter.share"),
        (lambda: GammaPrior(1, 1).updated(-1, 1), "parameter.negative"),
        (lambda: GammaPrior(1, 1).updated(1, -1), "parameter.negative"),
    ],
)
def test_what_has_no_meaning_is_refused(build, code):
    with pytest.raises(ParameterError) as caught:
        build()
    assert caught.value.code == code


def test_a_range_no_gamma_can_hold_is_a_failed_fit():
    from anshin.risk.errors import FitError

    with pytest.raises(FitError):
        GammaPrior.from_range(1.0, 1.0 + 1e-9)
