"""From the newest results of a provider's customers to one portfolio: what strikes many of them at once.

Not imported by pages: the numerics take seconds to load. What is approximated stands in `figures`.
"""

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django_scopes import scopes_disabled

from anshin.console.diagnosis.models import Calculation, Diagnosis
from anshin.console.diagnosis.report_page import read_result
from anshin.console.fleet.operations import usual_systems
from anshin.console.people.models import Organisation
from anshin.risk.document import LossResult
from anshin.risk.parameter import Z90
from anshin.risk.portfolio import Portfolio, Run, default_causes, make_portfolio, run_portfolio

YEARS, SEED = 20_000, 20_260_401
NARROW = 0.1
"""A log-SD below which two figures are too near each other to be told apart."""


def newest_results(provider: Organisation) -> dict[UUID, LossResult]:
    """Return the newest readable result of every customer that has one."""
    found: dict[UUID, LossResult] = {}
    with scopes_disabled():  # all customers of this provider, and of no other
        rows = Diagnosis.objects.filter(organisation__provider=provider, state=Calculation.State.DONE)
        for row in rows.order_by("-requested_at").iterator():
            if row.organisation_id not in found and (read := read_result(row)) is not None:
                found[row.organisation_id] = read
    return found


def figures(provider: Organisation, *, years: int = YEARS) -> dict[str, Any] | None:
    """Return the figures of the portfolio (PortfolioReport), or None when no customer has a result.

    Each company's events are one lognormal for everyday and one for serious accidents, with the rate, mean, median and
    9-in-10 point of its result. The cover pays the share that it pays of the mean, up to its limit a year. Common
    causes are the usual operating system of the devices and the provider itself, which serves all of them.
    """
    results = newest_results(provider)
    if not results:
        return None
    portfolio = portfolio_of(results, usual_systems(list(results)), provider.name)
    run = Run(portfolio, years, SEED, default_causes(portfolio))
    return {**run_portfolio(run, workers=1).as_dict(), "companies": [str(key) for key in results]}


def portfolio_of(results: Mapping[UUID, LossResult], systems: Mapping[UUID, str], supplier: str) -> Portfolio:
    """Return one row for each result."""
    rows = [_row(result) for result in results.values()]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    sectors = [result.sector.en for result in results.values()]
    vendors = {"os": [systems.get(key, "") for key in results], "supplier": [supplier] * len(rows)}
    return make_portfolio(**columns, sector=sectors, vendors=vendors, name="customers")  # type: ignore[arg-type]


def _row(result: LossResult) -> dict[str, float]:
    rate = sum(s.frequency.value for s in result.scenarios)
    serious_rate = min(sum(s.frequency.value * s.p_serious for s in result.scenarios), rate)
    serious, everyday_rate = result.serious, rate - serious_rate
    everyday = max(result.total.mean.value - serious_rate * serious.mean, 1.0) / max(everyday_rate, 1e-9)
    median = min(float(result.total.typical_loss_year) or everyday, everyday)
    cover = result.covers[0] if result.covers else None
    return {
        "rate": max(rate, 1e-6),
        "median": max(median, 1.0),
        "sigma": max(math.sqrt(2 * math.log(max(everyday / max(median, 1.0), 1.0))), NARROW),
        "serious_share": serious_rate / rate if rate else 0.0,
        "serious_median": max(float(serious.median), 1.0),
        "serious_sigma": max(math.log(max(serious.nine_in_ten_below, 1) / max(serious.median, 1)) / Z90, NARROW),
        "share": round(cover.expected.paid / cover.expected.total, 3) if cover and cover.expected.total else 0.0,
        "limit_per_year": float(cover.limit) if cover else 0.0,
    }
