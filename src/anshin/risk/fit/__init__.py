"""Severities fitted to what is published: counts of losses between two amounts.

Here live the tables, the interval likelihood, the chi-square test and parameter draws. Not here: frequencies.
"""

from anshin.risk.fit.likelihood import EVERYDAY_AND_SERIOUS, Family, Fit, fit_family, fit_lognormal, fit_mixture
from anshin.risk.fit.tables import BandTable, published_bands, read_bands
from anshin.risk.fit.uncertainty import bootstrap, parameter_draws, share_above

__all__ = [
    "EVERYDAY_AND_SERIOUS",
    "BandTable",
    "Family",
    "Fit",
    "bootstrap",
    "fit_family",
    "fit_lognormal",
    "fit_mixture",
    "parameter_draws",
    "published_bands",
    "read_bands",
    "share_above",
]
