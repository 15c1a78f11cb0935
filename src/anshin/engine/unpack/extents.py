"""A file that lies in pieces: on a disk image, or in the blocks of a virtual disk."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from anshin.engine.content import Content

MOST_EXTENTS = 500_000


@dataclass(slots=True)
class DiskFile:
    """One file on a disk: its name, where its bytes lie or what they are, and whether it is hidden."""

    name: str
    runs: list[tuple[int | None, int]]
    hidden: bool
    inline: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(length for _, length in self.runs)


class Extents:
    """Content made of runs of other content; a run without a place is zeros."""

    def __init__(self, base: Content, runs: Iterable[tuple[int | None, int]], size: int | None = None) -> None:
        """Join `runs`, each an offset in `base` (None: zeros) and a length, and cut them to `size` bytes if given."""
        self._base = base
        self._runs: list[tuple[int | None, int]] = []
        self._starts: list[int] = []
        total = 0
        self.lost = 0  # bytes that should lie behind the end of the base
        for place, run in runs:
            length = run if size is None else min(run, size - total)
            if length <= 0 or len(self._runs) >= MOST_EXTENTS:
                continue
            if place is not None and place + length > base.size:
                self.lost += place + length - max(base.size, place)
            self._runs.append((place, length))
            self._starts.append(total)
            total += length
        self.size = total

    @property
    def runs(self) -> list[tuple[int | None, int]]:
        """The runs, cut to the size."""
        return self._runs

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`."""
        stop = min(self.size, offset + length)
        pieces: list[bytes] = []
        n = max(0, bisect_right(self._starts, offset) - 1)
        while offset < stop and n < len(self._runs):
            place, run = self._runs[n]
            skip = offset - self._starts[n]
            take = min(run - skip, stop - offset)
            if take > 0:
                piece = bytes(take) if place is None else self._base.read(place + skip, take).ljust(take, b"\0")
                pieces.append(piece)
                offset += take
            n += 1
        return b"".join(pieces)
