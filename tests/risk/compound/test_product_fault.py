"""Frequency times size is not a compound: the fault of tools that multiply, in figures (see docs: risk-methods)."""

import numpy as np
import pytest

from anshin.risk.distributions import pert

YEARS = 1_000_000
FREQUENCY = pert(0.0, 0.3, 1.2)  # events a year
SIZE = pert(1e5, 3e6, 2e8)  # yen an event


def test_multiplying_frequency_and_size_halves_the_bad_year_and_hides_the_good_ones():
    generator = np.random.default_rng(20260927)
    rate = FREQUENCY.sample(generator, YEARS)
    product = rate * SIZE.sample(generator, YEARS)
    counts = generator.poisson(rate)
    compound = np.bincount(np.repeat(np.arange(YEARS), counts), SIZE.sample(generator, int(counts.sum())), YEARS)

    mean = FREQUENCY.mean() * SIZE.mean()
    assert product.mean() == pytest.approx(mean, rel=0.01)
    assert compound.mean() == pytest.approx(mean, rel=0.01)  # the means agree, which is why nobody notices

    assert (product == 0).mean() == 0
    assert (compound == 0).mean() == pytest.approx(0.685, abs=0.003)  # two years in three without a loss
    assert np.quantile(product, 0.995) == pytest.approx(80.2e6, rel=0.01)
    assert np.quantile(compound, 0.995) == pytest.approx(154.0e6, rel=0.01)
    assert (product.std(), compound.std()) == pytest.approx((15.1e6, 29.8e6), rel=0.01)
    assert (np.quantile(product, 0.95), np.quantile(compound, 0.95)) == pytest.approx((44.8e6, 80.8e6), rel=0.01)
