"""The event kernel: one block of firms in one block of years. Cost follows events, not policy-years.

All sums are of whole yen, which float64 and int64 hold exactly below 2**53; so neither the order of firms nor the split
of work can change a byte. Firms come in order, so that their parameters are read from the cache.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import PortfolioError
from anshin.risk.portfolio.causes import VendorCause
from anshin.risk.portfolio.model import NO_LIMIT, Portfolio
from anshin.risk.portfolio.summary import DECADES, EDGES_PER_DECADE, YearBlock
from anshin.risk.simulate.model import code_number
from anshin.risk.streams import stream
from anshin.risk.terms import Step

OWN, HITS, CAUSE = (code_number(f"portfolio/{name}") for name in ("own", "hits", "cause"))
BINS = EDGES_PER_DECADE * DECADES


class CauseEvents(NamedTuple):
    """Common events of one block of years: position in the causes, year in the block, log of the size factor."""

    cause: NDArray[np.int64]
    year: NDArray[np.int64]
    log_size: Floats


class Events(NamedTuple):
    """Events of one block of firms: row in the block, year in the block, common event (-1: own), log size factor."""

    firm: NDArray[np.int64]
    year: NDArray[np.int64]
    common: NDArray[np.int64]
    log_size: Floats | None


@dataclass(frozen=True, slots=True)
class Kernel:
    """Simulates blocks of one portfolio; `firms` are the rows that share a stream."""

    portfolio: Portfolio
    causes: tuple[VendorCause, ...]
    seed: int
    firms: int

    def years(self, block: int, first: int, years: int, rows: range | None = None) -> YearBlock:
        """Return the sums of one block of years over the blocks of firms in `rows` (default: all)."""
        common = self.cause_events(block, years)
        sums = Sums(years, len(self.portfolio.sectors), common)
        for number in range(-(-len(self.portfolio) // self.firms)) if rows is None else rows:
            part = self.portfolio.part(slice(number * self.firms, (number + 1) * self.firms))
            own = stream(self.seed, OWN, number, block)
            events = self._events(part, common, own, stream(self.seed, HITS, number, block), years)
            if events.firm.size:
                sums.add(part, events, own)
        return sums.block(first)

    def cause_events(self, block: int, years: int) -> CauseEvents:
        """Return the common events of a block of years; every block of firms sees the same ones."""
        cause, year, size = [], [], []
        for index, one in enumerate(self.causes):
            generator = stream(self.seed, CAUSE ^ code_number(one.code), 0, block)
            n = int(generator.poisson(one.rate * years))
            cause.append(np.full(n, index, dtype=np.int64))
            year.append(generator.integers(0, years, n))
            size.append(one.sigma * generator.standard_normal(n) - one.sigma**2 / 2)
        if not self.causes:
            nothing = np.empty(0, dtype=np.int64)
            return CauseEvents(nothing, nothing, np.empty(0))
        return CauseEvents(np.concatenate(cause), np.concatenate(year), np.concatenate(size))

    def _events(
        self, part: Portfolio, common: CauseEvents, own: np.random.Generator, hits: np.random.Generator, years: int
    ) -> Events:
        firm = np.repeat(np.arange(len(part)), own.poisson(part.rate * years))
        year = own.integers(0, years, firm.size)
        firms, years_of, ids = [firm], [year], [np.full(firm.size, -1, dtype=np.int64)]
        for index, cause in enumerate(self.causes):
            events = np.flatnonzero(common.cause == index)
            code = self.portfolio.vendor_names[cause.kind].index(cause.vendor)
            users = np.flatnonzero(part.vendors[cause.kind] == code) if events.size else events
            struck = _successes(hits, cause.hit, events.size * users.size)
            if struck.size:
                event = events[struck // users.size]
                firms.append(users[struck % users.size])
                years_of.append(common.year[event])
                ids.append(event)
        if len(firms) == 1:
            return Events(firm, year, ids[0], None)
        together = np.concatenate(ids)
        log_size = np.where(together >= 0, common.log_size[together], 0.0)
        return Events(np.concatenate(firms), np.concatenate(years_of), together, log_size)


def _successes(generator: np.random.Generator, chance: float, trials: int) -> NDArray[np.int64]:
    """Return which of `trials` independent chances succeed, by their gaps: cost follows successes, not trials."""
    found: list[NDArray[np.int64]] = []
    last = -1
    while last < trials - 1:
        expected = (trials - 1 - last) * chance
        gaps = generator.geometric(chance, int(expected + 4 * expected**0.5) + 8)
        places = last + np.cumsum(gaps)
        found.append(places)
        last = int(places[-1])
    together = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    return together[together < trials]


class Sums:
    """The running sums of one block of years; float64 that holds whole yen exactly."""

    def __init__(self, years: int, sectors: int, common: CauseEvents) -> None:
        """Start at zero."""
        self.n, self.sectors, self.common = years, sectors + 1, common
        self.gross, self.net = np.zeros(years), np.zeros(years)
        self.own_gross, self.own_net = np.zeros(years), np.zeros(years)
        self.by_sector = np.zeros(self.sectors * years)
        self.cause_gross, self.cause_net = np.zeros(common.cause.size), np.zeros(common.cause.size)
        self.histogram = np.zeros((2, BINS), dtype=np.int64)
        self.events = self.capped = 0

    def add(self, part: Portfolio, events: Events, generator: np.random.Generator) -> None:
        """Draw the losses of these events, apply the cover and add both to the sums."""
        level = log_losses(part, events, generator)
        gross = np.floor(np.exp(level))
        over = gross > part.largest
        np.minimum(gross, part.largest, out=gross)
        net = payments(part, events.firm, gross)
        capped_years = part.limit_per_year < NO_LIMIT
        if capped_years.any():
            limit_years(part, events, net, self.n, generator)
        self.events += gross.size
        self.capped += int(over.sum())
        self.gross += np.bincount(events.year, gross, self.n)
        self.net += np.bincount(events.year, net, self.n)
        sector = part.sector.astype(np.int64)[events.firm] % self.sectors
        self.by_sector += np.bincount(sector * self.n + events.year, net, self.by_sector.size)
        own = int((events.common < 0).sum())
        np.maximum.at(self.own_gross, events.year[:own], gross[:own])
        np.maximum.at(self.own_net, events.year[:own], net[:own])
        if own < gross.size:
            self.cause_gross += np.bincount(events.common[own:], gross[own:], self.cause_gross.size)
            self.cause_net += np.bincount(events.common[own:], net[own:], self.cause_net.size)
        self.histogram[0] += counted(gross)
        self.histogram[1] += counted(net)

    def block(self, first: int) -> YearBlock:
        """Return the sums as whole yen."""

        def whole(values: Floats) -> NDArray[np.int64]:
            if values.size and values.max() >= 2.0**53:
                raise PortfolioError("portfolio.too_large", value=f"{values.max():.3g}")
            return values.astype(np.int64)

        return YearBlock(
            first, whole(self.gross), whole(self.net), whole(self.own_gross), whole(self.own_net),
            whole(self.by_sector).reshape(self.sectors, self.n), self.common.cause, self.common.year,
            whole(self.cause_gross), whole(self.cause_net), self.histogram, self.events, self.capped,
        )  # fmt: skip


def log_losses(part: Portfolio, events: Events, generator: np.random.Generator) -> Floats:
    """Return the logarithm of each event's loss before cutting."""
    firm = events.firm
    level = generator.standard_normal(firm.size)
    if part.serious_share.any():
        serious = generator.random(firm.size) < part.serious_share[firm]
        level *= np.where(serious, part.serious_sigma[firm], part.sigma[firm])
        level += np.where(serious, part.serious_mu[firm], part.mu[firm])
    else:
        level *= part.sigma[firm]
        level += part.mu[firm]
    if events.log_size is not None:
        level += events.log_size
    return level


