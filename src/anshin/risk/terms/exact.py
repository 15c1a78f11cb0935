"""The terms applied to one event in whole yen: every step exact, every rounding declared.

Order: items → waiting time → sublimits → the part's steps → limit per event over all parts → the part's limit per
year → limit per year over all parts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from anshin.risk import check
from anshin.risk.money import Rounding, Yen
from anshin.risk.terms.model import Part, Step, Terms, covers


@dataclass(frozen=True, slots=True)
class Event:
    """One event: what it cost by item, its tags, and for how many whole hours business stopped."""

    items: Mapping[str, Yen]
    perils: frozenset[str] = frozenset()
    hours: int = 0


@dataclass(frozen=True, slots=True)
class SettledPart:
    """What one part made of an event: eligible loss, the amount after each step in order, and the payment."""

    code: str
    eligible: Yen
    steps: tuple[tuple[Step, Yen], ...]
    paid: Yen
    by_item: Mapping[str, Yen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the cover made of an event. `before_limits` is the sum of the parts before event and year limits."""

    parts: tuple[SettledPart, ...]
    before_limits: Yen
    paid: Yen


def settle(terms: Terms, event: Event) -> Settled:
    """Return what `terms` pay of one event when nothing was paid in its year before."""
    return settle_year(terms, [event])[0]


def settle_year(terms: Terms, events: Iterable[Event]) -> list[Settled]:
    """Return what `terms` pay of the events of one insurance year, in the order in which they came.

    Raises ParameterError for a negative cost or negative hours.
    """
    left_of_part = {part.code: part.limit_per_year for part in terms.parts}
    left = terms.limit_per_year
    settled = []
    for event in events:
        _refuse_negative(event)
        done = [_settle_part(terms, part, event) for part in terms.parts]
        before = Yen(sum(part.paid for part in done))
        paid = spread(_least(before, terms.limit_per_event), [part.paid for part in done])
        paid = [_least(amount, left_of_part[part.code]) for amount, part in zip(paid, done, strict=True)]
        total = _least(Yen(sum(paid)), left)
        paid = spread(total, paid)
        for part, amount in zip(done, paid, strict=True):
            if (rest := left_of_part[part.code]) is not None:
                left_of_part[part.code] = rest - amount
        if left is not None:
            left -= total
        settled.append(Settled(tuple(map(_final, done, paid)), before, total))
    return settled


def _refuse_negative(event: Event) -> None:
    check.whole("event", "hours", event.hours)
    for item, cost in event.items.items():
        check.not_negative("event", item, cost)


def _final(part: SettledPart, paid: Yen) -> SettledPart:
    by_item = dict(zip(part.by_item, spread(paid, list(part.by_item.values())), strict=True))
    return replace(part, paid=paid, by_item=by_item)


def spread(total: Yen, amounts: list[Yen]) -> list[Yen]:
    """Spread `total` over `amounts` in proportion, in whole yen that add up to it (largest remainder first)."""
    whole = sum(amounts)
    if whole == 0:
        return [Yen(0) for _ in amounts]
    shares = [Fraction(int(total) * int(amount), int(whole)) for amount in amounts]
    given = [int(share) for share in shares]
    order = sorted(range(len(amounts)), key=lambda i: (given[i] - shares[i], i))
    for i in order[: int(total) - sum(given)]:
        given[i] += 1
    return [Yen(amount) for amount in given]


def _settle_part(terms: Terms, part: Part, event: Event) -> SettledPart:
    held = {item: cost for item, cost in event.items.items() if terms.part_of(item, event.perils) is part}
    if part.waiting is not None:
        covered = part.waiting.covered_hours(event.hours)
        factor = Fraction(covered, event.hours) if event.hours else Fraction(0)
        held = {item: cost.times(factor, Rounding.DOWN) for item, cost in held.items()}
    for sublimit in part.sublimits:
        under = [item for item in held if any(covers(pattern, item) for pattern in sublimit.items)]
        costs = [held[item] for item in under]
        kept = spread(_least(Yen(sum(costs)), sublimit.limit), costs)
        held |= dict(zip(under, kept, strict=True))
    eligible = Yen(sum(held.values()))
    amount, steps = eligible, []
    for step in part.order:
        match step:
            case Step.DEDUCTIBLE:
                amount = Yen(max(0, int(amount) - int(part.deductible)))
            case Step.SHARE:
                amount = amount.times(part.share, part.rounding)
            case Step.LIMIT:
                amount = _least(amount, part.limit)
        steps.append((step, amount))
    return SettledPart(part.code, eligible, tuple(steps), amount, held)


def _least(amount: Yen, limit: Yen | None) -> Yen:
    return amount if limit is None or amount <= limit else limit
