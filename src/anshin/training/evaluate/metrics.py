"""Figures with intervals. Every one of them names how many files it stands on."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

Scores = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval."""

    hits: int
    total: int
    value: float
    low: float
    high: float

    def document(self) -> dict[str, float | int]:
        """Return it for a result, rounded."""
        return {"hits": self.hits, "total": self.total} | {
            key: round(getattr(self, key), 5) for key in ("value", "low", "high")
        }


def rate(hits: int, total: int) -> Rate:
    """Return hits/total with its exact interval (Clopper and Pearson, 1934); 0 of 0 is 0 with the interval 0 to 1."""
    if not total:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    low = float(beta.ppf(0.025, hits, total - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, total - hits)) if hits < total else 1.0
    return Rate(hits, total, hits / total, low, high)


def wilson(hits: int, total: int) -> Rate:
    """Return hits/total with the score interval (Wilson, 1927); 0 of 0 is 0 with the interval 0 to 1."""
    if not total:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    z = 1.959963984540054
    share, weight = hits / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    return Rate(hits, total, share, max(0.0, middle - half), min(1.0, middle + half))


def upper_bound(hits: int, total: int) -> float:
    """Return the one-sided 95 % upper bound of a rate: 3/total for no hit (the rule of three)."""
    return float(beta.ppf(0.95, hits + 1, total - hits)) if hits < total else 1.0


def measurable(benign: int, fpr: float) -> bool:
    """Whether `benign` files can show a false-positive rate: even without a single hit the bound must reach it."""
    return benign > 0 and upper_bound(0, benign) <= fpr


def threshold_at(scores: Scores, labels: Labels, fpr: float) -> float:
    """Return the lowest threshold with a false-positive rate of at most `fpr` here; a score at it counts as a hit."""
    benign = np.sort(scores[labels == 0])[::-1]
    allowed = int(np.floor(fpr * len(benign)))
    worst = benign[allowed]  # the first benign score that must stay below
    above = scores[scores > worst]
    return float((worst + above.min()) / 2) if len(above) else float(np.nextafter(worst, np.inf))


def tpr_at(scores: Scores, labels: Labels, threshold: float) -> Rate:
    """Return the share of malicious files at or above the threshold."""
    malicious = scores[labels == 1]
    return rate(int((malicious >= threshold).sum()), len(malicious))


def fpr_at(scores: Scores, labels: Labels, threshold: float) -> Rate:
    """Return the share of benign files at or above the threshold."""
    benign = scores[labels == 0]
    return rate(int((benign >= threshold).sum()), len(benign))


def calibration_error(probabilities: Scores, labels: Labels, bins: int = 15) -> float:
    """Return the expected calibration error over bins of equal width (Naeini et al., 2015)."""
    where = np.clip((probabilities * bins).astype(int), 0, bins - 1)
    error = 0.0
    for one in range(bins):
        mask = where == one
        if mask.any():
            error += mask.mean() * abs(float(probabilities[mask].mean()) - float(labels[mask].mean()))
    return error
