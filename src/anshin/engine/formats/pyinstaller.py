"""The archive that PyInstaller appends to its starter: libraries and data come out; Python's own modules stay packed.

Source: PyInstaller, "Bootloader: CArchive format" (PyInstaller/archive/readers.py of 6.x).
"""

import struct
import zlib

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.pe.overlay import Overlay
from anshin.engine.names import safe_name, shortened
from anshin.engine.unpack.member import Found, Member, Problem

MAGIC = b"MEI\014\013\012\013\016"
MAX_ENTRIES = 256
MAX_ENTRY_BYTES = 64 * 1024 * 1024
_COOKIE = struct.Struct(">8sIII")
_ENTRY = struct.Struct(">IIIIBc")
_OPENED = frozenset({b"b", b"x", b"s"})
"""Libraries, data and start scripts; the others are options and the packed modules."""


def entries(data: bytes, overlay: Overlay, budget: Budget) -> Found:
    """Yield what lies in the archive; a table that leads nowhere, or too many entries, is a gap."""
    at = data.rfind(MAGIC, max(overlay.at, overlay.at + overlay.size - 8192), overlay.at + overlay.size)
    if at < 0 or at + _COOKIE.size > len(data):
        return
    _, length, table, size = _COOKIE.unpack_from(data, at)
    start = next((end - length for end in (at + 88, at + 24) if end - length >= 0 and end <= len(data)), -1)
    if start < 0 or start + table + size > at:
        yield Problem(gap="damaged", detail="part overlay")
        return
    place, end, count = start + table, start + table + size, 0
    while place + _ENTRY.size <= end:
        step, where, packed, unpacked, compressed, kind = _ENTRY.unpack_from(data, place)
        name = data[place + _ENTRY.size : place + step].rstrip(b"\0")
        place += max(step, _ENTRY.size)
        if kind not in _OPENED:
            continue
        count += 1
        if count > MAX_ENTRIES:
            yield Problem(gap="members")
            return
        yield _member(name, data[start + where : start + where + packed], unpacked if compressed else 0, budget)


def _member(name: bytes, raw: bytes, unpacked: int, budget: Budget) -> Member | Problem:
    label = shortened(safe_name(name.decode("utf-8", "replace")), 120)
    cut = False
    if unpacked:
        stream = zlib.decompressobj()
        try:
            raw = stream.decompress(raw, MAX_ENTRY_BYTES)
        except zlib.error:
            return Problem(gap="damaged", name=label)
        cut = bool(stream.unconsumed_tail)
    budget.spend(len(raw))
    return Member(label, BytesContent(raw), cut=cut)
