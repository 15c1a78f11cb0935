"""What one block of years leaves behind: whole yen by year, kilobytes however many events there were."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Yens = NDArray[np.int64]

EDGES_PER_DECADE = 10
DECADES = 13
"""Events are counted in bins from ¥1 to ¥10^13, ten to a decade; bin k holds losses from 10^(k/10) yen."""


@dataclass(frozen=True, slots=True, eq=False)
class YearBlock:
    """Sums of the years `first` ... `first + years - 1`; every field adds up (or takes the larger) over parts of firms.

    gross, net: loss and payment by year. own_gross, own_net: the largest single own event by year. by_sector: payments,
    sectors x years (the last row: no sector). cause, cause_year: which vendor cause each common event is and in which
    year; cause_gross, cause_net: its sums over all firms. histogram: number of events by size, loss then payment.
    """

    first: int
    gross: Yens
    net: Yens
    own_gross: Yens
    own_net: Yens
    by_sector: Yens
    cause: NDArray[np.int64]
    cause_year: NDArray[np.int64]
    cause_gross: Yens
    cause_net: Yens
    histogram: Yens
    events: int
    capped: int

    def merged(self, other: Self) -> Self:
        """Return the block of the same years for both sets of firms together; order does not matter, to the byte."""
        largest = {"own_gross", "own_net"}
        same = {"first", "cause", "cause_year"}
        values = {}
        for f in fields(self):
            mine, theirs = getattr(self, f.name), getattr(other, f.name)
            if f.name in same:
                values[f.name] = mine
            else:
                values[f.name] = np.maximum(mine, theirs) if f.name in largest else mine + theirs
        return type(self)(**values)

    def to_bytes(self) -> bytes:
        """Return SHA-256, newline, and the arrays in NumPy's own format."""
        held = io.BytesIO()
        for f in fields(self):
            np.save(held, np.asarray(getattr(self, f.name), dtype=np.int64), allow_pickle=False)
        body = held.getvalue()
        return hashlib.sha256(body).hexdigest().encode() + b"\n" + body

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read it back. Raises ValueError when it is not what was written."""
        told, _, body = data.partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != told:
            raise ValueError("the hash does not match")
        stream = io.BytesIO(body)
        arrays = [np.load(stream, allow_pickle=False) for _ in fields(cls)]
        values: dict[str, Any] = {f.name: a if a.ndim else int(a) for f, a in zip(fields(cls), arrays, strict=True)}
        return cls(**values)


def joined(blocks: Sequence[YearBlock]) -> YearBlock:
    """Return consecutive blocks of years as one; `cause_year` counts from the first year of all."""
    ordered = sorted(blocks, key=lambda block: block.first)

    def along(name: str) -> NDArray[np.int64]:
        return np.concatenate([getattr(block, name) for block in ordered], axis=-1)

    return YearBlock(
        first=ordered[0].first,
        gross=along("gross"),
        net=along("net"),
        own_gross=along("own_gross"),
        own_net=along("own_net"),
        by_sector=along("by_sector"),
        cause=along("cause"),
        cause_year=np.concatenate([block.cause_year + block.first for block in ordered]),
        cause_gross=along("cause_gross"),
        cause_net=along("cause_net"),
        histogram=np.sum([block.histogram for block in ordered], axis=0),
        events=sum(block.events for block in ordered),
        capped=sum(block.capped for block in ordered),
    )
