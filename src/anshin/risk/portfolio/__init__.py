"""Thousands to a million firms: yearly sums, accumulation by common cause, the same bytes on one core or a cluster.

Here live the columns of a portfolio, its event kernel and how blocks are run and kept. Not here: one firm in detail
(`simulate`), wordings and prices.
"""

from anshin.risk.portfolio.causes import VendorCause, default_causes, read_causes
from anshin.risk.portfolio.model import Portfolio, make_portfolio
from anshin.risk.portfolio.read import read_portfolio
from anshin.risk.portfolio.report import PortfolioReport
from anshin.risk.portfolio.run import Run, run_portfolio
from anshin.risk.portfolio.summary import YearBlock

__all__ = [
    "Portfolio",
    "PortfolioReport",
    "Run",
    "VendorCause",
    "YearBlock",
    "default_causes",
    "make_portfolio",
    "read_causes",
    "read_portfolio",
    "run_portfolio",
]
