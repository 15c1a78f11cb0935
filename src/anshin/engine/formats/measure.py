"""What every program format measures and reads in the same way."""

import math

import numpy as np

from anshin.engine.features.content import entropy

SAMPLE = 128 * 1024
"""Bytes looked at of a longer piece: a third of it each at its beginning, middle and end."""


def entropy_of(data: bytes, start: int = 0, end: int | None = None) -> float:
    """Return the entropy of `data[start:end]` in bits per byte, 0 for nothing; of a long piece, of samples of it."""
    end = min(len(data), len(data) if end is None else end)
    start = max(0, start)
    if end <= start:
        return 0.0
    if end - start > SAMPLE:
        third, middle = SAMPLE // 3, (start + end) // 2
        piece = data[start : start + third] + data[middle : middle + third] + data[end - third : end]
    else:
        piece = data[start:end]
    counts = np.bincount(np.frombuffer(piece, dtype=np.uint8), minlength=256)
    return entropy(counts / len(piece))


def share(part: float, whole: float) -> float:
    """Return part / whole within [0, 1]; 0 where there is no whole."""
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0


def logged(count: float) -> float:
    """Return log(1 + count)."""
    return math.log1p(max(0.0, count))


def text_at(strings: bytes, at: int, longest: int = 256) -> str:
    """Return the text that begins at `at` and ends with a NUL; bytes that are not UTF-8 are replaced."""
    if at >= len(strings):
        return ""
    end = strings.find(b"\0", at, at + longest)
    return strings[at : end if end >= 0 else at + longest].decode("utf-8", "replace")
