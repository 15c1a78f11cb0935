"""A figure of the data: always a spread, always with unit, source, grade and the way in which it may mislead."""

import math
from functools import cache
from typing import Final

from pydantic import Field, model_validator

from anshin.risk.data import read_models, sources
from anshin.risk.distributions import Lognormal, Severity, pert
from anshin.risk.text import Bilingual, Code, Frozen, Grade

Z90: Final = 1.2815515655446004
"""Standard normal quantile of 0.9: p10 and p90 lie this many standard deviations from the median."""


@cache
def biases() -> dict[str, Bilingual]:
    """Return every note on bias by its key."""
    return read_models(Bilingual, "biases.yaml")


class Spread(Frozen):
    """Either a lognormal by its 10th and 90th percentile, or a PERT by low, mode and high."""

    p10: float | None = Field(default=None, gt=0)
    p90: float | None = Field(default=None, gt=0)
    low: float | None = Field(default=None, ge=0)
    mode: float | None = Field(default=None, ge=0)
    high: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_way(self) -> "Spread":
        quantiles, points = (self.p10, self.p90), (self.low, self.mode, self.high)
        whole = None not in quantiles, None not in points
        some = any(v is not None for v in quantiles), any(v is not None for v in points)
        if whole != some or sum(whole) > 1:
            raise ValueError("give either p10 and p90, or low, mode and high")
        if any(whole):
            self.distribution()  # refuses an order that is none
        return self

    @property
    def given(self) -> bool:
        """Tell whether there is a spread at all."""
        return self.p10 is not None or self.low is not None

    def distribution(self) -> Severity:
        """Return the spread as a distribution. Raises ParameterError for values out of order."""
        if self.p10 is not None and self.p90 is not None:
            return Lognormal.from_range(self.p10, self.p90, 0.8)
        assert self.low is not None
        assert self.mode is not None
        assert self.high is not None
        return pert(self.low, self.mode, self.high)

    def mean(self) -> float:
        """Return the mean."""
        return self.distribution().mean()

    def words(self) -> str:
        """Return the spread as a reader of a list sees it."""
        if self.p10 is not None and self.p90 is not None:
            return f"{_short(self.p10)} – {_short(self.p90)} (10–90 %)"
        assert self.low is not None
        assert self.mode is not None
        assert self.high is not None
        return f"{_short(self.low)} – {_short(self.mode)} – {_short(self.high)}"


class Parameter(Spread):
    """A spread with everything that a reader needs to judge it."""

    unit: str = Field(min_length=1)
    source: Code
    grade: Grade
    bias: Code

    @model_validator(mode="after")
    def _known(self) -> "Parameter":
        if self.source not in sources():
            raise ValueError(f"source {self.source!r} is not in sources.yaml")
        if self.bias not in biases():
            raise ValueError(f"bias {self.bias!r} is not in biases.yaml")
        return self


def _short(value: float) -> str:
    if value and abs(value) < 1:
        return f"{value:.{max(2, 1 - math.floor(math.log10(abs(value))))}f}".rstrip("0")
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:g}"
