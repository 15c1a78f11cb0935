"""Holds our vectors against the reference's: which groups are equal, what differs, and how long each took."""

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from anshin.engine.features.ember import names, vector
from anshin.engine.features.ember.vector import GROUPS

TOLERANCE = 1e-6
"""Largest difference that counts as equal, relative to the reference where that is above one."""


@dataclass
class Outcome:
    """What came out for one format."""

    files: int = 0
    whole: int = 0  # files with every number equal
    equal: Counter[str] = field(default_factory=Counter)  # files by group
    differences: Counter[str] = field(default_factory=Counter)  # places that differ, how often
    failed: Counter[str] = field(default_factory=Counter)  # errors of the reference
    reference_ms: list[float] = field(default_factory=list)
    our_ms: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Return the figures of the table."""
        if not self.files:
            return {"files": 0, "failed": dict(self.failed)}
        return {
            "files": self.files,
            "equal": self.whole,
            "groups": {group: self.equal[group] for group, _ in GROUPS},
            "differences": dict(self.differences.most_common(12)),
            "failed": dict(self.failed),
            "reference_median_ms": round(median(self.reference_ms), 2),
            "our_median_ms": round(median(self.our_ms), 2),
            "reference_p95_ms": round(float(np.percentile(self.reference_ms, 95)), 1),
            "our_p95_ms": round(float(np.percentile(self.our_ms, 95)), 1),
            "speed_ratio_median": round(median(r / o for r, o in zip(self.reference_ms, self.our_ms, strict=True)), 1),
            "speed_ratio_total": round(sum(self.reference_ms) / sum(self.our_ms), 1),
        }


def compare(rows: list[dict[str, Any]], theirs: npt.NDArray[np.float32]) -> Outcome:
    """Compute our vector of every file that the reference could read, and compare."""
    outcome = Outcome()
    vector(b"MZ" + bytes(4096))  # data files are read at the first call
    numbers = iter(theirs)
    for row in rows:
        if "error" in row:
            outcome.failed[row["error"].split(":")[0]] += 1
            continue
        data = Path(row["path"]).read_bytes()
        started = time.process_time()
        ours = vector(data)
        outcome.our_ms.append((time.process_time() - started) * 1000)
        outcome.reference_ms.append(row["ms"])
        _count(ours, next(numbers), outcome)
    return outcome


def _count(ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32], outcome: Outcome) -> None:
    wrong = np.abs(ours - theirs) > TOLERANCE * np.maximum(1, np.abs(theirs))
    outcome.files += 1
    outcome.whole += not wrong.any()
    at = 0
    for group, size in GROUPS:
        outcome.equal[group] += not wrong[at : at + size].any()
        at += size
    for place in np.flatnonzero(wrong):
        outcome.differences[names()[place]] += 1
