"""The simulated firm: all events once, and any variant of adopted controls read from them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anshin.risk.diagnose.events import Sampler, Table
from anshin.risk.diagnose.multipliers import Multipliers
from anshin.risk.diagnose.parameters import Parameters
from anshin.risk.distributions import Floats
from anshin.risk.profile.adoption import Adoptions
from anshin.risk.profile.firm import Firm
from anshin.risk.scenarios.load import accidents, item_titles

Yearly = dict[str, Floats]
"""Yearly loss by accident."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """The events of one variant over all accidents, by year and moment; `losses` are item codes x events, whole yen."""

    year: NDArray[np.int64]
    accident: NDArray[np.int64]
    serious: NDArray[np.bool_]
    hours: Floats
    losses: Floats


class Simulated:
    """Tables of all accidents that can happen, without controls."""

    def __init__(self, firm: Firm, parameters: Parameters, usual: Adoptions, *, years: int, seed: int) -> None:
        """Draw everything once. `years` must be a multiple of the number of parameter sets."""
        sampler = Sampler(firm, parameters, usual, years=years, seed=seed)
        self.years, self.sets = years, sampler.sets
        self._usual = usual
        self.multipliers = {p.accident.id: Multipliers(parameters, p) for p in parameters.accidents}
        self.tables = {p.accident.id: sampler.table(p, self.multipliers[p.accident.id]) for p in parameters.accidents}
        self._sums = {key: self._expected(key) for key in self.tables}
        self.codes = tuple(item_titles())

    def _expected(self, key: str) -> Floats:
        """Return the sum of losses by item and set, without controls: what `mean` weighs."""
        table = self.tables[key]
        sums = [np.bincount(table.set, weights=row, minlength=self.sets) for row in table.losses]
        return np.stack(sums) / self.years

    def mean_of(self, key: str, adoptions: Adoptions) -> Floats:
        """Return the expected loss a year of one accident by item, without the noise of thinning."""
        multipliers = self.multipliers[key]
        weights = multipliers.frequency(adoptions)[None, :] * multipliers.severity(adoptions)
        return np.asarray((self._sums[key] * weights).sum(axis=1))

    def mean(self, adoptions: Adoptions) -> float:
        """Return the expected loss a year."""
        return float(sum(self.mean_of(key, adoptions).sum() for key in self.tables))

    def mean_with(self, key: str, adoptions: Adoptions, other: Multipliers) -> float:
        """Return the expected loss a year of one accident if the controls worked as `other` says.

        The stated frequencies and amounts hold for the usual controls, so the base moves along with the effect.
        """
        drawn = self.multipliers[key]
        weights = other.frequency(adoptions) / other.frequency(self._usual) * drawn.frequency(self._usual)
        left = other.severity(adoptions) / other.severity(self._usual) * drawn.severity(self._usual)
        return float((self._sums[key] * weights[None, :] * left).sum())

    def mean_by_set(self, adoptions: Adoptions) -> Floats:
        """Return the expected loss a year of each parameter set."""
        total = np.zeros(self.sets)
        for key, sums in self._sums.items():
            m = self.multipliers[key]
            total += (sums * m.frequency(adoptions)[None, :] * m.severity(adoptions)).sum(axis=0)
        return total * self.sets

    def yearly(self, adoptions: Adoptions, only: Iterable[str] | None = None) -> Yearly:
        """Return the yearly loss in whole yen of each accident, or of those in `only`."""
        return {key: self._yearly(key, adoptions) for key in (self.tables if only is None else only)}

    def changed(self, base: Yearly, adoptions: Adoptions, controls: Iterable[str]) -> Floats:
        """Return the total by year when only `controls` differ from what gave `base`."""
        touched = set(controls)
        moved = [key for key, m in self.multipliers.items() if m.controls & touched]
        return self.total({**base, **self.yearly(adoptions, moved)})

    def total(self, yearly: Yearly) -> Floats:
        """Return the sum over accidents by year."""
        return np.sum(list(yearly.values()), axis=0) if yearly else np.zeros(self.years)

    def _yearly(self, key: str, adoptions: Adoptions) -> Floats:
        table, losses = self._losses(key, adoptions)
        sums = np.bincount(table.year[self._stays(key, adoptions)], weights=losses.sum(axis=0), minlength=self.years)
        return np.asarray(sums, dtype=np.float64)

    def _stays(self, key: str, adoptions: Adoptions) -> NDArray[np.bool_]:
        table = self.tables[key]
        return table.mark < self.multipliers[key].frequency(adoptions)[table.set]

    def _losses(self, key: str, adoptions: Adoptions) -> tuple[Table, Floats]:
        table = self.tables[key]
        stays = self._stays(key, adoptions)
        left = self.multipliers[key].severity(adoptions)
        return table, np.rint(table.losses[:, stays] * left[:, table.set[stays]])

    def kept(self, adoptions: Adoptions) -> Kept:
        """Return the events that remain with `adoptions`, all accidents together."""
        pieces = []
        for number, (key, table) in enumerate(self.tables.items()):
            stays = self._stays(key, adoptions)
            _, losses = self._losses(key, adoptions)
            all_codes = np.zeros((len(self.codes), losses.shape[1]))
            for item, row in zip(accidents()[key].items, losses, strict=True):
                all_codes[self.codes.index(item.code)] += row
            count = losses.shape[1]
            pieces.append(
                (
                    table.year[stays],
                    table.when[stays],
                    np.full(count, number, dtype=np.int64),
                    table.serious[stays],
                    table.hours[stays],
                    all_codes,
                )
            )
        columns = [np.concatenate(column, axis=-1) for column in zip(*pieces, strict=True)]
        order = np.lexsort((columns[1], columns[0]))
        year, _, accident, serious, hours, losses = (column[..., order] for column in columns)
        return Kept(year, accident, serious, hours, losses)
