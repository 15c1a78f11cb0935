"""What a cover pays of one event and of one year: the money terms, exactly in yen and vectorised for simulation.

Here live the terms and the two ways to apply them. Not here: wordings, facts and decisions (`cover`), and prices.
"""

from anshin.risk.terms.exact import Event, Settled, SettledPart, settle, settle_year
from anshin.risk.terms.model import ORDERS, Part, Step, Sublimit, Terms, Waiting, covers
from anshin.risk.terms.read import load_terms, read_terms
from anshin.risk.terms.vector import Payments, pay

__all__ = [
    "ORDERS",
    "Event",
    "Part",
    "Payments",
    "Settled",
    "SettledPart",
    "Step",
    "Sublimit",
    "Terms",
    "Waiting",
    "covers",
    "load_terms",
    "pay",
    "read_terms",
    "settle",
    "settle_year",
]
