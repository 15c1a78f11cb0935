"""The table of simulated events, and what is read from it: variants, sums by year, payments of a cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshin.risk import check
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import ParameterError
from anshin.risk.simulate.model import Model
from anshin.risk.terms import Payments, Terms, pay

Factor = float | Sequence[float] | Floats
"""One number, or one per parameter draw."""


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """Events sorted by year and moment. Arrays are as long as there are events; `losses` is items x events, whole yen.

    `scenario` and `cause` are positions in the model (-1: no common cause); `mark` is a uniform number of each event,
    by which variants keep or drop it, the same event in every variant.
    """

    model: Model
    years: int
    draws: int
    year: NDArray[np.int64]
    when: Floats
    scenario: NDArray[np.int32]
    cause: NDArray[np.int32]
    mark: Floats
    hours: Floats
    losses: Floats

    @classmethod
    def joined(cls, model: Model, tables: Sequence[Self], *, years: int, draws: int) -> Self:
        """Return one simulation from blocks of years in order."""
        names = ("year", "when", "scenario", "cause", "mark", "hours", "losses")
        columns = [np.concatenate([getattr(table, name) for table in tables], axis=-1) for name in names]
        return cls(model, years, draws, *columns)

    @property
    def items(self) -> tuple[str, ...]:
        """Return the codes of the rows of `losses`."""
        return self.model.items()

    @property
    def by_event(self) -> Floats:
        """Return the whole loss of each event."""
        return np.asarray(self.losses.sum(axis=0))

    def yearly(self, amounts: ArrayLike | None = None) -> Floats:
        """Return the sum of `amounts` (one per event; default the whole loss) for every year, empty ones too."""
        values = self.by_event if amounts is None else np.asarray(amounts, dtype=np.float64)
        return np.bincount(self.year, weights=values, minlength=self.years).astype(np.float64)

    def yearly_largest(self, amounts: ArrayLike | None = None) -> Floats:
        """Return the largest single event of each year (0 without events), for the OEP curve."""
        values = self.by_event if amounts is None else np.asarray(amounts, dtype=np.float64)
        largest = np.zeros(self.years)
        if values.size:
            first = np.flatnonzero(np.diff(self.year, prepend=-1))
            largest[self.year[first]] = np.maximum.reduceat(values, first)
        return largest

    def per_draw(self, yearly: Floats) -> Floats:
        """Return yearly figures as draws x years of a draw, for the band of parameter uncertainty."""
        return yearly.reshape(self.draws, -1)

    def mean_by_item(self) -> dict[str, float]:
        """Return the mean loss a year by item."""
        sums = self.losses.sum(axis=1) / self.years
        return dict(zip(self.items, map(float, sums), strict=True))

    def mean_by_scenario(self) -> dict[str, float]:
        """Return the mean loss a year by scenario."""
        sums = np.bincount(self.scenario, weights=self.by_event, minlength=len(self.model.scenarios)) / self.years
        return {s.code: float(total) for s, total in zip(self.model.scenarios, sums, strict=True)}

    def mean_by_item_and_scenario(self) -> dict[tuple[str, str], float]:
        """Return the mean loss a year for each (scenario, item) that a scenario has."""
        found = {}
        for index, scenario in enumerate(self.model.scenarios):
            sums = self.losses[:, self.scenario == index].sum(axis=1) / self.years
            for item in scenario.items:
                found[scenario.code, item.code] = float(sums[self.items.index(item.code)])
        return found

    def variant(
        self,
        *,
        keep: Mapping[str, Factor] | None = None,
        scale: Mapping[str | tuple[str, str], Factor] | None = None,
    ) -> Self:
        """Return what the same years would have been with fewer or smaller events, on common random numbers.

        `keep[scenario]` in [0, 1]: that share of the events stays, which is exact for Poisson and negative binomial
        counts (thinning). `scale[scenario]` or `scale[scenario, item]` >= 0 multiplies losses, rounded to whole yen. A
        value may be one number or one per draw. Raises ParameterError for an unknown code or a value without meaning.
        """
        codes = [scenario.code for scenario in self.model.scenarios]
        draw = self.year // (self.years // self.draws)
        stays = np.ones(self.year.size, dtype=bool)
        for code, share in (keep or {}).items():
            here = self.scenario == codes.index(check.known("variant keep", code, codes))
            factor = self._factor(f"variant keep {code}", share)
            if np.any(factor > 1):
                raise ParameterError("parameter.share", where="variant keep", name=code, value=float(factor.max()))
            stays[here] &= self.mark[here] < factor[draw[here]]
        factors = np.ones_like(self.losses)
        for target, value in (scale or {}).items():
            code, item = (target, None) if isinstance(target, str) else target
            here = np.flatnonzero(self.scenario == codes.index(check.known("variant scale", code, codes)))
            rows = range(len(self.items)) if item is None else [self._row(item)]
            factor = self._factor(f"variant scale {target}", value)[draw[here]]
            for row in rows:
                factors[row, here] *= factor
        losses = np.rint(self.losses * factors) if scale else self.losses
        names = ("year", "when", "scenario", "cause", "mark", "hours")
        return replace(self, losses=losses[:, stays], **{name: getattr(self, name)[stays] for name in names})

    def pay(self, terms: Terms) -> Payments:
        """Return what a cover pays of every event, year limits in order of time."""
        perils = [scenario.perils for scenario in self.model.scenarios]
        return pay(terms, self.items, self.losses, year=self.year, perils=perils, peril=self.scenario, hours=self.hours)

    def _row(self, item: str) -> int:
        return self.items.index(check.known("variant scale", item, self.items))

    def _factor(self, where: str, value: Factor) -> Floats:
        factor = np.asarray(value, dtype=np.float64)
        if factor.ndim > 1 or (factor.ndim == 1 and factor.size != self.draws):
            raise ParameterError("parameter.length", where=f"{where}: draws", value=factor.shape)
        if not np.all(np.isfinite(factor)) or np.any(factor < 0):
            raise ParameterError("parameter.negative", where=where, name="factor", value=value)
        return np.broadcast_to(factor, (self.draws,))
