"""The gamma and, as its simplest case, the exponential."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anshin.risk import check
from anshin.risk.distributions.severity import Floats, Severity


@dataclass(frozen=True, slots=True)
class Gamma(Severity):
    """Shape `shape` > 0 and scale `scale` > 0 in yen; the mean is shape x scale."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.positive("Gamma", "shape", self.shape)
        check.positive("Gamma", "scale", self.scale)

    def moment(self, order: int) -> float:
        """E[X^k] = scale^k Gamma(shape + k) / Gamma(shape)."""
        return math.prod((self.shape + k) * self.scale for k in range(order))

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return np.asarray(special.gammainc(self.shape, self._at(x)))

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x)."""
        return np.asarray(special.gammaincc(self.shape, self._at(x)))

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """E[X^k; X <= x] = E[X^k] P(gamma with shape + k <= x)."""
        return np.asarray(self.moment(order) * special.gammainc(self.shape + order, self._at(x)))

    def upper(self) -> float:
        """There is no largest loss."""
        return math.inf

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        return np.asarray(special.gammaincinv(self.shape, np.asarray(u, dtype=np.float64)) * self.scale)

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` losses."""
        return generator.gamma(self.shape, self.scale, n)

    def _at(self, x: ArrayLike) -> Floats:
        return np.asarray(np.maximum(np.asarray(x, dtype=np.float64), 0.0) / self.scale)


@dataclass(frozen=True, slots=True)
class Exponential(Severity):
    """Mean `scale` > 0 in yen."""

    scale: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.positive("Exponential", "scale", self.scale)

    def moment(self, order: int) -> float:
        """E[X^k] = k! scale^k."""
        return math.factorial(order) * self.scale**order

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return np.asarray(-np.expm1(-self._at(x)))

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x)."""
        return np.asarray(np.exp(-self._at(x)))

    def limited_moment(self, order: int, limit: ArrayLike) -> Floats:
        """E[min(X, l)^k], closed for k = 0, 1, 2."""
        return Gamma(1.0, self.scale).limited_moment(order, limit)

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """E[X^k; X <= x]."""
        return Gamma(1.0, self.scale).partial_moment(order, x)

    def upper(self) -> float:
        """There is no largest loss."""
        return math.inf

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        with np.errstate(divide="ignore"):
            return np.asarray(-self.scale * np.log1p(-np.asarray(u, dtype=np.float64)))

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` losses."""
        return generator.exponential(self.scale, n)

    def _at(self, x: ArrayLike) -> Floats:
        return np.asarray(np.maximum(np.asarray(x, dtype=np.float64), 0.0) / self.scale)
