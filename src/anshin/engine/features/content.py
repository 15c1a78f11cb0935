"""What the bytes themselves say, whatever the format: their histogram, and how their entropy runs through the file."""

import numpy as np
import numpy.typing as npt

WINDOW = 2048
ENTROPY_BINS = 16
SAMPLED = 4 * 1024 * 1024
"""Bytes looked at: of a longer file its first and its last half of this."""

PAIRED = 64 * 1024
"""Bytes from which counting by pairs is faster."""
CLOSE = 1e-9
"""How near to a bound of a bin an entropy is worked out once more, in the order in which tables have it."""
STEP = 128 * WINDOW

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
    shares = _counts(raw) / raw.size
    out[:256] = shares
    bins = _window_bins(raw)
    # added one by one, as float32: tables of training hold the sum that this order gives
    added = np.add.accumulate(np.full(max(bins), np.float32(1.0 / sum(bins)), dtype=np.float32))
    for number, windows in enumerate(bins):
        out[256 + number] = added[windows - 1] if windows else 0.0
    out[-3] = entropy(shares)
    out[-2] = shares[32:127].sum() + shares[[9, 10, 13]].sum()
    out[-1] = shares[0]
    return out


def _counts(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Return how often each byte value stands there; pairs are counted, which takes half the time."""
    if raw.size < PAIRED:
        return np.bincount(raw, minlength=256)
    even = raw.size & ~1
    pairs = np.bincount(raw[:even].view(np.uint16), minlength=1 << 16).reshape(256, 256)
    counts: npt.NDArray[np.intp] = pairs.sum(axis=0) + pairs.sum(axis=1)
    counts[raw[even:]] += 1
    return counts


def _window_bins(raw: npt.NDArray[np.uint8]) -> list[int]:
    """Return how many windows have an entropy of each bin; a rest of half a window or more is one too."""
    bins = [0] * ENTROPY_BINS
    whole = raw.size // WINDOW
    windows = max(1, -(-(raw.size - WINDOW // 2) // WINDOW))
    if whole:
        counts = np.concatenate([_nibbles(raw[at : at + STEP]) for at in range(0, whole * WINDOW, STEP)])[:whole]
        shares = counts / WINDOW
        four = -4 * (shares * np.log2(np.where(counts, shares, 1.0))).sum(axis=1)
        # another order of adding may end on the other side of a bound: what lies close to one is worked out by itself
        near = np.abs(four - np.rint(four)) < CLOSE
        plain = near & (counts.max(axis=1) == WINDOW)
        bins[0] += int(plain.sum())
        for number, count in enumerate(np.bincount(four[~near].astype(np.intp), minlength=ENTROPY_BINS)):
            bins[min(ENTROPY_BINS - 1, number)] += int(count)
        for row in counts[near & ~plain]:
            bins[_bin(row / WINDOW)] += 1
    for at in range(whole * WINDOW, windows * WINDOW, WINDOW):
        rest = raw[at:]
        bins[_bin(np.bincount(rest >> 4, minlength=16) / rest.size)] += 1
    return bins


def _nibbles(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Return for each whole window how often each upper half of a byte stands there; counted by pairs too."""
    whole = raw.size // WINDOW
    pairs = raw[: whole * WINDOW].view(np.uint16)
    codes = (pairs >> 4 & 0x0F | pairs >> 8 & 0xF0).reshape(whole, WINDOW // 2)
    places = codes + (np.arange(whole) * 256)[:, None]
    table = np.bincount(places.ravel(), minlength=whole * 256).reshape(whole, 16, 16)
    counts: npt.NDArray[np.intp] = table.sum(axis=1) + table.sum(axis=2)
    return counts


def _bin(shares: npt.NDArray[np.float64]) -> int:
    return min(ENTROPY_BINS - 1, int(4 * entropy(shares)))


def entropy(shares: npt.NDArray[np.float64]) -> float:
    """Return the Shannon entropy in bits of shares that sum to one."""
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
