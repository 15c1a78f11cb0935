"""Frequencies: how many events in a year, and how surely we know it.

Here live the counting distributions and their gamma prior. Not here: how much an event costs (`distributions`).
"""

from anshin.risk.frequency.counts import Binomial, Frequency, NegativeBinomial, Panjer, Poisson, bernoulli
from anshin.risk.frequency.prior import GammaPrior

__all__ = ["Binomial", "Frequency", "GammaPrior", "NegativeBinomial", "Panjer", "Poisson", "bernoulli"]
