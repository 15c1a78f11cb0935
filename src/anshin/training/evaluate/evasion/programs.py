"""Edits of Windows programs that the loader does not see."""

import random
import struct

from anshin.training.evaluate.evasion.added_sections import more_imports, new_section
from anshin.training.evaluate.evasion.edit import Edit, honest_piece

OVERLAY = 64 * 1024


def overlay(data: bytes, chance: random.Random, honest: bytes) -> bytes:
    """Append honest bytes: what stands behind the last section is not loaded."""
    return data + honest_piece(honest, chance, OVERLAY)


def large_overlay(data: bytes, chance: random.Random, honest: bytes) -> bytes:
    """Append as much as the file has, and more."""
    return data + honest_piece(honest, chance, max(OVERLAY, 3 * len(data)))


def dos_stub(data: bytes, chance: random.Random, honest: bytes) -> bytes | None:
    """Overwrite what stands between the DOS header and the PE header: Windows reads only the pointer in it."""
    at = _pe(data)
    if at is None or at <= 0x40:
        return None
    return data[:0x40] + honest_piece(honest, chance, at - 0x40) + data[at:]


def header_fields(data: bytes, chance: random.Random, _honest: bytes) -> bytes | None:
    """Set time stamp, linker version and checksum: programs (not drivers) are loaded whatever these say."""
    at = _pe(data)
    if at is None or at + 92 > len(data):
        return None
    out = bytearray(data)
    struct.pack_into("<I", out, at + 8, chance.randrange(0x4A000000, 0x65000000))
    out[at + 26 : at + 28] = bytes([14, chance.randrange(10, 40)])
    struct.pack_into("<I", out, at + 24 + 64, chance.randrange(1 << 32))
    return bytes(out)


def section_names(data: bytes, _chance: random.Random, _honest: bytes) -> bytes | None:
    """Give the sections the usual names: the loader goes by their addresses."""
    table = _sections(data)
    if not table:
        return None
    out = bytearray(data)
    names = [b".text", b".rdata", b".data", b".rsrc", b".reloc", b".pdata", b".tls", b".idata"]
    for number, at in enumerate(table):
        out[at : at + 8] = names[number % len(names)].ljust(8, b"\0")
    return bytes(out)


def slack(data: bytes, chance: random.Random, honest: bytes) -> bytes | None:
    """Fill the room between a section's own size and its size in the file, where that is larger, with honest bytes."""
    out, changed = bytearray(data), False
    for at in _sections(data):
        virtual, _, raw, start = struct.unpack_from("<IIII", data, at + 8)
        if 0 < virtual < raw and start + raw <= len(data):
            out[start + virtual : start + raw] = honest_piece(honest, chance, raw - virtual)
            changed = True
    return bytes(out) if changed else None


def _pe(data: bytes) -> int | None:
    if len(data) < 0x40 or data[:2] != b"MZ":
        return None
    (at,) = struct.unpack_from("<I", data, 0x3C)
    return at if data[at : at + 4] == b"PE\0\0" and at + 24 <= len(data) else None


def _sections(data: bytes) -> list[int]:
    at = _pe(data)
    if at is None:
        return []
    count, size = struct.unpack_from("<H", data, at + 6)[0], struct.unpack_from("<H", data, at + 20)[0]
    first = at + 24 + size
    return [first + 40 * n for n in range(min(count, 96)) if first + 40 * (n + 1) <= len(data)]


EDITS = (
    Edit("overlay", overlay),
    Edit("large overlay", large_overlay),
    Edit("DOS stub", dos_stub),
    Edit("header fields", header_fields),
    Edit("section names", section_names),
    Edit("section slack", slack),
    Edit("new section", new_section),
    Edit("more imports", more_imports),
)
