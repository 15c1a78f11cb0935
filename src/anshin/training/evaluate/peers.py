"""What others' detectors, and our rules alone, find of the very files on which a model is tested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from anshin.training.evaluate.metrics import fpr_at, measurable, threshold_at, tpr_at, wilson

TARGET = 0.01


@dataclass(frozen=True, slots=True)
class Contestant:
    """One detector: its name as the page shows it, its own threshold where it has one, and its version."""

    key: str
    version: str
    threshold: float | None


def measure(
    contestants: Sequence[Contestant], labels: Mapping[str, int], scores: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    """Return one entry for each contestant. `labels` are 1 and 0 by hash, `scores` by hash and contestant.

    A file that a detector could not read counts as one that it did not report: with a score below all others.
    """
    hashes = sorted(labels)
    y = np.array([labels[h] for h in hashes], dtype=np.int8)
    return {one.key: _one(one, y, [scores.get(h, {}).get(one.key) for h in hashes]) for one in contestants}


def _one(one: Contestant, y: Any, found: Sequence[float | None]) -> dict[str, Any]:
    known = [s for s in found if s is not None]
    least = min(known, default=0.0) - 1.0
    values = np.array([least if s is None else s for s in found], dtype=np.float64)
    benign = int((y == 0).sum())
    at = threshold_at(values, y, TARGET) if measurable(benign, TARGET) else None
    return {
        "version": one.version,
        "files": len(found),
        "unread": len(found) - len(known),
        "threshold": one.threshold,
        "own": None if one.threshold is None else _rates(values, y, one.threshold),
        "at_fpr": {str(TARGET): None if at is None else _rates(values, y, at)},
        "roc_auc": round(float(roc_auc_score(y, values)), 5),
    }


def _rates(values: Any, y: Any, threshold: float) -> dict[str, Any]:
    return {
        name: wilson(rate.hits, rate.total).document()
        for name, rate in (("tpr", tpr_at(values, y, threshold)), ("fpr", fpr_at(values, y, threshold)))
    }
