"""What can happen to one firm, as numbers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from anshin.risk import check
from anshin.risk.distributions.severity import Severity
from anshin.risk.errors import ParameterError
from anshin.risk.frequency import Frequency


def code_number(code: str) -> int:
    """Return the stream number of a code: the first 8 bytes of its SHA-256, so that adding one moves no other."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:8], "big")


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of cost of an event. `code` is dotted, `class.item` (response.forensics), as cover terms name it.

    `loss` is yen per event, or yen per hour of the stop with `basis="hour"`; it is paid with `probability` only.
    """

    code: str
    loss: Severity
    probability: float = 1.0
    basis: Literal["event", "hour"] = "event"

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        check.share(f"item {self.code}", "probability", self.probability)
        check.known(f"item {self.code} basis", self.basis, ("event", "hour"))


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of event: how often by itself, what it costs, and through which common causes it also comes.

    `perils`: tags that cover terms ask for (leak, interruption). `hours`: length of the stop, rounded to whole hours.
    `size`: one factor for all items of an event (mean 1), so that they are large together. `hits`: for each common
    cause, the chance that one event of it becomes an event of this scenario at this firm; these add to `frequency`.
    `frequency` None: only through common causes.
    """

    code: str
    frequency: Frequency | None
    items: tuple[Item, ...]
    perils: frozenset[str] = frozenset()
    hours: Severity | None = None
    size: Severity | None = None
    hits: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        where = f"scenario {self.code}"
        if not self.items:
            raise ParameterError("parameter.empty", where=f"{where} items")
        seen: set[str] = set()
        for item in self.items:
            if item.code in seen:
                raise ParameterError("parameter.twice", where=where, value=item.code)
            seen.add(item.code)
            if item.basis == "hour" and self.hours is None:
                raise ParameterError("parameter.empty", where=f"{where} hours ({item.code})")
        for cause, chance in self.hits.items():
            check.share(where, f"hits[{cause}]", chance)
        if self.frequency is None and not any(self.hits.values()):
            raise ParameterError("parameter.zero_frequency", where=where)

    def expected_events(self, causes: Mapping[str, "CommonCause"]) -> float:
        """Return the expected number of events a year, common causes included."""
        own = self.frequency.mean() if self.frequency else 0.0
        return own + sum(causes[cause].frequency.mean() * chance for cause, chance in self.hits.items())


@dataclass(frozen=True, slots=True)
class CommonCause:
    """Something that strikes many firms at once: a product, a cloud, a supplier.

    `frequency`: events a year in the world of this vendor. `size`: one factor for every loss of the event (mean 1),
    shared by all scenarios and firms that it hits.
    """

    code: str
    frequency: Frequency
    size: Severity | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """All scenarios of one firm and the common causes that join them."""

    scenarios: tuple[Scenario, ...]
    causes: tuple[CommonCause, ...] = ()

    def __post_init__(self) -> None:
        """Refuse codes that appear twice and causes that are not there."""
        if not self.scenarios:
            raise ParameterError("parameter.empty", where="model scenarios")
        for where, codes in (
            ("model scenarios", [s.code for s in self.scenarios]),
            ("model causes", [c.code for c in self.causes]),
        ):
            for code in codes:
                if codes.count(code) > 1:
                    raise ParameterError("parameter.twice", where=where, value=code)
        for scenario in self.scenarios:
            for cause in scenario.hits:
                check.known(f"scenario {scenario.code} hits", cause, [c.code for c in self.causes])

    def items(self) -> tuple[str, ...]:
        """Return the codes of all items, each once, in the order of their first scenario."""
        return tuple(dict.fromkeys(item.code for scenario in self.scenarios for item in scenario.items))
