"""Finds the signs of `signs/*.yaml` in a text: words first, since a set of words costs nothing, then expressions.

A row: `code`, `in` (languages or groups; none: all), `words` (at least one must be in the text), `with` (one of these,
too), `match` (at least one expression must match the code in lower case), `also` (each must match), `unless` (none may
match), `hidden: true` (honest scripts have no reason to hide this in a decoded layer). Whatever `match` finds holds
one of the plain texts of `need`, and what `glance` finds, which begins with plain characters: both are asked for first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from anshin.engine.budget import Budget
from anshin.engine.formats.script.source import Source
from anshin.engine.wording import load_data

FOLDER = "formats/script/signs"
BEFORE, AFTER = 1200, 4200
"""Characters around a word in which an expression is looked for."""
SPOTS = 100
_BOUND = re.compile(r"\A\\b(\w{2,})(?![\w*+?{])")


@dataclass(frozen=True)
class Row:
    """One row of the table; its expressions are compiled when a text has its words."""

    code: str
    languages: frozenset[str]
    words: tuple[str, ...]
    texts: dict[str, tuple[str, ...]] = field(hash=False)
    hidden: bool = False
    others: frozenset[str] = frozenset()
    need: tuple[str, ...] = ()
    glance: str = ""

    def may_match(self, code: str) -> bool:
        """Whether what every match of this row holds is there at all."""
        if self.need and not any(text in code for text in self.need):
            return False
        return not self.glance or re.search(self.glance, code) is not None

    @cached_property
    def match(self) -> tuple[re.Pattern[str], ...]:
        """Expressions of which one must be there."""
        return self._compiled("match")

    @cached_property
    def also(self) -> tuple[re.Pattern[str], ...]:
        """Expressions that must all be there."""
        return self._compiled("also")

    @cached_property
    def unless(self) -> tuple[re.Pattern[str], ...]:
        """Expressions of which none may be there."""
        return self._compiled("unless")

    def _compiled(self, part: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_word_first(text), re.DOTALL) for text in self.texts.get(part, ()))


def _word_first(text: str) -> str:
    r"""Return an expression that begins with \bword as one that begins with the word and then looks back.

    The engine of `re` skips to a literal beginning in one pass, but tries \b at each character.
    """
    return _BOUND.sub(r"\1(?<!\\w\1)", text)


@cache
def rows() -> tuple[Row, ...]:
    """Return all rows. Raises ValueError for a row that could never be found."""
    groups: dict[str, list[str]] = load_data(f"{FOLDER}/groups.yaml")
    found = []
    for entry in sorted(files("anshin.engine").joinpath(FOLDER).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml") and entry.name != "groups.yaml":
            found += [_row(row, groups, entry.name) for row in load_data(f"{FOLDER}/{entry.name}")]
    return tuple(found)


def _row(row: dict[str, Any], groups: dict[str, list[str]], file: str) -> Row:
    if (
        not row.get("words")
        or not row.get("match")
        or row.keys() - {"code", "in", "words", "match", "also", "unless", "hidden", "with", "need", "glance"}
    ):
        raise ValueError(f"{file}: {row.get('code')} needs words and match, and knows no other fields")
    languages = [name for part in row.get("in", ["all"]) for name in groups.get(part, [part])]
    texts = {part: tuple(row.get(part, ())) for part in ("match", "also", "unless")}
    return Row(
        row["code"],
        frozenset(languages),
        tuple(str(w) for w in row["words"]),
        texts,
        row.get("hidden", False),
        frozenset(map(str, row.get("with", ()))),
        tuple(row.get("need", ())),
        row.get("glance", ""),
    )


@cache
def hidden() -> frozenset[str]:
    """Return the codes of the rows that are marked `hidden`."""
    return frozenset(row.code for row in rows() if row.hidden)


@cache
def _by_word(language: str) -> dict[str, tuple[Row, ...]]:
    table: dict[str, list[Row]] = {}
    for row in rows():
        if language in row.languages:
            for word in row.words:
                table.setdefault(word, []).append(row)
    return {word: tuple(found) for word, found in table.items()}


@cache
def _words(language: str) -> frozenset[str]:
    return frozenset(_by_word(language))


def wanted(source: Source) -> tuple[Row, ...]:
    """Return the rows one of whose words stands in the text, in order of their codes."""
    if source.rows is None:
        table, words = _by_word(source.language), source.words
        named = words & _words(source.language)  # of two sets: goes over the smaller one
        found = {row.code: row for word in named for row in table[word] if not row.others or row.others & words}
        source.rows = tuple(sorted(found.values(), key=lambda row: row.code))
    return source.rows


def find(source: Source, budget: Budget) -> Iterator[tuple[str, int]]:
    """Yield the code and the line of each sign in the text."""
    for row in wanted(source):
        budget.check_time()
        hit = _first(row, source) if row.may_match(source.code) else None
        if hit is None or not all(pattern.search(source.code) for pattern in row.also):
            continue
        if not any(pattern.search(source.code) for pattern in row.unless):
            yield row.code, source.line_of(hit[0])


def _first(row: Row, source: Source) -> re.Match[str] | None:
    """Search around the row's words only: a long text costs as much as the places that matter."""
    code = source.code
    if len(code) <= 2 * (BEFORE + AFTER):
        return next((m for pattern in row.match if (m := pattern.search(code))), None)
    for start, end in _spans(row, source):
        for pattern in row.match:
            hit = pattern.search(code, start, end)
            if hit:
                return hit
    return None


def _spans(row: Row, source: Source) -> list[tuple[int, int]]:
    code = source.code
    spots: list[int] = []
    for word in row.words:
        if word in source.words:
            at = code.find(word)
            while at >= 0 and len(spots) < SPOTS:
                spots.append(at)
                at = code.find(word, at + 200)  # the next window begins beyond this one anyway
    merged: list[tuple[int, int]] = []
    for at in sorted(spots):
        start, end = max(0, at - BEFORE), at + AFTER
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def load() -> None:
    """Read the table of signs; expressions are still compiled when they are first wanted."""
    hidden()
    for language in {name for row in rows() for name in row.languages}:
        _words(language)
