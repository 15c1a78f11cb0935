"""Maximum likelihood on intervals: all that is used is how many losses lie in each band."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, stats
from scipy.special import expit

from anshin.risk.distributions import Lognormal, Mixture, Severity
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import FitError
from anshin.risk.fit.tables import BandTable

EVERYDAY_AND_SERIOUS = (1.0, 1.0)
"""Sigmas that are held when one table of five bands must pin a mixture: a choice (each kind spreads over a factor of
about 5 to both sides in 9 of 10 cases), not a finding; both NPA tables and their pool pass the chi-square test."""


@dataclass(frozen=True, slots=True)
class Family:
    """A severity as a function of numbers without bounds: `build(u)`; `natural(u)` are its usual parameters."""

    build: Callable[[Floats], Severity]
    natural: Callable[[Floats], tuple[float, ...]]
    starts: tuple[tuple[float, ...], ...]
    bounds: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted severity and how well it fits. `parameters` are those that were free, `df` = bands - tables - free.

    lognormal: mu, sigma. mixture: weight of the serious one, mu of both, then both sigmas if they were free.
    """

    severity: Severity
    parameters: tuple[float, ...]
    tables: tuple[BandTable, ...]
    log_likelihood: float
    chi2: float
    df: int
    p_value: float
    family: Family
    free: tuple[float, ...]

    def expected(self) -> tuple[Floats, ...]:
        """Return the expected counts of each table."""
        return tuple(table.n * _probabilities(self.severity, table) for table in self.tables)

    def again(self, tables: Sequence[BandTable]) -> "Fit":
        """Fit the same family to other tables, starting from here. Raises FitError."""
        return fit_family(tables, replace(self.family, starts=(self.free,)))


def fit_lognormal(tables: Sequence[BandTable]) -> Fit:
    """Return the single lognormal of highest likelihood. Raises FitError when the bands cannot pin two parameters."""
    starts = tuple((mu, log_sigma) for mu in (13.0, 15.0, 17.0) for log_sigma in (0.0, 0.7))
    return fit_family(
        tables,
        Family(
            lambda u: Lognormal(float(u[0]), math.exp(u[1])),
            lambda u: (float(u[0]), math.exp(u[1])),
            starts,
            ((5.0, 25.0), (-1.2, 1.25)),
        ),
    )


def fit_mixture(tables: Sequence[BandTable], *, sigmas: tuple[float, float] | None = EVERYDAY_AND_SERIOUS) -> Fit:
    """Return everyday + serious: two lognormals, the first with the smaller median.

    Free: the weight of the serious one, both medians, and with `sigmas=None` both sigmas (one table of five bands pins
    three parameters at most). Raises FitError when the bands are too few.
    """

    def natural(u: Floats) -> tuple[float, ...]:
        mu = float(u[1])
        widths = (math.exp(u[3]), math.exp(u[4])) if sigmas is None else ()
        return (float(expit(u[0])), mu, mu + math.exp(u[2]), *widths)

    def build(u: Floats) -> Mixture:
        weight, everyday, serious, *widths = natural(u)
        first, second = widths if sigmas is None else sigmas
        return Mixture((1 - weight, weight), (Lognormal(everyday, first), Lognormal(serious, second)))

    wide = ((0.0, 0.0), (0.6, 0.2)) if sigmas is None else ((),)
    starts = tuple((w, mu, gap, *s) for w in (-0.5, 0.5) for mu in (13.0, 14.2) for gap in (0.5, 1.1) for s in wide)
    bounds = ((-4.0, 4.0), (5.0, 25.0), (-3.0, 2.5))
    return fit_family(tables, Family(build, natural, starts, bounds + ((-1.2, 1.25),) * (2 if sigmas is None else 0)))


def fit_family(tables: Sequence[BandTable], family: Family) -> Fit:
    """Return the member of a family with the highest likelihood for all tables together. Raises FitError."""
    held = tuple(tables)
    bands = sum(len(table.counts) for table in held)
    df = bands - len(held) - len(family.bounds)
    where = ", ".join(table.code for table in held) or "(none)"
    if df < 0 or not held:
        raise FitError("fit.too_few", where=where, parameters=len(family.bounds), bands=bands)
    found = [
        optimize.minimize(loss, start, args=(family, held), bounds=family.bounds, method="L-BFGS-B")
        for start in family.starts
    ]
    best = min(found, key=lambda result: float(result.fun))
    if not math.isfinite(best.fun):
        raise FitError("fit.no_convergence", where=where, cause=best.message)
    severity = family.build(best.x)
    chi2 = sum(_chi2(severity, table) for table in held)
    p_value = float(stats.chi2.sf(chi2, df)) if df else math.nan
    return Fit(
        severity, family.natural(best.x), held, -float(best.fun), chi2, df, p_value, family, tuple(map(float, best.x))
    )


def loss(u: Floats, family: Family, tables: tuple[BandTable, ...]) -> float:
    """Return minus the log-likelihood of counts in bands (without the multinomial constant)."""
    severity = family.build(u)
    return -sum(_log_likelihood(severity, table) for table in tables)


def _probabilities(severity: Severity, table: BandTable) -> Floats:
    edges = np.asarray(table.edges)
    return np.append(np.diff(severity.cdf(edges)), severity.sf(edges[-1]))


def _log_likelihood(severity: Severity, table: BandTable) -> float:
    return float(np.asarray(table.counts) @ np.log(np.maximum(_probabilities(severity, table), 1e-300)))


def _chi2(severity: Severity, table: BandTable) -> float:
    expected = table.n * _probabilities(severity, table)
    return float(np.sum((np.asarray(table.counts) - expected) ** 2 / expected))
