"""Several severities in one: everyday and serious losses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from anshin.risk import check
from anshin.risk.distributions.bounded import Deterministic
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Mixture(Severity):
    """With probability `weights[i]` the loss is a draw from `parts[i]`; the weights add up to 1."""

    weights: tuple[float, ...]
    parts: tuple[Severity, ...]

    def __post_init__(self) -> None:
        """Refuse weights that are no distribution."""
        if not self.parts:
            raise ParameterError("parameter.empty", where="Mixture")
        if len(self.weights) != len(self.parts):
            counts = f"{len(self.weights)}, {len(self.parts)}"
            raise ParameterError("parameter.length", where="Mixture weights, parts", value=counts)
        for weight in self.weights:
            check.share("Mixture", "weight", weight)
        if abs(sum(self.weights) - 1) > 1e-9:
            raise ParameterError("parameter.weights", where="Mixture", value=sum(self.weights))

    def moment(self, order: int) -> float:
        """Return the weighted moment."""
        return float(sum(w * part.moment(order) for w, part in self._pairs()))

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return np.asarray(sum(w * part.cdf(x) for w, part in self._pairs()))

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(X > x)."""
        return np.asarray(sum(w * part.sf(x) for w, part in self._pairs()))

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """Return the weighted partial moment."""
        return np.asarray(sum(w * part.partial_moment(order, x) for w, part in self._pairs()))

    def limited_moment(self, order: int, limit: ArrayLike) -> Floats:
        """Return the weighted limited moment."""
        return np.asarray(sum(w * part.limited_moment(order, limit) for w, part in self._pairs()))

    def upper(self) -> float:
        """Return the largest possible loss of any part."""
        return max(part.upper() for _, part in self._pairs())

    def lower(self) -> float:
        """Return the smallest possible loss of any part."""
        return min(part.lower() for _, part in self._pairs())

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` losses: first the part of each, then its loss (faster than through `ppf`)."""
        drawn = np.empty(n)
        which = np.searchsorted(np.cumsum(self.weights)[:-1], generator.random(n), side="right")
        for index, part in enumerate(self.parts):
            here = np.flatnonzero(which == index)
            drawn[here] = part.sample(generator, here.size)
        return drawn

    def _pairs(self) -> list[tuple[float, Severity]]:
        return [(w, part) for w, part in zip(self.weights, self.parts, strict=True) if w > 0]

    def _bracket(self, u: Floats) -> tuple[Floats, Floats]:
        """A quantile of a mixture lies between those of its parts."""
        inside = np.clip(u, 1e-300, 1 - 1e-16)
        quantiles = np.stack([part.ppf(inside) for _, part in self._pairs()])
        low, high = quantiles.min(axis=0), quantiles.max(axis=0)
        return np.asarray(low * (1 - 1e-9) - 1e-9), np.asarray(high * (1 + 1e-9) + 1e-9)


def mixture(parts: Sequence[tuple[float, Severity]]) -> Mixture:
    """Return the mixture of (weight, severity) pairs. Raises ParameterError unless the weights add up to 1."""
    return Mixture(tuple(float(w) for w, _ in parts), tuple(part for _, part in parts))


def occasional(probability: float, loss: Severity) -> Mixture:
    """Return a loss that is paid with `probability` only and is 0 otherwise."""
    check.share("occasional", "probability", probability)
    return Mixture((1.0 - probability, float(probability)), (Deterministic(0.0), loss))
