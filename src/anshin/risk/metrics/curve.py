"""Exceedance curves: which loss is passed once in so many years."""

from dataclasses import dataclass

import numpy as np

from anshin.risk import check
from anshin.risk.distributions.severity import Floats
from anshin.risk.metrics.summary import Estimate, quantile, sample

RETURN_PERIODS: tuple[int, ...] = (2, 3, 5, 10, 20, 50, 100, 200, 250, 500, 1000)


def aep(yearly: Floats, periods: tuple[int, ...] = RETURN_PERIODS) -> dict[int, Estimate]:
    """Return the yearly loss passed once in so many years (aggregate exceedance), with its standard error.

    Periods longer than the sample are left out: nothing was seen there.
    """
    values = sample(yearly)
    for period in periods:
        check.whole("return period", "years", period, least=1)
    return {period: quantile(values, 1 - 1 / period) for period in periods if period <= values.size}


def oep(yearly_largest: Floats, periods: tuple[int, ...] = RETURN_PERIODS) -> dict[int, Estimate]:
    """Return the largest single event of a year passed once in so many years (occurrence exceedance)."""
    return aep(yearly_largest, periods)


@dataclass(frozen=True, slots=True)
class Exceedance:
    """A curve for a chart: P(year > amount) at rising amounts, amounts in yen."""

    amount: Floats
    probability: Floats
    error: Floats


def exceedance_curve(yearly: Floats, points: int = 60, *, start: float = 10_000.0) -> Exceedance:
    """Return P(year > x) at `points` amounts, evenly on a log scale from `start` yen to the largest year."""
    values = np.sort(sample(yearly))
    check.whole("exceedance_curve", "points", points, least=2)
    check.positive("exceedance_curve", "start", start)
    amounts = np.rint(np.geomspace(start, max(float(values[-1]), start * 10), points))
    return exceedance_at(values, amounts)


def exceedance_at(yearly: Floats, amounts: Floats) -> Exceedance:
    """Return P(year > x) at the amounts given, so that two curves share their points."""
    values = np.sort(sample(yearly))
    above = 1 - np.searchsorted(values, amounts, side="right") / values.size
    return Exceedance(np.asarray(amounts), above, np.sqrt(above * (1 - above) / values.size))
