"""The bytes themselves: what is counted many windows at a time is what counting one after the other gives."""

import random

import numpy as np
import numpy.typing as npt
import pytest

from anshin.engine.features.content import CONTENT_NAMES, ENTROPY_BINS, WINDOW, content_features, entropy

SIZES = (1, 1023, 1024, 1025, WINDOW, WINDOW + 1024, WINDOW + 1025, 3 * WINDOW - 1, 70_001, 600_000)


def one_by_one(data: bytes) -> npt.NDArray[np.float32]:
    """The definition, word for word."""
    raw = np.frombuffer(data, dtype=np.uint8)
    out = np.zeros(len(CONTENT_NAMES), dtype=np.float32)
    shares = np.array([data.count(bytes((value,))) for value in range(256)]) / len(data)
    out[:256] = shares
    windows = [raw[at : at + WINDOW] for at in range(0, max(1, raw.size - WINDOW // 2), WINDOW)]
    for window in windows:
        counts = np.bincount(window >> 4, minlength=16)
        out[256 + min(ENTROPY_BINS - 1, int(4 * entropy(counts / window.size)))] += 1.0 / len(windows)
    out[-3], out[-2], out[-1] = entropy(shares), shares[32:127].sum() + shares[[9, 10, 13]].sum(), shares[0]
    return out


@pytest.mark.parametrize("size", SIZES)
def test_same_as_one_by_one(size: int) -> None:
    chance = random.Random(size)
    few = bytes(chance.choices(b"\x00\x17\x2f\xf0", k=size))
    # two, four and eight values in equal parts lie exactly on the bound of a bin
    level = [bytes(chance.sample(range(0, 256, 16), k=count)) * (size // count + 1) for count in (2, 4, 8, 16)]
    for data in (chance.randbytes(size), bytes(size), few, *(one[:size] for one in level)):
        assert content_features(data).tobytes() == one_by_one(data).tobytes()


def test_mixed_windows_on_bounds() -> None:
    chance = random.Random(7)
    pieces = []
    for _ in range(300):
        kinds = chance.randint(1, 8)
        pattern = b"".join(bytes((16 * kind,)) * chance.randint(1, 4) for kind in range(kinds))
        pieces.append((pattern * (WINDOW // len(pattern) + 1))[:WINDOW])
    data = b"".join(pieces)
    assert content_features(data).tobytes() == one_by_one(data).tobytes()
