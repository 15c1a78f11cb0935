"""The terms of a cover as data. Item codes are dotted, `class.item`; naming a class names everything in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import combinations, permutations
from typing import Literal

from anshin.risk import check
from anshin.risk.errors import ParameterError
from anshin.risk.money import Rounding, Yen


class Step(StrEnum):
    """One step from the eligible loss to the payment; their order is part of the product."""

    DEDUCTIBLE = "deductible"
    """免責金額: taken away, never below 0."""
    SHARE = "share"
    """縮小支払割合: multiplied, then rounded as the part declares."""
    LIMIT = "limit"
    """支払限度額 of the part."""


ORDERS: tuple[tuple[Step, ...], ...] = tuple(permutations(Step))
"""All six orders; the first, deductible then share then limit, is the usual one for costs."""


def covers(pattern: str, item: str) -> bool:
    """Tell whether the code `pattern` names `item`: itself, or the class that it lies in."""
    return item == pattern or item.startswith(pattern + ".")


@dataclass(frozen=True, slots=True)
class Sublimit:
    """At most `limit` an event for the items in `items` together (内枠), before the part's own steps."""

    items: frozenset[str]
    limit: Yen

    def __post_init__(self) -> None:
        """Refuse terms without meaning."""
        if not self.items:
            raise ParameterError("parameter.empty", where="Sublimit items")
        check.not_negative("Sublimit", "limit", self.limit)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stop of `hours` or less is not covered (免責時間); a loss is taken as even over the hours of the stop.

    `kind="deductible"`: only the hours beyond are covered; `"franchise"`: a longer stop is covered from its first hour.
    `longest`: hours covered at most (約定てん補期間), counted from where the cover begins.
    """

    hours: int
    kind: Literal["deductible", "franchise"] = "deductible"
    longest: int | None = None

    def __post_init__(self) -> None:
        """Refuse terms without meaning."""
        check.whole("Waiting", "hours", self.hours)
        if self.longest is not None:
            check.whole("Waiting", "longest", self.longest, least=1)
        check.known("Waiting kind", self.kind, ("deductible", "franchise"))

    def covered_hours(self, stopped: int) -> int:
        """Return how many of `stopped` whole hours are covered."""
        if stopped <= self.hours:
            return 0
        beyond = stopped - self.hours if self.kind == "deductible" else stopped
        return beyond if self.longest is None else min(beyond, self.longest)


@dataclass(frozen=True, slots=True)
class Part:
    """One class of cover (liability, response, profit): what it covers and its own terms per event (1事故・1請求).

    `items`: codes or classes. `perils`: tags of events, of which one is enough; empty means any event. `limit` and
    `limit_per_year` None mean none of its own.
    """

    code: str
    ja: str
    en: str
    items: frozenset[str]
    perils: frozenset[str] = frozenset()
    deductible: Yen = field(default=Yen(0))
    share: Fraction = Fraction(1)
    limit: Yen | None = None
    order: tuple[Step, ...] = ORDERS[0]
    sublimits: tuple[Sublimit, ...] = ()
    waiting: Waiting | None = None
    limit_per_year: Yen | None = None
    rounding: Rounding = Rounding.DOWN

    def __post_init__(self) -> None:
        """Refuse terms without meaning."""
        where = f"part {self.code}"
        if not self.items:
            raise ParameterError("parameter.empty", where=f"{where} items")
        check.not_negative(where, "deductible", self.deductible)
        if not 0 < self.share <= 1:
            raise ParameterError("parameter.share", where=where, name="share (above 0)", value=self.share)
        for name, limit in (("limit", self.limit), ("limit_per_year", self.limit_per_year)):
            if limit is not None:
                check.not_negative(where, name, limit)
        if self.order not in ORDERS:
            known = ", ".join(Step)
            raise ParameterError("parameter.unknown", where=f"{where} order", value=", ".join(self.order), known=known)
        for one, other in combinations(self.sublimits, 2):
            if twice := overlapping(one.items, other.items):
                raise ParameterError("parameter.twice", where=f"{where} sublimits", value=twice)

    def answers(self, perils: Iterable[str]) -> bool:
        """Tell whether an event with these tags is covered by this part."""
        return not self.perils or not self.perils.isdisjoint(perils)

    def nearness(self, item: str) -> int:
        """Return the length of the longest of this part's codes that names `item`; 0 when none does."""
        return max((len(pattern) for pattern in self.items if covers(pattern, item)), default=0)


@dataclass(frozen=True, slots=True)
class Terms:
    """A whole cover: its parts, then the limit per event over all parts, then the limit per year (保険期間中).

    An item goes to the one part that names it most closely, so that no yen is paid twice; two parts that name the same
    code for the same event are refused with ParameterError. `excluded` names what the cover expressly never
    pays (ransom, transferred money); an excluded item wins over a class that would hold it. `devices_only` and the like
    belong to wordings, not here.
    """

    code: str
    ja: str
    en: str
    parts: tuple[Part, ...]
    limit_per_event: Yen | None = None
    limit_per_year: Yen | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Refuse terms without meaning."""
        where = f"terms {self.code}"
        if not self.parts:
            raise ParameterError("parameter.empty", where=where)
        for name, limit in (("limit_per_event", self.limit_per_event), ("limit_per_year", self.limit_per_year)):
            if limit is not None:
                check.not_negative(where, name, limit)
        for one, other in combinations(self.parts, 2):
            if one.code == other.code:
                raise ParameterError("parameter.twice", where=where, value=one.code)
            same_event = not one.perils or not other.perils or one.perils & other.perils
            if same_event and (both := one.items & other.items):
                raise ParameterError("parameter.twice", where=where, value=min(both))

    def part_of(self, item: str, perils: Iterable[str]) -> Part | None:
        """Return the part that pays `item` after an event with these tags, or None when the cover does not."""
        if any(covers(pattern, item) for pattern in self.excluded):
            return None
        tags = frozenset(perils)
        best = max((part for part in self.parts if part.answers(tags)), key=lambda p: p.nearness(item), default=None)
        return best if best is not None and best.nearness(item) else None


def overlapping(one: frozenset[str], other: frozenset[str]) -> str:
    """Return a code that both sets name, or an empty text."""
    for a in sorted(one):
        for b in sorted(other):
            if covers(a, b) or covers(b, a):
                return max(a, b, key=len)
    return ""
