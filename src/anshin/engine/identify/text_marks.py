"""Tells scripts from text where neither name nor first bytes do: an attachment called .txt, a decoded layer, a stream.

Text that documents code must stay text: nearly every line has to look like code of one language, and one line must hold
something that prose never does.
"""

import re
from dataclasses import dataclass
from functools import cache

from anshin.engine.wording import load_data

LINES = 120
DATA = "identify/text_marks.yaml"


@dataclass(frozen=True, slots=True)
class Marks:
    """One language: `sure` must be found, and so many of the lines must look like `line`."""

    kind: str
    sure: re.Pattern[str]
    line: re.Pattern[str]
    share: float


@cache
def _table() -> tuple[Marks, ...]:
    return tuple(
        Marks(
            row["kind"],
            re.compile("|".join(row["sure"]), re.IGNORECASE | re.MULTILINE),
            re.compile("|".join(row["line"]), re.IGNORECASE),
            float(row["share"]),
        )
        for row in load_data(DATA)["languages"]
    )


def script_kind(text: str) -> str:
    """Return the language that `text` is surely written in, or an empty string."""
    head = text[:8192]
    lines = [line.strip() for line in head.split("\n")[:LINES]]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    for marks in _table():
        if not marks.sure.search(head):
            continue
        like = sum(bool(marks.line.match(line)) for line in lines)
        if like >= marks.share * len(lines):
            return marks.kind
    return ""
