"""What pefile remarks about the table by which 64-bit programs undo calls (Microsoft, x64 exception handling)."""

import numpy as np
import numpy.typing as npt

from anshin.engine.formats.pe.image import DELAY_IMPORT, EXCEPTION, Image

_MACHINES = frozenset({0x8664, 0x200})
_CHAINED = 4


def unwind_notes(image: Image) -> set[str]:
    """Return the remarks on chained entries and on versions; those on single operations are left out."""
    rva, size = image.directory(EXCEPTION)
    if not rva or image.machine not in _MACHINES or len(image.directories) <= DELAY_IMPORT:
        return set()
    raw = image.read(rva, size // 12 * 12)
    table = np.frombuffer(raw[: len(raw) // 12 * 12], dtype="<u4").reshape(-1, 3)
    direct = table[table[:, 2] & 1 == 0]
    if not len(direct):
        return set()
    where, uses = np.unique(direct[:, 2], return_counts=True)
    heads, known = _gather(image, where, 4)
    if not known.all():
        return {"directory_failed"}
    version, flags = heads[:, 0] & 7, heads[:, 0] >> 3
    if not np.isin(version, (1, 2)).all():
        return {"unwind_version"}
    chained = np.flatnonzero(flags & _CHAINED)
    codes = (heads[chained, 2].astype(np.int64) + 1) & ~1
    entries, _ = _gather(image, where[chained].astype(np.int64) + 4 + 2 * codes, 4)
    exists = np.isin(entries.copy().view("<u4").ravel(), table[:, 0])
    notes = set()
    if (exists & (uses[chained] > 1)).any():
        notes.add("unwind_chained_twice")
    if not exists.all():
        notes.add("unwind_chain_lost")
    return notes


def _gather(
    image: Image, rvas: npt.NDArray[np.integer], width: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Return `width` bytes from each address, zeros beyond the file, and which addresses lie in the file at all."""
    data = np.frombuffer(image.data, dtype=np.uint8)
    at = np.full(len(rvas), -1, dtype=np.int64)
    for section in image.sections:
        inside = (rvas >= section.start) & (rvas < section.end) & (at < 0)
        at[inside] = rvas[inside].astype(np.int64) - section.start + section.at
    outside = (at < 0) & (rvas < len(data))
    at[outside] = rvas[outside]
    places = at[:, None] + np.arange(width)
    fits = (places >= 0) & (places < len(data))
    return np.where(fits, data[np.clip(places, 0, len(data) - 1)], 0).astype(np.uint8), at >= 0
