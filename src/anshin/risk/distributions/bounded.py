"""Losses between two bounds: PERT and beta (estimates of people, shares), and the certain amount."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from anshin.risk import check
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Deterministic(Severity):
    """Always `amount` >= 0 yen."""

    amount: float

    def __post_init__(self) -> None:
        """Refuse a negative amount."""
        check.not_negative("Deterministic", "amount", self.amount)

    def moment(self, order: int) -> float:
        """E[X^k] = amount^k."""
        return float(self.amount**order)

    def cdf(self, x: ArrayLike) -> Floats:
        """Return 1 from the amount on."""
        return np.asarray(np.asarray(x, dtype=np.float64) >= self.amount, dtype=np.float64)

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """E[X^k; X <= x]."""
        return np.asarray(self.moment(order) * self.cdf(x))

    def upper(self) -> float:
        """Return the amount."""
        return self.amount

    def lower(self) -> float:
        """Return the amount."""
        return self.amount

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the amount for every u."""
        return np.full_like(np.asarray(u, dtype=np.float64), self.amount)

    def sample(self, generator: np.random.Generator, n: int) -> Floats:  # noqa: ARG002 -- nothing is drawn
        """Return `n` times the amount without drawing."""
        return np.full(n, self.amount, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Beta(Severity):
    """`low` + (`high` - `low`) x a beta with parameters `a` and `b`; low >= 0."""

    low: float
    high: float
    a: float
    b: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.not_negative("Beta", "low", self.low)
        if not self.low < check.finite("Beta", "high", self.high):
            raise ParameterError("parameter.order", where="Beta low, high", value=f"{self.low}, {self.high}")
        check.positive("Beta", "a", self.a)
        check.positive("Beta", "b", self.b)

    def moment(self, order: int) -> float:
        """Return E[X^k] from the moments of the beta."""
        return float(self._combine(order, [1.0, *self._unit_moments()]))

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return np.asarray(special.betainc(self.a, self.b, self._at(x)))

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x)."""
        return np.asarray(special.betaincc(self.a, self.b, self._at(x)))

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """E[B^k; B <= z] = E[B^k] I_z(a + k, b)."""
        z = self._at(x)
        unit = [1.0, *self._unit_moments()]
        parts = [unit[k] * special.betainc(self.a + k, self.b, z) for k in range(order + 1)]
        return np.asarray(self._combine(order, parts))

    def upper(self) -> float:
        """Return the upper bound."""
        return self.high

    def lower(self) -> float:
        """Return the lower bound."""
        return self.low

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        unit = special.betaincinv(self.a, self.b, np.asarray(u, dtype=np.float64))
        return np.asarray(self.low + (self.high - self.low) * unit)

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` losses."""
        return self.low + (self.high - self.low) * generator.beta(self.a, self.b, n)

    def _unit_moments(self) -> tuple[float, float]:
        total = self.a + self.b
        return self.a / total, self.a * (self.a + 1) / (total * (total + 1))

    def _combine(self, order: int, unit: list[Any]) -> Any:
        width = self.high - self.low
        if order == 0:
            return unit[0]
        if order == 1:
            return self.low * unit[0] + width * unit[1]
        return self.low**2 * unit[0] + 2 * self.low * width * unit[1] + width**2 * unit[2]

    def _at(self, x: ArrayLike) -> Floats:
        return np.clip((np.asarray(x, dtype=np.float64) - self.low) / (self.high - self.low), 0.0, 1.0)


def pert(low: float, mode: float, high: float, weight: float = 4.0) -> Beta:
    """Return the standard PERT: a beta whose mean is (low + weight x mode + high) / (weight + 2).

    Source: Malcolm et al. 1959 with a = 1 + weight (mode - low)/(high - low). Raises ParameterError unless low <=
    mode <= high and low < high.
    """
    for name, value in (("low", low), ("mode", mode), ("high", high)):
        check.finite("PERT", name, value)
    check.positive("PERT", "weight", weight)
    if not low <= mode <= high or low == high:
        raise ParameterError("parameter.order", where="PERT low, mode, high", value=f"{low}, {mode}, {high}")
    width = high - low
    return Beta(low, high, 1 + weight * (mode - low) / width, 1 + weight * (high - mode) / width)


def share_of(mean: float, concentration: float) -> Beta:
    """Return a share in [0, 1] with `mean` strictly inside and a + b = `concentration` (more is narrower)."""
    if not 0 < check.share("share", "mean", mean) < 1:
        raise ParameterError("parameter.share", where="share (strictly inside)", name="mean", value=mean)
    check.positive("share", "concentration", concentration)
    return Beta(0.0, 1.0, mean * concentration, (1 - mean) * concentration)
