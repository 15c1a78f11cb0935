"""One figure of a sample of years and how far it can be off by chance."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from anshin.risk import check
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import ParameterError


class Estimate(NamedTuple):
    """A figure and its standard error from sampling alone (not from uncertain parameters)."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The usual figures of a sample of yearly losses in yen."""

    years: int
    mean: Estimate
    sd: float
    none: Estimate
    quantiles: dict[float, Estimate]
    tvar: dict[float, Estimate]


def summarise(yearly: Floats, levels: tuple[float, ...] = (0.5, 0.9, 0.95, 0.99, 0.995)) -> Summary:
    """Return mean, SD, P(no loss), quantiles and TVaR at `levels` of yearly losses."""
    values = np.sort(sample(yearly))
    return Summary(
        years=values.size,
        mean=mean(values),
        sd=float(values.std()),
        none=_probability(float((values == 0).mean()), values.size),
        quantiles={p: _quantile(values, p) for p in levels},
        tvar={p: _tvar(values, p) for p in levels},
    )


def sample(yearly: Floats) -> Floats:
    """Return a one-dimensional sample. Raises ParameterError when it is empty or holds NaN."""
    values = np.asarray(yearly, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ParameterError("parameter.empty", where="yearly losses")
    if np.isnan(values).any():
        raise ParameterError("parameter.not_a_number", where="yearly losses", name="a year", value="NaN")
    return values


def mean(yearly: Floats) -> Estimate:
    """Return the mean (AAL) with its standard error."""
    values = sample(yearly)
    return Estimate(float(values.mean()), float(values.std()) / math.sqrt(values.size))


def prob_exceeds(yearly: Floats, amount: float) -> Estimate:
    """Return P(year > amount) with its binomial standard error."""
    values = sample(yearly)
    return _probability(float((values > amount).mean()), values.size)


def quantile(yearly: Floats, p: float) -> Estimate:
    """Return the smallest simulated year that at least a share `p` of the years does not pass.

    Its standard error is half the distance between the order statistics one binomial standard deviation away.
    """
    return _quantile(np.sort(sample(yearly)), p)


def tvar(yearly: Floats, p: float) -> Estimate:
    """Return the mean of the worst 1 - `p` of the years, the year at the border counted in part.

    Standard error: sqrt((Var(tail) + p (TVaR - VaR)^2) / ((1 - p) n)) (Manistre and Hancock 2005).
    """
    return _tvar(np.sort(sample(yearly)), p)


def _probability(share: float, n: int) -> Estimate:
    return Estimate(share, math.sqrt(share * (1 - share) / n))


def _position(p: float, n: int) -> int:
    return min(max(math.ceil(p * n - 1e-9), 1), n) - 1


def _quantile(ordered: Floats, p: float) -> Estimate:
    check.share("quantile", "p", p)
    n = ordered.size
    spread = math.sqrt(p * (1 - p) / n)
    low, high = ordered[_position(max(p - spread, 0.0), n)], ordered[_position(min(p + spread, 1.0), n)]
    return Estimate(float(ordered[_position(p, n)]), float(high - low) / 2)


def _tvar(ordered: Floats, p: float) -> Estimate:
    if not 0 <= check.finite("tvar", "p", p) < 1:
        raise ParameterError("parameter.share", where="tvar (below 1)", name="p", value=p)
    n = ordered.size
    border = _position(p, n)
    var = float(ordered[border])
    worst = ordered[border + 1 :]
    weight = (1 - p) * n
    value = (float(worst.sum()) + (weight - worst.size) * var) / weight
    spread = float(worst.var()) if worst.size else 0.0
    return Estimate(value, math.sqrt((spread + p * (value - var) ** 2) / weight))
