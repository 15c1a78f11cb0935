"""A published table of bands as a distribution: all that is known is how many lie between two amounts."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from anshin.risk import check
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Bands(Severity):
    """P(edges[i] < X <= edges[i + 1]) = probabilities[i]; `edges` are finite, rising yen from 0 or more.

    Inside a band the loss is uniform in yen (`within="uniform"`) or in its logarithm (`"log"`; a band that starts at 0
    stays uniform). A choice, not a fact: say it where a result depends on it.
    """

    edges: tuple[float, ...]
    probabilities: tuple[float, ...]
    within: Literal["uniform", "log"] = "log"

    def __post_init__(self) -> None:
        """Refuse bands that are no distribution."""
        if not self.probabilities:
            raise ParameterError("parameter.empty", where="Bands")
        if len(self.edges) != len(self.probabilities) + 1:
            counts = f"{len(self.edges)}, {len(self.probabilities)}"
            raise ParameterError("parameter.length", where="Bands edges, probabilities", value=counts)
        for edge in self.edges:
            check.not_negative("Bands", "edge", edge)
        if any(a >= b for a, b in pairwise(self.edges)):
            raise ParameterError("parameter.order", where="Bands edges", value=", ".join(map(str, self.edges)))
        for probability in self.probabilities:
            check.share("Bands", "probability", probability)
        if abs(sum(self.probabilities) - 1) > 1e-9:
            raise ParameterError("parameter.weights", where="Bands", value=sum(self.probabilities))

    def moment(self, order: int) -> float:
        """Return E[X^k]."""
        return float(self.partial_moment(order, self.edges[-1]))

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(X <= x)."""
        return self.partial_moment(0, x)

    def partial_moment(self, order: int, x: ArrayLike) -> Floats:
        """E[X^k; X <= x] band by band: integrals of t^k / width or of t^(k-1) / log-width."""
        at = np.asarray(x, dtype=np.float64)
        total = np.zeros_like(at)
        for (low, high), probability in zip(pairwise(self.edges), self.probabilities, strict=True):
            upto = np.clip(at, low, high)
            if self.within == "log" and low > 0:
                part = np.log(upto / low) if order == 0 else (upto**order - low**order) / order
                total += probability * part / np.log(high / low)
            else:
                total += probability * (upto ** (order + 1) - low ** (order + 1)) / ((order + 1) * (high - low))
        return np.asarray(total)

    def upper(self) -> float:
        """Return the last edge."""
        return self.edges[-1]

    def lower(self) -> float:
        """Return the first edge."""
        return self.edges[0]

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles."""
        at = np.clip(np.asarray(u, dtype=np.float64), 0.0, 1.0)
        heights = np.concatenate([[0.0], np.cumsum(self.probabilities)])
        band = np.clip(np.searchsorted(heights[1:], at, side="left"), 0, len(self.probabilities) - 1)
        edges = np.asarray(self.edges)
        low, high, chance = edges[band], edges[band + 1], np.asarray(self.probabilities)[band]
        part = np.clip((at - heights[band]) / np.where(chance > 0, chance, 1.0), 0.0, 1.0)
        even = low + part * (high - low)
        if self.within == "uniform":
            return np.asarray(even)
        safe = np.where(low > 0, low, 1.0)
        return np.asarray(np.where(low > 0, safe * (high / safe) ** part, even))
