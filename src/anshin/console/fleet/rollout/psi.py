"""How far a distribution of scores has moved. Pure: two histograms in, one number out.

The population stability index: the sum over bins of (a - b) · ln(a / b), over shares a and b. Up to 0.1 counts as
unmoved, above 0.2 as moved (N. Siddiqi, "Credit Risk Scorecards", 2006).
"""

import math
from collections.abc import Sequence
from typing import Final

MOVED: Final = 0.2
FEWEST: Final = 1000
"""Scores that each side must have: of 20 bins, chance alone makes an index of about 19 · (1/n + 1/m)."""


def stability_index(now: Sequence[int], before: Sequence[int]) -> float | None:
    """Return the index, or None where one side has too few scores to say anything."""
    if len(now) != len(before):
        raise ValueError("two histograms of different lengths cannot be compared")
    if min(sum(now), sum(before)) < FEWEST:
        return None
    shares = zip(_shares(now), _shares(before), strict=True)
    return sum((a - b) * math.log(a / b) for a, b in shares)


def _shares(counts: Sequence[int]) -> list[float]:
    """Return shares with half a score added to each bin, so that none is empty."""
    total = sum(counts) + 0.5 * len(counts)
    return [(count + 0.5) / total for count in counts]
