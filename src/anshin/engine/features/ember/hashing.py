"""The hashing trick as scikit-learn's FeatureHasher does it: MurmurHash3-32, seed 0, of UTF-8."""

from collections.abc import Iterable

import mmh3
import numpy as np
import numpy.typing as npt

_UTF8 = "utf-8"


def hashed_pairs(pairs: Iterable[tuple[str, float]], bins: int) -> npt.NDArray[np.float64]:
    """Add every value to the bin of its word, with the sign of the hash."""
    out = np.zeros(bins)
    for word, value in pairs:
        number = mmh3.hash(word.encode(_UTF8, "surrogatepass"), 0)
        out[abs(number) % bins] += value if number >= 0 else -value
    return out


def hashed_words(words: Iterable[str], bins: int, *, signed: bool = True) -> npt.NDArray[np.float64]:
    """Count words in bins; with `signed`, a word of a negative hash counts as minus one."""
    out = np.zeros(bins)
    for word in words:
        number = mmh3.hash(word.encode(_UTF8, "surrogatepass"), 0)
        out[abs(number) % bins] += 1.0 if number >= 0 or not signed else -1.0
    return out
