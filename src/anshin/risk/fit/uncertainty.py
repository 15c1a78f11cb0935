"""How far fitted parameters may be off: whole sets of them, drawn from the curvature or from repeated fits."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from anshin.risk import check
from anshin.risk.distributions import Floats, Severity
from anshin.risk.errors import FitError
from anshin.risk.fit.likelihood import Fit, loss

STEP = 1e-3
"""Distance of the second differences; the free parameters are logits and logarithms of order 1."""


def parameter_draws(fit: Fit, draws: int, generator: np.random.Generator) -> list[Severity]:
    """Return `draws` severities from the normal approximation around the fit (in milliseconds).

    The covariance is the inverse of the likelihood's second derivatives in the free parameters; draws beyond the bounds
    of the family are moved to them. Raises FitError where the likelihood has no curvature: the data do not pin it.
    """
    check.whole("parameter_draws", "draws", draws, least=1)
    centre = np.array(fit.free)
    try:
        root = np.linalg.cholesky(np.linalg.inv(_curvature(fit)))
    except np.linalg.LinAlgError as error:
        where = ", ".join(table.code for table in fit.tables)
        raise FitError("fit.no_convergence", where=where, cause="no curvature") from error
    low, high = np.transpose(fit.family.bounds)
    points = np.clip(centre + generator.standard_normal((draws, centre.size)) @ root.T, low, high)
    return [fit.family.build(point) for point in points]


def bootstrap(fit: Fit, draws: int, generator: np.random.Generator) -> list[Severity]:
    """Return `draws` severities, each fitted to tables drawn anew from the fit (parametric bootstrap)."""
    check.whole("bootstrap", "draws", draws, least=1)
    chances = [counts / counts.sum() for counts in fit.expected()]
    found = []
    for _ in range(draws):
        tables = [
            replace(table, counts=tuple(map(float, generator.multinomial(round(table.n), chance))))
            for table, chance in zip(fit.tables, chances, strict=True)
        ]
        found.append(fit.again(tables).severity)
    return found


def share_above(
    severities: Sequence[Severity], amount: float, *, probability: float = 0.9, sample: int | None = None
) -> tuple[float, float]:
    """Return the band in which P(X > amount) lies with `probability` over the draws.

    With `sample` it is the band for the share seen among that many new losses: sampling is added (normal).
    """
    check.share("share_above", "probability", probability)
    shares = np.array([float(severity.sf(amount)) for severity in severities])
    low, high = np.quantile(shares, [(1 - probability) / 2, (1 + probability) / 2])
    if sample is not None:
        check.whole("share_above", "sample", sample, least=1)
        middle = float(np.median(shares))
        extra = ((high - low) / 2) ** 2 + middle * (1 - middle) / sample * NormalDist().inv_cdf(
            (1 + probability) / 2
        ) ** 2
        return max(middle - extra**0.5, 0.0), min(middle + extra**0.5, 1.0)
    return float(low), float(high)


def _curvature(fit: Fit) -> Floats:
    n = len(fit.free)
    steps = np.eye(n) * STEP
    centre = np.array(fit.free)

    def at(one: Floats, other: Floats) -> float:
        return loss(centre + one + other, fit.family, fit.tables)

    matrix = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            a, b = steps[i], steps[j]
            matrix[i, j] = (at(a, b) - at(a, -b) - at(-a, b) + at(-a, -b)) / (4 * STEP**2)
    return matrix
