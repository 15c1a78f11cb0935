"""The lognormal: the usual body of a cyber loss."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from anshin.risk import check
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Lognormal(Severity):
    """log X is normal with mean `mu` (of yen) and standard deviation `sigma` > 0."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.finite("Lognormal", "mu", self.mu)
        check.positive("Lognormal", "sigma", self.sigma)

    @classmethod
    def from_median(cls, median: float, sigma: float) -> Self:
        """Return the lognormal with this median in yen."""
        return cls(math.log(check.positive("Lognormal", "median", median)), sigma)

    @classmethod
    def from_range(cls, low: float, high: float, probability: float = 0.9) -> Self:
        """Return the lognormal that lies in [low, high] with `probability`, the rest split evenly to both sides."""
        check.positive("Lognormal", "low", low)
        if not low < check.finite("Lognormal", "high", high):
            raise ParameterError("parameter.order", where="Lognormal low, high", value=f"{low}, {high}")
        if not 0 < check.finite("Lognormal", "probability", probability) < 1:
            raise ParameterError("parameter.share", where="Lognormal", name="probability", value=probability)
        z = float(ndtri(0.5 + probability / 2))
        return cls((math.log(low) + math.log(high)) / 2, (math.log(high) - math.log(low)) / (2 * z))

    def moment(self, order: int) -> float:
        """E[X^k] = exp(k mu + k^2 sigma^2 / 2)."""
        return math.exp(order * self.mu + (order * self.sigma) ** 2 / 2)

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return np.asarray(ndtr(self._z(x)))

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x), exact far into the tail."""
        return np.asarray(ndtr(-self._z(x)))

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """E[X^k; X <= x] = E[X^k] Phi(z - k sigma)."""
        return np.asarray(self.moment(order) * ndtr(self._z(x) - order * self.sigma))

    def upper(self) -> float:
        """There is no largest loss."""
        return math.inf

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        return np.asarray(np.exp(self.mu + self.sigma * ndtri(np.asarray(u, dtype=np.float64))))

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` losses from normal draws (faster than through `ppf`)."""
        z = generator.standard_normal(n)
        z *= self.sigma
        z += self.mu
        return np.exp(z, out=z)

    def _z(self, x: ArrayLike) -> Floats:
        at = np.asarray(x, dtype=np.float64)
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(np.maximum(at, 0.0)) - self.mu) / self.sigma)
