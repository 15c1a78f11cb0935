"""The terms applied to many events at once, in float64 that holds whole yen exactly.

Every amount is a whole number below 2**53, where float64 is exact; a share p/q is floor(x p / q), which is exact while
x p < 2**53 (about 9 thousand billion yen for a share in per mille). So this path agrees with `exact` to the yen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import ParameterError
from anshin.risk.money import Rounding
from anshin.risk.terms.model import Part, Step, Terms, covers


@dataclass(frozen=True, slots=True)
class Payments:
    """What a cover pays: per part and event in whole yen; per item and event in proportion (not rounded)."""

    parts: tuple[str, ...]
    by_part: Floats
    by_item: Floats

    @property
    def by_event(self) -> Floats:
        """Return the payment of each event."""
        return np.asarray(self.by_part.sum(axis=0))


def pay(
    terms: Terms,
    items: Sequence[str],
    losses: Floats,
    *,
    year: NDArray[np.integer],
    perils: Sequence[frozenset[str]],
    peril: NDArray[np.integer],
    hours: Floats,
) -> Payments:
    """Return what `terms` pay of events in order of time.

    `losses` is items x events in whole yen; `year` must not fall; event e has the tags `perils[peril[e]]` and stopped
    business for `hours[e]` (whole hours). Raises ParameterError when shapes do not match or a loss is negative or NaN.
    """
    count = losses.shape[1] if losses.ndim == 2 else -1
    if losses.shape != (len(items), len(year)) or len(hours) != count or len(peril) != count:
        raise ParameterError("parameter.length", where="pay: items, events", value=losses.shape)
    if not np.all(losses >= 0):
        raise ParameterError("parameter.negative", where="pay", name="losses", value=float(np.min(losses)))
    eligible = [_eligible(terms, part, items, losses, perils, peril, hours) for part in terms.parts]
    paid = np.stack([_steps(part, held.sum(axis=0)) for part, held in zip(terms.parts, eligible, strict=True)])
    if terms.limit_per_event is not None:
        paid = spread(np.minimum(paid.sum(axis=0), float(terms.limit_per_event)), paid)
    for row, part in zip(paid, terms.parts, strict=True):
        if part.limit_per_year is not None:
            row[:] = within_year(row, year, float(part.limit_per_year))
    if terms.limit_per_year is not None:
        paid = spread(within_year(paid.sum(axis=0), year, float(terms.limit_per_year)), paid)
    by_item = np.zeros_like(losses)
    for held, amount in zip(eligible, paid, strict=True):
        whole = held.sum(axis=0)
        by_item += held * np.divide(amount, whole, out=np.zeros_like(amount), where=whole > 0)
    return Payments(tuple(part.code for part in terms.parts), paid, by_item)


def _eligible(
    terms: Terms,
    part: Part,
    items: Sequence[str],
    losses: Floats,
    perils: Sequence[frozenset[str]],
    peril: NDArray[np.integer],
    hours: Floats,
) -> Floats:
    paid_here = np.array([[terms.part_of(item, tags) is part for tags in perils] for item in items], dtype=bool)
    held = np.where(paid_here.reshape(len(items), len(perils))[:, peril], losses, 0.0)
    if part.waiting is not None:
        beyond = hours - part.waiting.hours if part.waiting.kind == "deductible" else hours
        covered = np.where(hours > part.waiting.hours, beyond, 0.0)
        if part.waiting.longest is not None:
            covered = np.minimum(covered, part.waiting.longest)
        held = np.floor(held * covered / np.where(hours > 0, hours, 1.0))
    for sublimit in part.sublimits:
        under = [i for i, item in enumerate(items) if any(covers(pattern, item) for pattern in sublimit.items)]
        group = held[under].sum(axis=0)
        over = group > float(sublimit.limit)
        held[np.ix_(np.array(under, dtype=np.int64), np.flatnonzero(over))] *= float(sublimit.limit) / group[over]
    return held


def _steps(part: Part, eligible: Floats) -> Floats:
    amount = np.rint(eligible)  # sublimits spread in proportion leave fractions that add up to whole yen
    for step in part.order:
        match step:
            case Step.DEDUCTIBLE:
                amount = np.maximum(amount - float(part.deductible), 0.0)
            case Step.SHARE:
                exact = amount * float(part.share.numerator)
                divisor = float(part.share.denominator)
                match part.rounding:
                    case Rounding.DOWN:
                        amount = np.floor(exact / divisor)
                    case Rounding.UP:
                        amount = np.ceil(exact / divisor)
                    case Rounding.HALF_UP:
                        amount = np.floor((2 * exact + divisor) / (2 * divisor))
            case Step.LIMIT:
                if part.limit is not None:
                    amount = np.minimum(amount, float(part.limit))
    return amount


def within_year(paid: Floats, year: NDArray[np.integer], limit: float) -> Floats:
    """Cut payments so that no year passes `limit`, the first event first; `year` must not fall."""
    if paid.size == 0:
        return paid
    run = np.cumsum(paid)
    first = np.flatnonzero(np.diff(year, prepend=year[0] - 1))
    before_year = np.repeat(run[first] - paid[first], np.diff(np.append(first, paid.size)))
    after = np.minimum(run - before_year, limit)
    return np.asarray(after - np.minimum(run - before_year - paid, limit))


def spread(total: Floats, amounts: Floats) -> Floats:
    """Spread `total` (events) over `amounts` (parts x events) in whole yen as `exact.spread` does.

    Works in integers: int64 where every product fits, Python integers beyond.
    """
    whole = amounts.sum(axis=0)
    cut = np.flatnonzero(total < whole)
    if cut.size == 0:
        return amounts
    fits = float(total[cut].max()) * float(amounts[:, cut].max()) < 2**62
    kind = np.int64 if fits else object
    have = amounts[:, cut].astype(np.int64).astype(kind)
    want, sums = total[cut].astype(np.int64).astype(kind), whole[cut].astype(np.int64).astype(kind)
    given = have * want // sums
    rest = have * want % sums
    missing = (want - given.sum(axis=0)).astype(np.int64)
    rank = np.argsort(np.argsort(-rest, axis=0, kind="stable"), axis=0, kind="stable")
    result = amounts.copy()
    result[:, cut] = (given + (rank < missing)).astype(np.float64)
    return result
