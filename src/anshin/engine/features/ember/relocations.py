"""Whether a program has relocations of the usual and of the dynamic kind, as far as pefile would read them."""

import struct
from itertools import accumulate

from anshin.engine.formats.pe.image import DEBUG, LOAD_CONFIG, RELOC, Image

_WIDTHS = {  # sizes of the fields of the load configuration, in order (Microsoft, PE Format)
    False: (4, 4, 2, 2, *[4] * 10, 2, 2, *[4] * 9, 2, 2, *[4] * 11, 2, 2, *[4] * 12),
    True: (4, 4, 2, 2, 4, 4, 4, *[8] * 6, 4, 2, 2, *[8] * 8, 4, 2, 2, 4, 4, *[8] * 8, 4, 2, 2, 8, 4, 4, *[8] * 9),
}
MAX_BLOCKS = 1 << 16
"""Blocks of 4,096 bytes of memory that are looked at: 256 MiB, the largest program that is read whole."""
_TABLE_FIELD = 38
"""Place of the field that says where the table of dynamic relocations stands."""


def has_relocations(image: Image) -> bool:
    """Return whether the first block of relocations can be read and lies within the program."""
    rva, size = _directory(image)
    head = image.read(rva, 8) if rva and size else b""
    if len(head) < 8:
        return False
    address, length = struct.unpack("<II", head)
    return bool(max(address, length) <= image.optional["size_of_image"])


def _directory(image: Image) -> tuple[int, int]:
    """Return the directory of relocations; pefile asks for that of debugging first, and stops where there is none."""
    return image.directory(RELOC) if len(image.directories) > DEBUG else (0, 0)


def has_dynamic_relocations(image: Image) -> bool:
    """Return whether the load configuration leads to a readable table of dynamic relocations."""
    rva, _ = image.directory(LOAD_CONFIG)
    widths = _WIDTHS[image.plus]
    stated = int.from_bytes(image.read(rva, 4), "little") if rva else 0
    ends = list(accumulate(widths))
    fields = ends.index(stated) + 1 if stated in ends else len(ends)
    raw = image.read(rva, ends[fields - 1]) if rva else b""
    if fields <= _TABLE_FIELD or len(raw) < ends[fields - 1]:
        return False
    offset, number = struct.unpack_from("<IH", raw, ends[_TABLE_FIELD - 2])
    if not offset or not 0 < number <= len(image.sections):
        return False
    return _table(image, image.sections[number - 1].rva + offset)


def _table(image: Image, rva: int) -> bool:
    head = image.read(rva, 8)
    if len(head) < 8 or head[:4] != b"\1\0\0\0":
        return False
    at, end = rva + 8, rva + 8 + int.from_bytes(head[4:], "little")
    width = 12 if image.plus else 8
    for _ in range(64):
        line = image.read(at, width)
        if at >= end or len(line) < width:
            return False
        if int.from_bytes(line[:-4], "little") >= 3:
            return True
        at += width + int.from_bytes(line[-4:], "little")
    return False


def relocation_notes(image: Image) -> set[str]:
    """Return what pefile would remark about the blocks of relocations."""
    notes: set[str] = set()
    rva, size = _directory(image)
    end, largest = rva + size, image.optional["size_of_image"]
    for _ in range(MAX_BLOCKS):
        if not rva or rva >= end:
            break
        if image.offset(rva) is None:
            notes.add("relocations_unreadable")
            break
        head = image.read(rva, 8)
        if len(head) < 8:
            notes.add("structure_cut")
            break
        address, length = struct.unpack("<II", head)
        if address > largest:
            notes.add("relocations_outside")
            break
        if length > largest:
            notes.add("relocations_block_too_large")
            break
        if not length:
            break
        notes |= _entries(image, rva + 8, length - 8)
        rva += length
    return notes


def _entries(image: Image, rva: int, size: int) -> set[str]:
    if size <= 0:
        return set()
    if image.offset(rva) is None:
        return {"relocations_bad_address"}
    raw = image.read(rva, size)
    words = struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) // 2 * 2])
    return {"relocations_overlap"} if len(set(words)) < len(words) else set()
