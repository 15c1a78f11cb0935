"""What is known in closed form."""

import math
from typing import NamedTuple

from anshin.risk.distributions.severity import Severity
from anshin.risk.errors import ParameterError
from anshin.risk.frequency import Frequency, Poisson


class Moments(NamedTuple):
    """Mean and variance of a yearly sum, in yen and yen squared; infinite where the severity's are."""

    mean: float
    var: float

    @property
    def sd(self) -> float:
        """Return the standard deviation."""
        return math.sqrt(self.var)


def moments(frequency: Frequency, severity: Severity) -> Moments:
    """E[S] = E[N] E[X]; Var S = E[N] Var X + Var N E[X]^2 (Poisson: rate E[X^2])."""
    first, second = severity.moment(1), severity.moment(2)
    return Moments(
        frequency.mean() * first,
        frequency.mean() * (second - first**2) + frequency.var() * first**2 if math.isfinite(second) else math.inf,
    )


def oep_quantile(frequency: Poisson, severity: Severity, p: float) -> float:
    """Return the quantile `p` of the largest event of a year, exactly.

    P(largest <= x) = exp(-rate P(X > x)), so it is the severity's quantile at 1 + ln(p) / rate; 0 when p <= exp(-rate).
    Raises ParameterError unless 0 < p < 1.
    """
    if not 0 < p < 1:
        raise ParameterError("parameter.share", where="oep_quantile (strictly inside)", name="p", value=p)
    at = 1 + math.log(p) / frequency.rate
    return severity.quantile(at) if at > 0 else 0.0
