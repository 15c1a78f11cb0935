"""What every severity can do. Amounts are yen as float64; arrays in, arrays of the same shape out."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import elementwise

from anshin.risk import check
from anshin.risk.errors import ParameterError

Floats = NDArray[np.float64]


class Severity(ABC):
    """A loss of 0 or more, given that it happens.

    A subclass gives `moment`, `cdf`, and either `partial_moment` or `limited_moment`; everything else follows. Moments
    are of order 0, 1 or 2; one that is infinite is `inf`, not an error.
    """

    __slots__ = ()

    @abstractmethod
    def moment(self, order: int) -> float:
        """Return E[X**order]."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x)."""
        return np.asarray(1.0 - self.cdf(x))

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """Return E[X**order; X <= x]."""
        at = np.asarray(x, dtype=np.float64)
        return np.asarray(self.limited_moment(order, at) - np.where(at > 0, at, 0.0) ** order * self.sf(at))

    def limited_moment(self, order: int, limit: ArrayLike) -> Floats:
        """Return E[min(X, limit)**order]. Raises ParameterError for a limit below 0."""
        at = limits(limit)
        with np.errstate(invalid="ignore"):
            beyond = np.where(np.isinf(at), 0.0, at**order * self.sf(at))
        return np.asarray(self.partial_moment(order, at) + beyond)

    @abstractmethod
    def upper(self) -> float:
        """Return the largest possible loss; `inf` where there is none."""

    def lower(self) -> float:
        """Return the smallest possible loss."""
        return 0.0

    def mean(self) -> float:
        """Return E[X]."""
        return self.moment(1)

    def var(self) -> float:
        """Return the variance."""
        return self.moment(2) - self.moment(1) ** 2

    def sd(self) -> float:
        """Return the standard deviation."""
        return float(np.sqrt(max(self.var(), 0.0)))

    def lev(self, limit: ArrayLike) -> Floats:
        """Return the limited expected value E[min(X, limit)]. Raises ParameterError for a limit below 0."""
        return self.limited_moment(1, limit)

    def excess(self, deductible: ArrayLike) -> Floats:
        """Return E[(X - deductible)+]."""
        return np.asarray(self.mean() - self.lev(deductible))

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the smallest x with P(X <= x) >= u: one uniform in, one loss out, increasing.

        The default solves the cdf numerically to the last digits of float64.
        """
        at = np.asarray(u, dtype=np.float64)
        low, high = self._bracket(at)
        inside = (at > 0) & (at < 1)
        safe = np.where(inside, at, 0.5)
        found = elementwise.find_root(lambda x, p: self.cdf(x) - p, (low, high), args=(safe,), maxiter=300)
        x = np.where(at <= 0, self.lower(), np.where(at >= 1, self.upper(), found.x))
        return np.asarray(x)

    def _bracket(self, u: Floats) -> tuple[Floats, Floats]:
        """Return losses below and above the quantile; the default doubles until it is passed."""
        low = np.full_like(u, self.lower())
        high = np.full_like(u, min(self.upper(), max(1.0, 2.0 * self.lower() + 1.0)))
        while np.any(short := (self.cdf(high) < u) & (u < 1) & (high < self.upper())):
            high = np.where(short, np.minimum(high * 4, self.upper()), high)
        return low, high

    def quantile(self, p: float) -> float:
        """Return the loss that is not passed with probability `p`. Raises ParameterError unless 0 <= p <= 1."""
        return float(self.ppf(check.share(type(self).__name__, "p", p)))

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` independent losses. The default puts uniforms through `ppf`."""
        return self.ppf(generator.random(n))


def limits(limit: ArrayLike) -> Floats:
    """Return limits as an array. Raises ParameterError when one is negative or NaN; infinity is no limit."""
    at = np.asarray(limit, dtype=np.float64)
    if not np.all(at >= 0):  # NaN is not >= 0 either
        raise ParameterError("parameter.negative", where="severity", name="limit", value=at[~(at >= 0)].flat[0])
    return at
