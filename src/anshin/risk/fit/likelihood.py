"""Maximum likelihood on intervals: all that is used is how many losses lie in each band."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from anshin.risk.distributions import Lognormal, Mixture, Severity
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import FitError
from anshin.risk.fit.tables import BandTable

SIGMA = (0.3, 3.5)
"""Widths of a lognormal that are looked at: narrower sits inside one band, wider has no meaning in yen."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted severity and how well it fits. `parameters` are those that were free, `df` = bands - tables - free."""

    severity: Severity
    parameters: tuple[float, ...]
    tables: tuple[BandTable, ...]
    log_likelihood: float
    chi2: float
    df: int
    p_value: float

    def expected(self) -> tuple[Floats, ...]:
        """Return the expected counts of each table."""
        return tuple(table.n * _probabilities(self.severity, table) for table in self.tables)


def fit_lognormal(tables: Sequence[BandTable]) -> Fit:
    """Return the single lognormal of highest likelihood. Raises FitError when the bands cannot pin two parameters."""
    return _fit(tables, lambda v: Lognormal(v[0], v[1]), _starts_single(), [(5.0, 25.0), SIGMA])


def fit_mixture(tables: Sequence[BandTable], *, sigmas: tuple[float, float] | None = None) -> Fit:
    """Return everyday + serious: two lognormals, the first with the smaller median.

    Free: the weight of the serious one, both medians, and both sigmas unless `sigmas` holds them fixed (one table of
    five bands pins three parameters at most). Raises FitError when the bands are too few.
    """
    bounds = [(0.02, 0.98), (5.0, 25.0), (0.05, 12.0)]
    if sigmas is None:
        bounds += [SIGMA, SIGMA]

    def build(v: NDArray[np.float64]) -> Mixture:
        first, second = (float(v[3]), float(v[4])) if sigmas is None else sigmas
        everyday, serious = Lognormal(float(v[1]), first), Lognormal(float(v[1] + v[2]), second)
        return Mixture((1 - float(v[0]), float(v[0])), (everyday, serious))

    return _fit(tables, build, _starts_mixture(free=sigmas is None), bounds)


def _starts_single() -> list[list[float]]:
    return [[mu, sigma] for mu in (13.0, 15.0, 17.0) for sigma in (1.0, 2.0)]


def _starts_mixture(*, free: bool) -> list[list[float]]:
    widths = [[1.0, 0.8], [1.8, 1.2], [0.6, 0.5]] if free else [[]]
    return [[w, mu, gap, *s] for w in (0.3, 0.5, 0.7) for mu in (12.5, 14.0) for gap in (1.5, 3.0) for s in widths]


def _fit(
    tables: Sequence[BandTable],
    build: Callable[[NDArray[np.float64]], Severity],
    starts: list[list[float]],
    bounds: list[tuple[float, float]],
) -> Fit:
    held = tuple(tables)
    bands = sum(len(table.counts) for table in held)
    df = bands - len(held) - len(bounds)
    where = ", ".join(table.code for table in held) or "(none)"
    if df < 0:
        raise FitError("fit.too_few", where=where, parameters=len(bounds), bands=bands)

    def loss(v: NDArray[np.float64]) -> float:
        severity = build(v)
        return -sum(_log_likelihood(severity, table) for table in held)

    found = [optimize.minimize(loss, start, bounds=bounds, method="L-BFGS-B") for start in starts]
    best = min(found, key=lambda result: float(result.fun))
    if not math.isfinite(best.fun):
        raise FitError("fit.no_convergence", where=where, cause=best.message)
    severity = build(best.x)
    chi2 = sum(_chi2(severity, table) for table in held)
    p_value = float(stats.chi2.sf(chi2, df)) if df else math.nan
    return Fit(severity, tuple(map(float, best.x)), held, -float(best.fun), chi2, df, p_value)


def _probabilities(severity: Severity, table: BandTable) -> Floats:
    low, high = table.bounds()
    return np.asarray(np.where(np.isinf(high), severity.sf(low), severity.cdf(high) - severity.cdf(low)))


def _log_likelihood(severity: Severity, table: BandTable) -> float:
    return float(np.asarray(table.counts) @ np.log(np.maximum(_probabilities(severity, table), 1e-300)))


def _chi2(severity: Severity, table: BandTable) -> float:
    expected = table.n * _probabilities(severity, table)
    return float(np.sum((np.asarray(table.counts) - expected) ** 2 / expected))
