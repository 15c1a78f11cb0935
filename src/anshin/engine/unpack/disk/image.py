"""Virtual disks as one run of bytes: VHD (fixed and dynamic, Microsoft's specification 1.0) and VHDX (MS-VHDX)."""

import struct

import numpy as np

from anshin.engine.content import Content, SliceContent
from anshin.engine.unpack.extents import Extents

FOOTER = b"conectix"
_MOST_BLOCKS = 400_000
_BAT = bytes.fromhex("6677c22d23f600429d64115e9bfd4a08")
_METADATA = bytes.fromhex("06a27c8b90479a4bb8fe575f050f886e")
_PARAMETERS = bytes.fromhex("3767a1ca36fa434db3b633f0aa44e76b")
_SIZE = bytes.fromhex("2442a52f1bcd7648b2115dbed83bf4b8")
_SECTOR = bytes.fromhex("1dbf41816fa90947ba47f233a8faab5f")


def open_image(content: Content, kind: str) -> Content | None:
    """Return the disk that an image holds; None where it is damaged or only the difference to another one."""
    if kind == "disk":
        return content
    return _vhd(content) if kind == "vhd" else _vhdx(content)


def _vhd(content: Content) -> Content | None:
    footer = content.read(max(0, content.size - 512), 512)
    if not footer.startswith(FOOTER):
        footer = content.read(0, 512)  # the copy in front of a dynamic disk
    if len(footer) < 64 or not footer.startswith(FOOTER):
        return None
    header_at, size, kind = struct.unpack_from(">Q24xQ4xI", footer, 16)
    if kind == 2:
        return SliceContent(content, 0, min(size, content.size))
    header = content.read(header_at, 64)
    if kind != 3 or len(header) < 64 or not header.startswith(b"cxsparse"):
        return None
    (table_at,) = struct.unpack_from(">Q", header, 16)
    count, block = struct.unpack_from(">II", header, 28)
    if not 4096 <= block <= 1 << 28 or count > _MOST_BLOCKS:
        return None
    bitmap = (block // 4096 + 511) // 512 * 512
    table = content.read(table_at, 4 * count)
    places = np.frombuffer(table[: len(table) // 4 * 4], dtype=">u4").tolist()
    return Extents(content, ((None if p == 0xFFFFFFFF else p * 512 + bitmap, block) for p in places), size)


def _vhdx(content: Content) -> Content | None:
    regions = _entries(content.read(192 * 1024, 65536), b"regi", 16, "<16sQI4x")
    bat, metadata = regions.get(_BAT), regions.get(_METADATA)
    if bat is None or metadata is None:
        return None
    items = _entries(content.read(metadata[0], 65536), b"metadata", 32, "<16sII8x", count_at=10)
    values = {}
    for key in (_PARAMETERS, _SIZE, _SECTOR):
        raw = content.read(metadata[0] + items[key][0], 8) if key in items else b""
        if len(raw) < 8:
            return None
        values[key] = raw
    block, flags = struct.unpack("<II", values[_PARAMETERS])
    (size,) = struct.unpack("<Q", values[_SIZE])
    (sector,) = struct.unpack_from("<I", values[_SECTOR])
    if flags & 2 or not 1 << 20 <= block <= 1 << 28 or sector not in {512, 4096}:
        return None
    ratio = (1 << 23) * sector // block
    table = content.read(bat[0], min(bat[1], 8 * _MOST_BLOCKS))
    places = np.frombuffer(table[: len(table) // 8 * 8], dtype="<u8").tolist()
    # behind every `ratio` blocks stands the place of a bitmap
    blocks = (p for n, p in enumerate(places) if n % (ratio + 1) != ratio)
    return Extents(content, ((p & ~0xFFFFF if p & 7 in {6, 7} else None, block) for p in blocks), size)


def _entries(table: bytes, mark: bytes, start: int, layout: str, *, count_at: int = 8) -> dict[bytes, tuple[int, int]]:
    if len(table) < 65536 or not table.startswith(mark):
        return {}
    (count,) = struct.unpack_from("<H", table, count_at)
    step = struct.calcsize(layout)
    rows = (struct.unpack_from(layout, table, start + n * step) for n in range(min(count, 2_000)))
    return {key: (place, length) for key, place, length in rows}