def payments(part: Portfolio, firm: NDArray[np.int64], gross: Floats) -> Floats:
    """Return what each firm's cover pays per event, rounded down at the share; equal to `terms.settle` to the yen."""
    paid = gross
    for step in part.order:
        match step:
            case Step.DEDUCTIBLE:
                paid = np.maximum(paid - part.deductible[firm], 0.0)
            case Step.SHARE:
                paid = np.floor(paid * part.permille[firm] / 1000.0)
            case Step.LIMIT:
                paid = np.minimum(paid, part.limit[firm])
    return paid


def limit_years(part: Portfolio, events: Events, net: Floats, years: int, generator: np.random.Generator) -> None:
    """Cut the payments of a firm with several events in a year at its yearly limit, in place.

    Moments within the year are drawn for these few events only.
    """
    key = events.firm * years + events.year
    ordered = np.sort(key)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    np.minimum(net, part.limit_per_year[events.firm], out=net)
    if twice.size == 0:
        return
    place = np.minimum(np.searchsorted(twice, key), twice.size - 1)
    some = np.flatnonzero(twice[place] == key)
    some = some[np.lexsort((generator.random(some.size), key[some]))]
    paid, group = net[some], key[some]
    first = np.flatnonzero(np.diff(group, prepend=-1))
    run = np.cumsum(paid)
    run -= np.repeat(run[first] - paid[first], np.diff(np.append(first, group.size)))
    limit = part.limit_per_year[events.firm[some]]
    net[some] = np.minimum(run, limit) - np.minimum(run - paid, limit)


def counted(amounts: Floats) -> NDArray[np.int64]:
    """Return how many amounts of 1 yen or more lie in each bin."""
    positive = amounts[amounts >= 1]
    bins = (np.log10(positive) * EDGES_PER_DECADE).astype(np.int64)
    return np.bincount(np.minimum(bins, BINS - 1), minlength=BINS)
