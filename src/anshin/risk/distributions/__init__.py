"""Severities: how much one event costs, in yen, given that it happens.

Here live the families and what is built from them. Not here: how often (`frequency`), and numbers about the world.
"""

from anshin.risk.distributions.bands import Bands
from anshin.risk.distributions.bounded import Beta, Deterministic, pert, share_of
from anshin.risk.distributions.gamma import Exponential, Gamma
from anshin.risk.distributions.lognormal import Lognormal
from anshin.risk.distributions.mixture import Mixture, mixture, occasional
from anshin.risk.distributions.pareto import GeneralisedPareto, lomax, pareto
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.distributions.transformed import Affine, Layer, Product, product

__all__ = [
    "Affine",
    "Bands",
    "Beta",
    "Deterministic",
    "Exponential",
    "Floats",
    "Gamma",
    "GeneralisedPareto",
    "Layer",
    "Lognormal",
    "Mixture",
    "Product",
    "Severity",
    "lomax",
    "mixture",
    "occasional",
    "pareto",
    "pert",
    "product",
    "share_of",
]
