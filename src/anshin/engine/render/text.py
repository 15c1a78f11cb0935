"""One line per file, for people and for `grep`."""

from typing import Literal

from anshin.engine.verdict import Gap, Place, Reason, Verdict
from anshin.engine.wording import load_data

Language = Literal["ja", "en"]


def phrases() -> dict[str, dict[str, dict[str, str]]]:
    """Return the words of the text output."""
    data: dict[str, dict[str, dict[str, str]]] = load_data("render/phrases.yaml")
    return data


def note(code: str, kind: str) -> dict[Language, str]:
    """Return what a note says of a file of `kind`, in both languages."""
    pair = load_data("render/phrases.yaml")["notes"][code]
    return {"ja": pair["ja"].format(kind=kind), "en": pair["en"].format(kind=kind)}


def line(verdict: Verdict, language: Language) -> str:
    """Return `name: status (heaviest reason or first gap)`."""
    status = phrases()["status"][verdict.status][language]
    told: Reason | Gap | None = next(iter(verdict.reasons), None)
    if told is None or (verdict.status == "incomplete" and verdict.gaps):
        told = next(iter(verdict.gaps), told)
    detail = f" ({told.code}{_member(told.place)}: {getattr(told, language)})" if told is not None else ""
    return f"{verdict.name}: {status}{detail}"


def _member(place: Place) -> str:
    return f" @ {place.member}" if place.member else ""


def summary_line(counts: dict[str, int], language: Language) -> str:
    """Return the counts as a sentence."""
    sentence: str = load_data("render/phrases.yaml")["summary"][language]
    return sentence.format(**counts)
