"""What any file has: size, entropy, histogram of bytes, and which bytes stand where the entropy is high."""

from typing import Any

import numpy as np
import numpy.typing as npt

WINDOW, STEP = 2048, 1024
_SPAN = 256 * STEP
_SURE = 1e-4
"""How near to the next bin a value must be so that its rounding decides: then it is computed one by one."""


def histogram(data: bytes) -> npt.NDArray[np.int64]:
    """Count the bytes."""
    return np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=256)


def entropy(counts: npt.NDArray[np.int64], total: int) -> float:
    """Return the entropy in bits."""
    shares = counts[counts > 0] / total
    return float(-(shares * np.log2(shares)).sum()) if total else 0.0


def general(data: bytes, counts: npt.NDArray[np.int64], *, is_pe: bool) -> list[float]:
    """Return size, entropy, whether it is a program of Windows, and the first four bytes."""
    head = [float(b) for b in data[:4].ljust(4, b"\0")]
    return [float(len(data)), entropy(counts, len(data)), float(is_pe), *head]


def byte_entropy(data: bytes) -> npt.NDArray[np.float32]:
    """Return shares of 16 kinds of bytes in 16 levels of entropy, over windows of 2,048 bytes at steps of 1,024."""
    raw = np.frombuffer(data, dtype=np.uint8) >> 4
    out = np.zeros((16, 16), dtype=np.int64)
    if raw.size < WINDOW:
        counts = np.bincount(raw, minlength=16)
        out[_bin(counts)] += counts
    else:
        whole = _per_step(raw)
        windows = whole[:-1] + whole[1:]
        np.add.at(out, _bins(windows), windows)
    flat: npt.NDArray[np.float32] = out.ravel().astype(np.float32)
    flat /= flat.sum()
    return flat


def _per_step(raw: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Count the 16 kinds in every whole step. Done in spans, because numpy widens what it counts to eight bytes."""
    steps = raw.size // STEP
    shift = (np.arange(256, dtype=np.int16) << 4).repeat(STEP)
    parts = []
    for at in range(0, steps * STEP, _SPAN):
        piece = raw[at : min(at + _SPAN, steps * STEP)]
        here = piece.size // STEP
        parts.append(np.bincount(piece + shift[: piece.size], minlength=16 * here).reshape(here, 16))
    return np.concatenate(parts)


def _bins(windows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    shares = windows.astype(np.float32) / np.float32(WINDOW)
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    levels = -(shares * logs).sum(axis=1) * 4
    bins: npt.NDArray[np.int64] = levels.astype(np.int64)
    for number in np.flatnonzero(np.abs(levels - np.rint(levels)) < _SURE):
        bins[number] = _bin(windows[number])
    np.minimum(bins, 15, out=bins)
    return bins


def _bin(counts: npt.NDArray[np.int64]) -> int:
    shares = counts.astype(np.float32) / WINDOW  # always by the whole window, even where the file is shorter
    some = np.where(counts)[0]
    level = int(np.sum(-shares[some] * np.log2(shares[some])) * 2 * 2)
    return min(level, 15)
