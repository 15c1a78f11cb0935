"""LZ4 frames (lz4_Frame_format.md 1.6.3), blocks decoded by hand: that is a page, and a library one more to trust."""

import struct

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content
from anshin.engine.unpack.member import Collector, Found, Member, Problem
from anshin.engine.unpack.stream import tail_member

_MAGIC = b"\x04\x22\x4d\x18"
_WINDOW = 65_536
_SIZES = {4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304}


def unpack_lz4(content: Content, name: str, meter: Meter) -> Found:
    """Yield the one file in it; frames in a row are one file, and frames to be skipped are passed over."""
    out = Collector(meter)
    at, whole = 0, True
    while whole and not out.cut:
        head = content.read(at, 8)
        if head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50 and len(head) == 8:
            at += 8 + struct.unpack_from("<I", head, 4)[0]
        elif head.startswith(_MAGIC):
            at, whole = _frame(content, at, out, meter)
        else:
            break
    cut = out.cut
    if out.size or content.read(0, 4) == _MAGIC:
        yield Member(name, BytesContent(out.bytes()), cut=cut)
    if not whole:
        yield Problem(gap="damaged", name=name)
    elif not cut:
        yield from tail_member(content, at)


def _frame(content: Content, at: int, out: Collector, meter: Meter) -> tuple[int, bool]:
    """Read one frame; return the offset behind it, and whether it was whole."""
    flags, limits = content.read(at + 4, 2).ljust(2, b"\0")
    most = _SIZES.get(limits >> 4 & 7)
    if flags >> 6 != 1 or most is None or flags & 1:
        return at, False
    at += 7 + (8 if flags & 8 else 0)
    window = b""
    while True:
        meter.budget.check_time()
        mark = content.read(at, 4)
        if len(mark) < 4:
            return at, False
        (size,) = struct.unpack("<I", mark)
        at += 4
        if not size:
            return at + (4 if flags & 4 else 0), True
        length = size & 0x7FFFFFFF
        block = content.read(at, min(length, most))
        if len(block) < length:
            return at, False
        plain = block if size >> 31 else _block(block, window, most)
        if plain is None:
            return at, False
        if not out.add(plain):
            return at, True
        window = b"" if flags & 0x20 else (window + plain)[-_WINDOW:]
        at += length + (4 if flags & 0x10 else 0)


def _block(data: bytes, window: bytes, most: int) -> bytes | None:
    """Return what a block unpacks to; None for damage."""
    out = bytearray(window)
    base, at, size = len(window), 0, len(data)
    while at < size:
        token = data[at]
        at += 1
        count, at = _count(data, at, token >> 4)
        out += data[at : at + count]
        at += count
        if at >= size:
            break
        if at + 2 > size:
            return None
        back = data[at] | data[at + 1] << 8
        count, at = _count(data, at + 2, token & 15)
        count += 4
        start = len(out) - back
        if not back or start < 0 or len(out) - base + count > most:
            return None
        if back >= count:
            out += out[start : start + count]
        else:
            out += (bytes(out[start:]) * (count // back + 1))[:count]
    return bytes(out[base:])


def _count(data: bytes, at: int, count: int) -> tuple[int, int]:
    if count == 15:
        while at < len(data):
            byte = data[at]
            at += 1
            count += byte
            if byte != 255:
                break
    return count, at
