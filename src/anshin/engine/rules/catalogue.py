"""The indicator catalogue: what each sign means, in words, and how much it weighs.

Data in `rules/indicators/*.yaml`, one file for one format family. An entry:

    code: pdf.launch            # <family>.<what>, stable
    class: sign                 # habit: honest files have it too · sign: rare in honest files · proof: alone enough
    weight: 0.55                # probability that a file with this sign alone is malicious
    attack: [T1204.002]
    formats: [pdf]              # kinds or families it can be found in
    ja: ...
    en: ...
    source: ISO 32000-1, 12.6.4.5
    all_of: [pdf.x, pdf.y]      # optional: no parser reports it; it follows when all of these stand in one file ...
    any_of: [pdf.z, pdf.w]      # ... and at least one of these
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from anshin.engine.formats.contract import Sign
from anshin.engine.verdict import Place, Reason
from anshin.engine.wording import load_data

Class = Literal["habit", "sign", "proof"]
BOUNDS: dict[str, tuple[float, float]] = {"habit": (0.0, 0.2), "sign": (0.2, 0.89), "proof": (0.9, 1.0)}
"""Lowest and highest weight of each class. A habit alone never reaches the threshold of "suspicious", a sign alone
never the one of "malicious"."""
HABITS_TOGETHER = 0.35
"""However many habits a file has, together they weigh no more than this: below "suspicious"."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One entry of the catalogue."""

    code: str
    kind: Class
    weight: float
    attack: tuple[str, ...]
    formats: tuple[str, ...]
    ja: str
    en: str
    source: str
    all_of: frozenset[str] = frozenset()
    any_of: frozenset[str] = frozenset()


@cache
def catalogue() -> dict[str, Indicator]:
    """Return all indicators by code. Raises ValueError for an entry that breaks the catalogue's own rules."""
    found: dict[str, Indicator] = {}
    folder = files("anshin.engine.rules").joinpath("indicators")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".yaml"):
            continue
        for row in load_data(f"rules/indicators/{entry.name}") or ():
            indicator = _indicator(row, entry.name)
            if indicator.code in found:
                raise ValueError(f"{entry.name}: {indicator.code} stands twice in the catalogue")
            found[indicator.code] = indicator
    for indicator in found.values():
        for code in indicator.all_of | indicator.any_of:
            if code not in found:
                raise ValueError(f"{indicator.code} follows from {code}, which is not in the catalogue")
            if found[code].all_of or found[code].any_of:
                raise ValueError(f"{indicator.code} follows from {code}, which itself follows from others")
    return found


def _indicator(row: dict[str, Any], file: str) -> Indicator:
    try:
        indicator = Indicator(
            code=row["code"],
            kind=row["class"],
            weight=float(row["weight"]),
            attack=tuple(row.get("attack", ())),
            formats=tuple(row["formats"]),
            ja=row["ja"],
            en=row["en"],
            source=row["source"],
            all_of=frozenset(row.get("all_of", ())),
            any_of=frozenset(row.get("any_of", ())),
        )
    except KeyError as missing:
        raise ValueError(f"{file}: {row.get('code', 'an entry')} lacks {missing}") from missing
    low, high = BOUNDS[indicator.kind]
    if not low <= indicator.weight <= high:
        raise ValueError(f"{file}: {indicator.code} weighs {indicator.weight}, outside its class")
    return indicator


@cache
def _derived() -> dict[str, tuple[tuple[int, Indicator], ...]]:
    """Return by code what may follow from it, each with its place in the catalogue."""
    table: dict[str, list[tuple[int, Indicator]]] = {}
    for number, indicator in enumerate(catalogue().values()):
        for code in indicator.all_of | indicator.any_of:
            table.setdefault(code, []).append((number, indicator))
    return {code: tuple(found) for code, found in table.items()}


def _open(codes: Iterable[str]) -> list[Indicator]:
    """Return what could follow from these codes, in the catalogue's order."""
    derived = _derived()
    found = {number: indicator for code in codes for number, indicator in derived.get(code, ())}
    return [found[number] for number in sorted(found)]


def reasons(signs: Iterable[Sign]) -> list[Reason]:
    """Return the reasons for `signs` of one file, and those that follow from several of them together."""
    signs = list(signs)
    places: dict[str, Place] = {}
    for sign in signs:
        places.setdefault(sign.code, sign.place)
    found = [_reason(catalogue()[s.code], s.place) for s in signs]
    for indicator in _open(places):
        one = [code for code in places if code in indicator.any_of]
        if indicator.all_of <= places.keys() and (one or not indicator.any_of):
            first = next((c for c in places if c in indicator.all_of), one[0] if one else "")
            found.append(_reason(indicator, places[first]))
    return found


def _reason(indicator: Indicator, place: Place) -> Reason:
    return Reason(
        code=indicator.code,
        weight=indicator.weight,
        ja=indicator.ja,
        en=indicator.en,
        attack=indicator.attack,
        place=place,
    )


def is_habit(code: str) -> bool:
    """Whether a reason of this code is something that honest files have too."""
    indicator = catalogue().get(code)
    return indicator.kind == "habit" if indicator else code.startswith("rule.habit_")


def combined(found: Iterable[Reason]) -> float:
    """Return the probability that at least one of independent signs is right: 1 - product of (1 - weight).

    Every code counts once, and the habits of a file together count as `HABITS_TOGETHER` at most.
    """
    heaviest: dict[str, float] = {}
    for reason in found:
        heaviest[reason.code] = max(reason.weight, heaviest.get(reason.code, 0.0))
    if not heaviest:
        return 0.0
    habits = 1.0 - math.prod(1.0 - w for code, w in heaviest.items() if is_habit(code))
    signs = math.prod(1.0 - w for code, w in heaviest.items() if not is_habit(code))
    return round(1.0 - signs * (1.0 - min(habits, HABITS_TOGETHER)), 6)
