"""Which scores the learned models gave: counted in bins, without anything of the files."""

import math
import re
import threading
from collections.abc import Iterable
from typing import Final

BINS: Final = 20
"""One for each unit of log-odds from -10 to 10; the two at the ends hold what lies beyond.

Scores crowd at 0 and 1, where bins of equal probability would hide every change.
"""
MOST: Final = 64
"""Scores of one file with everything in it; further members are judged, but not counted."""
_FAMILY = re.compile(r"[a-z][a-z0-9_]{0,39}")

Score = tuple[str, int]
"""Format family and bin."""
Counts = dict[tuple[str, str], list[int]]
"""By family and version of the model, one number for each bin."""


def bin_of(probability: float) -> int:
    """Return the bin of a probability."""
    held = min(1 - 1e-9, max(1e-9, probability))
    return min(BINS - 1, max(0, math.floor(math.log(held / (1.0 - held))) + BINS // 2))


def is_score(family: str, at: int) -> bool:
    """Return whether what a worker sent can be a score."""
    return bool(_FAMILY.fullmatch(family)) and 0 <= at < BINS


class ScoreCounter:
    """Counts for several threads, until somebody takes what was counted."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._lock = threading.Lock()
        self._counts: Counts = {}

    def count(self, scores: Iterable[Score], model: str) -> None:
        """Count; `model` is the verdict's word for the models, which tells the version of each family."""
        scores = tuple(scores)
        if not scores:
            return
        versions = dict(name.rsplit("-", 1) for name in model.split(",") if "-" in name)
        with self._lock:
            for family, at in scores:
                if family in versions:
                    self._counts.setdefault((family, versions[family]), [0] * BINS)[at] += 1

    def take(self) -> Counts:
        """Return what was counted, and start anew."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return taken
