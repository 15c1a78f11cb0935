"""What is read from a loss distribution: averages, bad years, exceedance curves, who drives the tail.

Here live figures from simulated years and their standard errors. Not here: how the years came about.
"""

from anshin.risk.metrics.allocation import co_tvar
from anshin.risk.metrics.curve import RETURN_PERIODS, Exceedance, aep, exceedance_at, exceedance_curve, oep
from anshin.risk.metrics.summary import Estimate, Summary, mean, prob_exceeds, quantile, summarise, tvar

__all__ = [
    "RETURN_PERIODS",
    "Estimate",
    "Exceedance",
    "Summary",
    "aep",
    "co_tvar",
    "exceedance_at",
    "exceedance_curve",
    "mean",
    "oep",
    "prob_exceeds",
    "quantile",
    "summarise",
    "tvar",
]
