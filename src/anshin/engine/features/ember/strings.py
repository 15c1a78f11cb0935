"""Texts in a file: runs of printable bytes, and in how many of them each of 77 patterns is found.

The patterns stand in `patterns.yaml`. They are looked for in all texts at once, one a line: asking every text for every
pattern takes ten times as long.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from anshin.engine.wording import load_data

_RUN = re.compile(rb"[\x20-\x7f]{5,}")
_REST = rb"[^\n]*"
Counter = Callable[[bytes, bytes], int]


def text_features(data: bytes) -> npt.NDArray[np.float64]:
    """Return 177 numbers: count, mean length, bytes, 96 shares of characters, entropy, 77 counts."""
    texts = _RUN.findall(data)
    out = np.zeros(100 + len(counters()))
    if not texts:
        return out
    joined = b"\n".join(texts)
    printable = len(joined) - len(texts) + 1
    counts = np.bincount(np.frombuffer(joined, dtype=np.uint8), minlength=128)[32:128]
    shares = counts / printable
    out[0], out[1], out[2] = len(texts), printable / len(texts), printable
    out[3:99] = shares
    narrow = (counts[counts > 0].astype(np.float32) / printable).astype(np.float64)
    out[99] = -(narrow * np.log2(narrow)).sum()
    lower = joined.lower()
    for number, (_, count) in enumerate(counters()):
        out[100 + number] = count(joined, lower)
    return out


@cache
def counters() -> tuple[tuple[str, Counter], ...]:
    """Return the patterns by name, in the order of the vector."""
    rows = load_data("features/ember/patterns.yaml")["patterns"]
    return tuple((name, _counter(row)) for name, row in sorted(rows.items()))


def _counter(row: dict[str, Any]) -> Counter:
    if "any_case" in row:
        return _literal(row["any_case"].lower().encode(), lower=True, preceded=row.get("preceded", False))
    if "text" in row:
        return _literal(row["text"].encode(), lower=False, preceded=False)
    return _pattern(row["pattern"].encode(), row["near"].encode())


def _literal(word: bytes, *, lower: bool, preceded: bool) -> Counter:
    line = re.compile(re.escape(word) + _REST)

    def count(joined: bytes, lowered: bytes) -> int:
        text = lowered if lower else joined
        found = len(line.findall(text))
        if found and preceded:  # a character must stand before the word, so the beginning of a line does not do
            found -= sum(word not in m[len(word) :] for m in _at_start(text, word))
        return found

    return count


def _at_start(text: bytes, word: bytes) -> list[bytes]:
    return re.findall(rb"^" + re.escape(word) + _REST, text, re.MULTILINE)


def _pattern(pattern: bytes, near: bytes) -> Counter:
    """Count lines with a pattern: first those are found that have `near`, which is quick to find."""
    exact, line = re.compile(pattern), re.compile(near)

    def count(joined: bytes, _: bytes) -> int:
        found, at = 0, 0
        while (hit := line.search(joined, at)) is not None:
            start = joined.rfind(b"\n", 0, hit.start()) + 1
            at = joined.find(b"\n", hit.end())
            at = len(joined) if at < 0 else at
            found += exact.search(joined, start, at) is not None
        return found

    return count
