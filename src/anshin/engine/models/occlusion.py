"""Where a deep model saw what it judged by: the piece of the file whose blanking lowers its score most.

After occlusion maps (Zeiler and Fergus, arXiv 1311.2901): pieces are covered one after the other, first coarse ones,
then the parts of the best. All covers of a round go through the network in one batch.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

COARSE, FINE = 16, 8
"""Pieces of the first and of the second round: 24 forwards at most."""
Windows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the file, and by how much (in log-odds) its blanking lowers the network's score."""

    offset: int
    length: int
    drop: float


def strongest_piece(
    windows: Windows, score: Callable[[Windows], npt.NDArray[np.float32]], *, head: int, size: int, padding: int
) -> Piece | None:
    """Return the piece that carries most of the score; None where no single piece does.

    `windows` is what the network reads of a file of `size` bytes: its first `head` bytes, then its last ones. `score`
    gives the log-odds of rows [N, L].
    """
    held = _spans(windows, padding)
    before = float(score(windows[None, :])[0])
    best: tuple[float, int, int] | None = None
    for parts in (COARSE, FINE):
        pieces = _split(held, parts) if best is None else _split([best[1:]], parts)
        covered = np.repeat(windows[None, :], len(pieces), axis=0)
        for row, (start, end) in zip(covered, pieces, strict=True):
            row[start:end] = padding
        drops = before - score(covered) if pieces else np.zeros(0)
        if not len(drops) or float(drops.max()) <= 0.0:
            break
        at = int(np.argmax(drops))
        if best is not None and float(drops[at]) < best[0] / 2:
            break  # what it saw is spread over the whole of the coarse piece
        best = (float(drops[at]), *pieces[at])
    if best is None:
        return None
    drop, start, end = best
    return Piece(_offset(start, head, size, len(windows)), end - start, drop)


def _spans(windows: Windows, padding: int) -> list[tuple[int, int]]:
    """Return where there are bytes, not padding: the beginning and, of a long file, the end."""
    there = np.flatnonzero(np.diff(np.concatenate([[0], (windows != padding).astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(there[::2], there[1::2], strict=True)]


def _split(spans: list[tuple[int, int]], parts: int) -> list[tuple[int, int]]:
    """Cut spans into `parts` pieces or so, all of about the same length, none empty."""
    total = sum(end - start for start, end in spans)
    step = max(1, -(-total // parts))
    return [(at, min(at + step, end)) for start, end in spans for at in range(start, end, step)]


def _offset(at: int, head: int, size: int, length: int) -> int:
    """Return where in the file a place of the windows lies."""
    return at if at < head else max(head, size - (length - head)) + at - head
