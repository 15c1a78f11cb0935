"""Severities fitted to what is published: counts of losses between two amounts.

Here live the tables, the interval likelihood, the chi-square test and parameter draws. Not here: frequencies.
"""

from anshin.risk.fit.likelihood import Fit, fit_lognormal, fit_mixture
from anshin.risk.fit.tables import BandTable, published_bands, read_bands
from anshin.risk.fit.uncertainty import bootstrap, share_above

__all__ = [
    "BandTable",
    "Fit",
    "bootstrap",
    "fit_lognormal",
    "fit_mixture",
    "published_bands",
    "read_bands",
    "share_above",
]
