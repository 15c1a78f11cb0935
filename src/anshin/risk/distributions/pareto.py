"""Heavy tails: the generalised Pareto and the Pareto that starts at a threshold."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import boxcox

from anshin.risk import check
from anshin.risk.distributions.severity import Floats, Severity, limits


@dataclass(frozen=True, slots=True)
class GeneralisedPareto(Severity):
    """X = threshold + Y with P(Y > y) = (1 + shape y / scale)^(-1/shape); shape 0 is the exponential.

    `threshold` >= 0 and `scale` > 0 in yen; with shape >= 1 the mean is infinite, with shape >= 1/2 the variance is.
    """

    threshold: float
    scale: float
    shape: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.not_negative("GeneralisedPareto", "threshold", self.threshold)
        check.positive("GeneralisedPareto", "scale", self.scale)
        check.finite("GeneralisedPareto", "shape", self.shape)

    def moment(self, order: int) -> float:
        """Return E[X^k]; infinite where shape x k >= 1."""
        if order == 0:
            return 1.0
        if self.shape * order >= 1:
            return math.inf
        first = self.scale / (1 - self.shape)
        if order == 1:
            return self.threshold + first
        second = 2 * self.scale * first / (1 - 2 * self.shape)
        return self.threshold**2 + 2 * self.threshold * first + second

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return np.asarray(-np.expm1(self._log_sf(x)))

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x), exact far into the tail."""
        return np.asarray(np.exp(self._log_sf(x)))

    def limited_moment(self, order: int, limit: ArrayLike) -> Floats:
        """E[min(X, l)^k] by integrating k x^(k-1) P(X > x), closed for k = 0, 1, 2."""
        at = limits(limit)
        if order == 0:
            return np.ones_like(at)
        below = np.minimum(at, self.threshold)
        y = np.minimum(np.maximum(at - self.threshold, 0.0), self.upper() - self.threshold)
        infinite = np.isinf(y)
        y = np.where(infinite, 0.0, y)
        first = self._integral(y, 1)
        if order == 1:
            return np.where(infinite, self.moment(1), below + first)
        second = self._integral(y, 2)
        return np.where(infinite, self.moment(2), below**2 + 2 * (self.threshold * first + second))

    def _integral(self, y: Floats, order: int) -> Floats:
        """Return the integral of t^(order-1) P(Y > t) over [0, y]."""
        if abs(self.shape) < 1e-9:
            r = y / self.scale
            if order == 1:
                return np.asarray(self.scale * -np.expm1(-r))
            return np.asarray(self.scale**2 * (-np.expm1(-r) - r * np.exp(-r)))
        unit = self.scale / self.shape
        u = np.maximum(1 + y / unit, 0.0)
        first = boxcox(u, 1 - 1 / self.shape)
        if order == 1:
            return np.asarray(unit * first)
        return np.asarray(unit**2 * (boxcox(u, 2 - 1 / self.shape) - first))

    def upper(self) -> float:
        """The largest loss is finite for a negative shape only."""
        return self.threshold - self.scale / self.shape if self.shape < 0 else math.inf

    def lower(self) -> float:
        """The smallest loss is the threshold."""
        return self.threshold

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        with np.errstate(divide="ignore"):
            beyond = -np.log1p(-np.asarray(u, dtype=np.float64))
        if abs(self.shape) < 1e-9:
            return np.asarray(self.threshold + self.scale * beyond)
        return np.asarray(self.threshold + self.scale / self.shape * np.expm1(self.shape * beyond))

    def _log_sf(self, x: ArrayLike) -> Floats:
        y = np.maximum(np.asarray(x, dtype=np.float64) - self.threshold, 0.0) / self.scale
        if abs(self.shape) < 1e-9:
            return np.asarray(-y)
        with np.errstate(divide="ignore"):
            return np.asarray(-np.log1p(np.maximum(self.shape * y, -1.0)) / self.shape)


def pareto(threshold: float, alpha: float) -> GeneralisedPareto:
    """Return the single-parameter Pareto P(X > x) = (threshold / x)^alpha for x >= threshold > 0."""
    check.positive("Pareto", "threshold", threshold)
    check.positive("Pareto", "alpha", alpha)
    return GeneralisedPareto(threshold, threshold / alpha, 1 / alpha)


def lomax(scale: float, alpha: float) -> GeneralisedPareto:
    """Return the Pareto that starts at 0: P(X > x) = (1 + x / scale)^(-alpha)."""
    check.positive("Lomax", "scale", scale)
    check.positive("Lomax", "alpha", alpha)
    return GeneralisedPareto(0.0, scale / alpha, 1 / alpha)
