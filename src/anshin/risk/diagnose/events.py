"""Draws the events of one accident, as they would be without any control; controls then drop and shrink them.

The counts are negative binomial. A control that leaves a share m of the frequency keeps each event whose mark is
below m, which is exact thinning; so every variant lives through the same events and differences are no noise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anshin.risk.diagnose.multipliers import Multipliers
from anshin.risk.diagnose.parameters import AccidentParameters, Parameters, scale
from anshin.risk.distributions import Floats
from anshin.risk.liability import jo
from anshin.risk.parameter import Z90
from anshin.risk.profile.adoption import Adoptions
from anshin.risk.profile.firm import Firm
from anshin.risk.scenarios.load import causes, quantity_order
from anshin.risk.scenarios.model import CostItem, Quantity
from anshin.risk.simulate import code_number
from anshin.risk.streams import stream


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The events of one accident by year and moment. `losses`: items x events in yen, not yet rounded."""

    id: str
    year: NDArray[np.int64]
    set: NDArray[np.int64]
    when: Floats
    mark: Floats
    serious: NDArray[np.bool_]
    hours: Floats
    losses: Floats
    events: Floats  # a year without controls, by set


class Sampler:
    """Draws tables for one firm; `years` are split evenly over the parameter sets."""

    def __init__(self, firm: Firm, parameters: Parameters, usual: Adoptions, *, years: int, seed: int) -> None:
        """Draw the events of the common causes, which all accidents share."""
        self.firm, self.parameters, self.usual = firm, parameters, usual
        self.years, self.seed = years, seed
        self.sets = parameters.upper.size
        self.set_of_year = np.repeat(np.arange(self.sets), years // self.sets)
        self._causes = {key: self._cause(key, rate) for key, rate in parameters.causes.items()}

    def table(self, accident: AccidentParameters, multipliers: Multipliers) -> Table:
        """Return the events of `accident`."""
        generator = stream(self.seed, code_number(accident.accident.id))
        events = accident.usual_events / multipliers.frequency(self.usual)
        year, when, size = self._times(accident, events, generator)
        which, count = self.set_of_year[year], year.size
        mark = generator.random(count)
        serious = generator.random(count) < accident.serious[which]
        drawn: dict[str, Floats] = {}
        for key in quantity_order(accident.accident, accident.accident.id):
            quantity = accident.accident.quantities[key]
            drawn[key] = self._quantity(quantity, accident.quantities[key][which], drawn, which, generator)
        before = multipliers.severity(self.usual)
        losses = np.zeros((len(accident.accident.items), count))
        for row, item in enumerate(accident.accident.items):
            amount = self._amount(item, accident.items[row][which], which, generator)
            for name in item.times:
                amount = amount * (drawn[name] if name in drawn else self.firm.quantities[name][which])
            amount = amount * scale(self.firm, item.size)[which] * size
            amount = amount * (generator.random(count) < accident.chances[row][which])
            if item.most is not None:
                amount = np.minimum(amount, item.most)
            if item.tier != "both":
                amount = amount * (serious if item.tier == "serious" else ~serious)
            losses[row] = amount / before[row][which]
        hours = np.rint(drawn.get("downtime_days", np.zeros(count)) * 24) * serious
        return Table(accident.accident.id, year, which, when, mark, serious, hours, losses, events)

    def _cause(self, key: str, rate: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
        generator = stream(self.seed, code_number(f"cause:{key}"))
        year = np.repeat(np.arange(self.years), generator.poisson(rate[self.set_of_year]))
        sigma = causes()[key].spread
        return year, generator.random(year.size), generator.lognormal(-(sigma**2) / 2, sigma, year.size)

    def _times(
        self, accident: AccidentParameters, events: Floats, generator: np.random.Generator
    ) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Return year, moment and size factor of each event, in order of time."""
        shape = accident.accident.frequency.dispersion
        own = events.copy()
        parts: list[tuple[NDArray[np.int64], Floats, Floats]] = []
        for key, share in accident.accident.causes.items():
            rate = self.parameters.causes[key]
            chance = np.minimum(share * events / rate, 1.0)
            own -= chance * rate
            year, when, size = self._causes[key]
            hit = generator.random(year.size) < chance[self.set_of_year[year]]
            parts.append((year[hit], when[hit], size[hit]))
        rate_of_year = own[self.set_of_year] * generator.gamma(shape, 1 / shape, self.years)
        year = np.repeat(np.arange(self.years), generator.poisson(np.maximum(rate_of_year, 0.0)))
        parts.append((year, generator.random(year.size), np.ones(year.size)))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.lexsort((columns[1], columns[0]))
        return columns[0][order], columns[1][order], columns[2][order]

    def _quantity(
        self,
        quantity: Quantity,
        factor: Floats,
        drawn: dict[str, Floats],
        which: NDArray[np.int64],
        generator: np.random.Generator,
    ) -> Floats:
        value = quantity.distribution().sample(generator, which.size) * factor
        if quantity.of is not None:
            value = np.minimum(value, 1.0) * self._known(quantity.of, drawn, which)
        if quantity.most_of is not None:
            value = np.minimum(value, self._known(quantity.most_of, drawn, which))
        value = np.clip(value, quantity.least, quantity.most)
        return np.asarray(generator.poisson(value), dtype=np.float64) if quantity.count else value

    def _known(self, name: str, drawn: dict[str, Floats], which: NDArray[np.int64]) -> Floats:
        return drawn[name] if name in drawn else self.firm.quantities[name][which]

    def _amount(
        self, item: CostItem, factor: Floats, which: NDArray[np.int64], generator: np.random.Generator
    ) -> Floats:
        if item.amount == "spread":
            amount = item.distribution().sample(generator, which.size) * factor
            return amount if item.most_share is None else np.minimum(amount, item.most_share)
        level = self.firm.award_level[which]
        amount = np.zeros(which.size)
        unit = generator.standard_normal(which.size)
        for x, award in jo.model().awards.items():
            assert award.p10 is not None
            assert award.p90 is not None
            low, high = np.log(award.p10), np.log(award.p90)
            sigma = (high - low) / (2 * Z90)
            amount = np.where(level == x, np.exp((low + high) / 2 + sigma * unit), amount)
        upper = generator.random(which.size) < self.parameters.upper[which]
        return np.asarray(np.where(upper, self.firm.jo_amount[which], amount * factor))
