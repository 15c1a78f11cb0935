"""What a run says: averages, bad years, who and what drives them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anshin.risk.distributions.severity import Floats
from anshin.risk.metrics import Estimate, aep, mean, oep, tvar
from anshin.risk.metrics.allocation import tail_weights
from anshin.risk.portfolio.causes import VendorCause
from anshin.risk.portfolio.model import Portfolio
from anshin.risk.portfolio.summary import YearBlock

PERIODS: tuple[int, ...] = (10, 20, 50, 100, 200, 250, 500, 1000)
LEVEL = 0.995


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioReport:
    """Yearly sums of a finished run and the figures read from them. Amounts are yen; `net` is what the cover pays."""

    portfolio: Portfolio
    causes: Sequence[VendorCause]
    sums: YearBlock
    run: str

    def digest(self) -> str:
        """Return a SHA-256 over every yearly sum: equal digests are equal results, to the byte."""
        return hashlib.sha256(self.sums.to_bytes()).hexdigest()

    def yearly(self, *, net: bool) -> Floats:
        """Return the portfolio's sum by year."""
        return (self.sums.net if net else self.sums.gross).astype(np.float64)

    def largest(self, *, net: bool) -> Floats:
        """Return the largest occurrence by year: one own event, or all losses of one common event together."""
        s = self.sums
        largest = (s.own_net if net else s.own_gross).copy()
        np.maximum.at(largest, s.cause_year, s.cause_net if net else s.cause_gross)
        return largest.astype(np.float64)

    def aal(self, *, net: bool) -> Estimate:
        """Return the average yearly loss."""
        return mean(self.yearly(net=net))

    def aep(self, *, net: bool) -> dict[int, Estimate]:
        """Return the yearly sum at return periods."""
        return aep(self.yearly(net=net), PERIODS)

    def oep(self, *, net: bool) -> dict[int, Estimate]:
        """Return the largest occurrence at return periods."""
        return oep(self.largest(net=net), PERIODS)

    def tvar(self, *, net: bool, level: float = LEVEL) -> Estimate:
        """Return the mean of the worst years."""
        return tvar(self.yearly(net=net), level)

    def by_sector(self, level: float = LEVEL) -> dict[str, tuple[float, float]]:
        """Return each sector's payments: mean a year and co-TVaR; the empty name is no sector."""
        weights = tail_weights(self.yearly(net=True), level)
        rows = self.sums.by_sector.astype(np.float64)
        found = {
            name: (float(row.mean()), float(row @ weights)) for name, row in zip(self._sectors(), rows, strict=True)
        }
        return found if rows[-1].any() else {name: value for name, value in found.items() if name}

    def by_cause(self, level: float = LEVEL, *, net: bool = True) -> dict[str, tuple[float, float]]:
        """Return own events ("own") and each vendor's common events: mean a year and co-TVaR; both add up."""
        total = self.yearly(net=net)
        weights = tail_weights(total, level)
        amounts = (self.sums.cause_net if net else self.sums.cause_gross).astype(np.float64)
        means = np.bincount(self.sums.cause, amounts, len(self.causes)) / total.size
        tails = np.bincount(self.sums.cause, amounts * weights[self.sums.cause_year], len(self.causes))
        own = (float(total.mean() - means.sum()), float(total @ weights - tails.sum()))
        return {"own": own} | {
            cause.code: (float(m), float(t)) for cause, m, t in zip(self.causes, means, tails, strict=True)
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; amounts rounded to whole yen."""

        def rounded(estimate: Estimate) -> dict[str, int]:
            return {"yen": round(estimate.value), "standard_error": round(estimate.error)}

        def side(*, net: bool) -> dict[str, Any]:
            return {
                "aal": rounded(self.aal(net=net)),
                "sd": round(float(self.yearly(net=net).std())),
                "aep": {str(period): rounded(e) for period, e in self.aep(net=net).items()},
                "oep": {str(period): rounded(e) for period, e in self.oep(net=net).items()},
                "tvar_995": rounded(self.tvar(net=net)),
            }

        def shares(values: dict[str, tuple[float, float]]) -> dict[str, dict[str, int]]:
            return {name: {"aal": round(aal), "co_tvar_995": round(tail)} for name, (aal, tail) in values.items()}

        return {
            "schema_version": 1,
            "run": self.run,
            "digest": self.digest(),
            "firms": len(self.portfolio),
            "years": int(self.sums.gross.size),
            "events": self.sums.events,
            "events_cut_at_largest": self.sums.capped,
            "gross": side(net=False),
            "net": side(net=True),
            "net_by_sector": shares(self.by_sector()),
            "net_by_cause": shares(self.by_cause()),
        }

    def _sectors(self) -> tuple[str, ...]:
        return (*self.portfolio.sectors, "")
