"""Where the file systems of a disk begin: the old table (MBR), the new one (GPT), or the whole disk."""

import struct
from collections.abc import Iterator

from anshin.engine.content import Content, SliceContent
from anshin.engine.identify.structure import is_volume

SECTOR = 512
_EXTENDED = frozenset({0x05, 0x0F, 0x85})
_PROTECTED = 0xEE


def volumes(disk: Content) -> Iterator[Content]:
    """Yield every partition, or the disk itself where it has no table."""
    boot = disk.read(0, SECTOR)
    if is_volume(boot) or boot[3:11] == b"EXFAT   ":
        yield disk
        return
    if len(boot) < 512 or boot[510:512] != b"\x55\xaa":
        return
    kinds = [boot[446 + 16 * n + 4] for n in range(4)]
    if _PROTECTED in kinds:
        yield from _gpt(disk)
        return
    yield from _mbr(disk, 0, 0, 0)


def _mbr(disk: Content, at: int, base: int, depth: int) -> Iterator[Content]:
    boot = disk.read(at * SECTOR, SECTOR)
    if len(boot) < 512 or boot[510:512] != b"\x55\xaa" or depth > 32:
        return
    for n in range(4):
        kind = boot[446 + 16 * n + 4]
        start, count = struct.unpack_from("<II", boot, 446 + 16 * n + 8)
        if kind in _EXTENDED:
            yield from _mbr(disk, base + start, base or start, depth + 1)
        elif kind and count:
            begin = (at + start) * SECTOR
            yield SliceContent(disk, begin, begin + count * SECTOR)


def _gpt(disk: Content) -> Iterator[Content]:
    for sector in (512, 4096):
        head = disk.read(sector, 92)
        if not head.startswith(b"EFI PART") or len(head) < 92:
            continue
        (table_at,) = struct.unpack_from("<Q", head, 72)
        count, step = struct.unpack_from("<II", head, 80)
        if not 128 <= step <= 4096:
            return
        for n in range(min(count, 256)):
            row = disk.read(table_at * sector + n * step, 48)
            if len(row) == 48 and any(row[:16]):
                first, last = struct.unpack_from("<QQ", row, 32)
                yield SliceContent(disk, first * sector, (last + 1) * sector)
        return
