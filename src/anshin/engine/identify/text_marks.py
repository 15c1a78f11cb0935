"""Tells scripts from text where neither name nor first bytes do: an attachment called .txt, a decoded layer, a stream.

Text that documents code must stay text: nearly every line has to look like code of one language, and one line must hold
something that prose never does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from anshin.engine.wording import load_data

LINES = 120
DATA = "identify/text_marks.yaml"


BLOCK = 8
"""Lines looked at between two questions whether enough can still follow."""
_NEVER = re.compile(r"(?!)")
_NEXT = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True)
class Marks:
    """One language: `sure` or `anywhere` must be found, and so many of the lines must look like `line`."""

    kind: str
    sure: re.Pattern[str]  # begins where the text of a line begins
    anywhere: re.Pattern[str]
    line: re.Pattern[str]
    share: float
    holds: str


@cache
def _table(flags: int) -> tuple[Marks, ...]:
    """Return the languages; `flags` is 0 for text in small letters of ASCII, else `re.IGNORECASE`."""
    return tuple(
        Marks(
            row["kind"],
            _one_of(row["sure"], flags | re.MULTILINE),
            _one_of(row.get("anywhere", ()), flags | re.MULTILINE),
            _one_of(row["line"], flags),
            float(row["share"]),
            row.get("holds", ""),
        )
        for row in load_data(DATA)["languages"]
    )


def compile_marks() -> None:
    """Compile all expressions now: 10 ms, which workers that fork later need not spend."""
    for flags in (0, re.IGNORECASE):
        _table(flags)


def _one_of(patterns: Sequence[str], flags: int) -> re.Pattern[str]:
    return re.compile("|".join(patterns), flags) if patterns else _NEVER


def script_kind(text: str) -> str:
    """Return the language that `text` is surely written in, or an empty string."""
    head = text[:8192]
    small = head.lower()
    # expressions that must look for both letters take twice as long; outside ASCII, more letters than two are alike
    flags = 0 if head.isascii() else re.IGNORECASE
    head = head if flags else small
    lines = [line.strip() for line in head.split("\n")[:LINES]]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    starts: list[int] = []
    for marks in _table(flags):
        # the lines first: prose fails there, and a search through all of it costs three times as much
        if marks.holds in small and _alike(marks, lines):
            starts = starts or _starts(head)
            if _is_sure(marks, head, starts):
                return marks.kind
    return ""


def _starts(head: str) -> list[int]:
    """Return where the text of each line begins, and the beginning of everything."""
    return [0, len(head) - len(head.lstrip()), *(m.end() for m in _NEXT.finditer(head))]


def _is_sure(marks: Marks, head: str, starts: list[int]) -> bool:
    """Whether something in the text is never in prose."""
    match = marks.sure.match  # a search would try every place, with every length of indentation
    return any(match(head, at) for at in starts) or marks.anywhere.search(head) is not None


def _alike(marks: Marks, lines: list[str]) -> bool:
    """Whether enough lines look like this language; gives up where they can no longer be enough."""
    match, total = marks.line.match, len(lines)
    wanted = marks.share * total
    other = 0
    for at in range(0, total, BLOCK):
        other += sum([match(line) is None for line in lines[at : at + BLOCK]])
        if total - other < wanted:
            return False
    return True
