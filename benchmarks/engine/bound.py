"""What a count of zero proves."""

import math


def upper(hits: int, trials: int, confidence: float = 0.95) -> float:
    """Return the one-sided upper bound of a rate (Clopper-Pearson): with 0 of n about 3/n, the rule of three."""
    if trials == 0 or hits >= trials:
        return 1.0
    low, high = hits / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(hits, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(hits: int, trials: int, rate: float) -> float:
    """Return the probability of at most `hits` in `trials`."""
    total = 0.0
    for k in range(hits + 1):
        logged = math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        total += math.exp(logged + k * math.log(rate) + (trials - k) * math.log1p(-rate))
    return total
