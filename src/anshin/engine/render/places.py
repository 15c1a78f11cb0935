"""Where in a file something was found, told in a person's language."""

import re
from typing import Literal

from anshin.engine.verdict import Place
from anshin.engine.wording import load_data

_LINE = re.compile(r"(?:^|, )line (\d+)(?:,|$)")


def words() -> dict[str, dict[str, str]]:
    """Return the words that a place's detail is made of, in both languages."""
    found: dict[str, dict[str, str]] = load_data("render/phrases.yaml")["places"]
    return found


def told(place: Place, language: Literal["ja", "en"]) -> str:
    """Return a place as one line; empty where nothing is known."""
    parts = [place.member] if place.member else []
    if place.offset is not None:
        parts.append(f"{load_data('render/phrases.yaml')['labels']['offset'][language]} {place.offset}")
    parts += [" ".join(p for p in (words()[w][language] if w else "", v) if p) for w, v in pairs(place.detail)]
    return ", ".join(parts)


def pairs(detail: str) -> list[tuple[str, str]]:
    """Return the words and values of a detail; what begins with no known word belongs to the value before it.

    A parser writes "object 12, line 3"; a value may hold a comma itself, as names in a file like.
    """
    found: list[tuple[str, str]] = []
    for part in detail.split(", ") if detail else ():
        word, _, value = part.partition(" ")
        if word in words():
            found.append((word, value))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}, {part}")
        else:
            found.append(("", part))
    return found


def line_of(place: Place) -> int | None:
    """Return the line of a text, counted from 1, where the detail names one."""
    found = _LINE.search(place.detail)
    return int(found[1]) or None if found else None
