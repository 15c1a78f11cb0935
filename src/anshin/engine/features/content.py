"""What the bytes themselves say, whatever the format: their histogram, and how their entropy runs through the file."""

import numpy as np
import numpy.typing as npt

WINDOW = 2048
ENTROPY_BINS = 16
SAMPLED = 4 * 1024 * 1024
"""Bytes looked at: of a longer file its first and its last half of this."""

CONTENT_NAMES: tuple[str, ...] = (
    *(f"byte:{n:02x}" for n in range(256)),
    *(f"entropy:{n}" for n in range(ENTROPY_BINS)),
    "entropy",
    "printable",
    "zeros",
)


def content_features(data: bytes) -> npt.NDArray[np.float32]:
    """Return shares in [0, 1] and the entropy in bits. The size of the file is left out on purpose.

    Every collection of samples has its own sizes; a model must not learn the collection.
    """
    if len(data) > SAMPLED:
        data = data[: SAMPLED // 2] + data[-SAMPLED // 2 :]
    out = np.zeros(len(CONTENT_NAMES), dtype=np.float32)
    if not data:
        return out
    raw = np.frombuffer(data, dtype=np.uint8)
    shares = np.bincount(raw, minlength=256) / raw.size
    out[:256] = shares
    windows = [raw[at : at + WINDOW] for at in range(0, max(1, raw.size - WINDOW // 2), WINDOW)]
    for window in windows:
        counts = np.bincount(window >> 4, minlength=16)
        out[256 + min(ENTROPY_BINS - 1, int(4 * entropy(counts / window.size)))] += 1.0 / len(windows)
    out[-3] = entropy(shares)
    out[-2] = shares[32:127].sum() + shares[[9, 10, 13]].sum()
    out[-1] = shares[0]
    return out


def entropy(shares: npt.NDArray[np.float64]) -> float:
    """Return the Shannon entropy in bits of shares that sum to one."""
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
