"""Severities made of severities: scaled and shifted, one layer of cover, products of independent quantities."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from anshin.risk import check
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Affine(Severity):
    """`shift` + `scale` x base; scale > 0, shift >= 0 yen."""

    base: Severity
    scale: float = 1.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.positive("Affine", "scale", self.scale)
        check.not_negative("Affine", "shift", self.shift)

    def moment(self, order: int) -> float:
        """Return E[X^k]."""
        return float(self._combine(order, [self.base.moment(k) for k in range(order + 1)]))

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return np.where(self._inside(x), self.base.cdf(self._at(x)), 0.0)

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x)."""
        return np.where(self._inside(x), self.base.sf(self._at(x)), 1.0)

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """Return E[X^k; X <= x]."""
        parts = [self.base.partial_moment(k, self._at(x)) for k in range(order + 1)]
        return np.where(self._inside(x), self._combine(order, parts), 0.0)

    def upper(self) -> float:
        """Return the largest possible loss."""
        return self.shift + self.scale * self.base.upper()

    def lower(self) -> float:
        """Return the smallest possible loss."""
        return self.shift + self.scale * self.base.lower()

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        return np.asarray(self.shift + self.scale * self.base.ppf(u))

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` losses."""
        return self.shift + self.scale * self.base.sample(generator, n)

    def _combine(self, order: int, base: list[float] | list[Floats]) -> float | Floats:
        return sum(math.comb(order, k) * self.shift ** (order - k) * self.scale**k * base[k] for k in range(order + 1))

    def _inside(self, x: ArrayLike) -> Floats:
        return np.asarray(np.asarray(x, dtype=np.float64) >= self.shift)

    def _at(self, x: ArrayLike) -> Floats:
        return np.asarray(np.maximum(np.asarray(x, dtype=np.float64) - self.shift, 0.0) / self.scale)


@dataclass(frozen=True, slots=True)
class Layer(Severity):
    """`share` x min((base - `deductible`)+, `limit`): what one layer pays of a loss."""

    base: Severity
    deductible: float = 0.0
    limit: float = math.inf
    share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse terms without meaning."""
        check.not_negative("Layer", "deductible", self.deductible)
        if not self.limit > 0:
            raise ParameterError("parameter.not_positive", where="Layer", name="limit", value=self.limit)
        if not check.share("Layer", "share", self.share) > 0:
            raise ParameterError("parameter.not_positive", where="Layer", name="share", value=self.share)

    def moment(self, order: int) -> float:
        """Return E[X^k]."""
        return float(self.limited_moment(order, math.inf))

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        at = np.asarray(x, dtype=np.float64) / self.share
        below = np.where(at >= self.limit, 1.0, self.base.cdf(self.deductible + np.clip(at, 0.0, self.limit)))
        return np.where(at >= 0, below, 0.0)

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x)."""
        at = np.asarray(x, dtype=np.float64) / self.share
        above = np.where(at >= self.limit, 0.0, self.base.sf(self.deductible + np.clip(at, 0.0, self.limit)))
        return np.where(at >= 0, above, 1.0)

    def limited_moment(self, order: int, limit: ArrayLike) -> Floats:
        """E[min(X, l)^k] through the base's own limited moments; the parts below the deductible cancel."""
        top = np.minimum(np.asarray(limit, dtype=np.float64) / self.share, self.limit)
        d = self.deductible
        if order == 0:
            return np.ones_like(top)
        first = self.base.limited_moment(1, d + top) - self.base.limited_moment(1, d)
        if order == 1:
            return np.asarray(self.share * first)
        second = self.base.limited_moment(2, d + top) - self.base.limited_moment(2, d)
        return np.asarray(self.share**2 * (second - 2 * d * first))

    def upper(self) -> float:
        """Return the most that the layer pays."""
        return self.share * min(self.limit, max(self.base.upper() - self.deductible, 0.0))

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        return self.of(self.base.ppf(u))

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` payments, 0 among them."""
        return self.of(self.base.sample(generator, n))

    def of(self, loss: Floats) -> Floats:
        """Return what the layer pays of each loss."""
        return np.asarray(self.share * np.clip(loss - self.deductible, 0.0, self.limit))


_CELLS = 512


@dataclass(frozen=True, slots=True)
class Product(Severity):
    """The product of two independent quantities, such as people x yen per person; chain it for more.

    Moments and samples are exact. `cdf` and partial moments put the second quantity on 512 cells, finer towards its
    tail, each at its own mean: the mean stays exact, the variance of the second quantity inside a cell is lost.
    """

    first: Severity
    second: Severity
    _cells: tuple[tuple[float, float], ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Put the second quantity on its cells."""
        tail = np.geomspace(0.5, 1e-9, _CELLS // 2)
        heights = np.concatenate([[0.0], tail[::-1], 1 - tail[1:], [1.0]])
        amounts = self.second.ppf(heights)
        weight = np.diff(self.second.cdf(amounts), prepend=0.0)
        mass = np.diff(
            self.second.partial_moment(1, np.where(np.isinf(amounts), np.finfo(float).max, amounts)), prepend=0.0
        )
        weight[-1] += 1 - weight.sum()
        mass[-1] += self.second.mean() - mass.sum()
        cells = tuple((float(w), float(m / w)) for w, m in zip(weight, mass, strict=True) if w > 1e-15)
        object.__setattr__(self, "_cells", cells)

    def moment(self, order: int) -> float:
        """Return the product of the moments."""
        return self.first.moment(order) * self.second.moment(order)

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x), by cells."""
        return self.partial_moment(0, x)

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """Return E[X^k; X <= x], by cells."""
        at = np.asarray(x, dtype=np.float64)
        total = np.zeros_like(at)
        for weight, factor in self._cells:
            if factor > 0:
                total += weight * factor**order * self.first.partial_moment(order, at / factor)
            else:
                total += weight * (at >= 0) * (order == 0)
        return total

    def upper(self) -> float:
        """Return the largest possible product."""
        return self.first.upper() * self.second.upper()

    def lower(self) -> float:
        """Return the smallest possible product."""
        return self.first.lower() * self.second.lower()

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` products of independent draws."""
        return np.asarray(self.first.sample(generator, n) * self.second.sample(generator, n))


def product(*quantities: Severity) -> Severity:
    """Return the product of independent quantities. Raises ParameterError when there is none."""
    if not quantities:
        raise ParameterError("parameter.empty", where="product")
    whole = quantities[0]
    for quantity in quantities[1:]:
        whole = Product(whole, quantity)
    return whole
