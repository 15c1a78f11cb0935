"""What we believe about a yearly rate before and after seeing years go by."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import optimize, special

from anshin.risk import check
from anshin.risk.distributions.gamma import Gamma
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import FitError, ParameterError
from anshin.risk.frequency.counts import NegativeBinomial


@dataclass(frozen=True, slots=True)
class GammaPrior:
    """The yearly rate is gamma with `shape` a > 0 and `exposure` b > 0 (years of experience the prior is worth).

    Mean a/b, variance a/b^2. With Poisson counts the posterior is a gamma again (Bühlmann credibility is exact).
    """

    shape: float
    exposure: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.positive("GammaPrior", "shape", self.shape)
        check.positive("GammaPrior", "exposure", self.exposure)

    @classmethod
    def from_mean(cls, mean: float, variation: float) -> Self:
        """Return the prior with this mean and coefficient of variation (SD / mean)."""
        check.rate("GammaPrior", mean)
        check.positive("GammaPrior", "variation", variation)
        return cls(variation**-2, variation**-2 / mean)

    @classmethod
    def from_range(cls, low: float, high: float, probability: float = 0.9) -> Self:
        """Return the prior that leaves (1 - probability)/2 below `low` and as much above `high`, 0 < low < high."""
        check.rate("GammaPrior low", low)
        if not low < check.finite("GammaPrior", "high", high):
            raise ParameterError("parameter.order", where="GammaPrior low, high", value=f"{low}, {high}")
        if not 0 < check.finite("GammaPrior", "probability", probability) < 1:
            raise ParameterError("parameter.share", where="GammaPrior", name="probability", value=probability)
        tail = (1 - probability) / 2

        def spread(log_shape: float) -> float:
            shape = math.exp(log_shape)
            lower = max(float(special.gammaincinv(shape, tail)), 5e-324)
            return math.log(float(special.gammaincinv(shape, 1 - tail)) / lower) - math.log(high / low)

        try:
            shape = math.exp(optimize.brentq(spread, math.log(1e-2), math.log(1e9)))
        except ValueError as error:
            raise FitError("fit.no_convergence", where=f"GammaPrior [{low}, {high}]", cause=error) from error
        return cls(shape, float(special.gammaincinv(shape, tail)) / low)

    def mean(self) -> float:
        """Return the expected yearly rate."""
        return self.shape / self.exposure

    def quantile(self, p: float) -> float:
        """Return the rate that is not passed with probability `p`."""
        return self.as_severity().quantile(p)

    def as_severity(self) -> Gamma:
        """Return the distribution of the rate itself."""
        return Gamma(self.shape, 1 / self.exposure)

    def credibility(self, years: float) -> float:
        """Return the weight Z = years / (years + exposure) that own experience would get."""
        return check.not_negative("GammaPrior", "years", years) / (years + self.exposure)

    def updated(self, events: int, years: float) -> Self:
        """Return the belief after `events` in `years` (whole count >= 0, years >= 0)."""
        check.whole("GammaPrior", "events", events)
        check.not_negative("GammaPrior", "years", years)
        return type(self)(self.shape + events, self.exposure + years)

    def scaled(self, factor: float) -> Self:
        """Return the belief about `factor` times the rate, factor > 0."""
        return type(self)(self.shape, self.exposure / check.positive("GammaPrior", "factor", factor))

    def predictive(self) -> NegativeBinomial:
        """Return next year's count with the uncertainty of the rate inside it."""
        return NegativeBinomial(self.mean(), 1 / self.shape)

    def sample(self, generator: np.random.Generator, n: int) -> Floats:
        """Return `n` rates."""
        return generator.gamma(self.shape, 1 / self.exposure, n)
