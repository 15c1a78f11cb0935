"""RAR 1.5 to 4 and RAR 5: names, flags and stored files (technote of rarlab.com); packed data have no free reader here.

Names alone tell much, and attackers often store. What is packed or encrypted is a gap.
"""

import struct
import zlib
from collections.abc import Generator
from dataclasses import dataclass, replace

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content, SliceContent
from anshin.engine.names import member_name, safe_name
from anshin.engine.unpack.member import Found, Member, Problem, odd_name
from anshin.engine.unpack.stream import tail_member

RAR4 = b"Rar!\x1a\x07\x00"
RAR5 = b"Rar!\x1a\x07\x01\x00"
_MOST_HEADER = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    start: int
    packed: int
    size: int
    crc: int | None
    stored: bool
    encrypted: bool
    folder: bool
    split: bool  # goes on in another volume
    hidden: bool


class _Damaged(Exception):  # noqa: N818 -- a signal inside this module
    def __init__(self, gap: str, at: int = 0) -> None:
        super().__init__(gap)
        self.gap = gap
        self.at = at  # where the archive can no longer be followed; 0 where that is not known


def unpack_rar(content: Content, name: str, meter: Meter) -> Found:
    """Yield stored files; every other one is a gap that names it."""
    walk = _rar5(content, meter) if content.read(0, 8) == RAR5 else _rar4(content, meter)
    end = content.size
    try:
        while True:
            try:
                entry = next(walk)
            except StopIteration as stop:
                end = stop.value
                break
            yield from _one(content, entry, meter)
    except _Damaged as damaged:
        yield Problem(gap=damaged.gap, name=name)
        if damaged.gap == "damaged" and damaged.at:
            yield from tail_member(content, damaged.at)
        return
    yield from tail_member(content, end)


def _one(content: Content, entry: _Entry, meter: Meter) -> Found:
    if entry.folder:
        return
    yield from odd_name(entry.name)
    if entry.encrypted:
        yield Problem(gap="encrypted", name=entry.name)
    elif not entry.stored or entry.split:
        yield Problem(gap="unsupported", name=entry.name)
    else:
        part = SliceContent(content, entry.start, entry.start + entry.packed)
        if part.size > meter.room:
            yield Member(entry.name, part, cut=True, hidden=entry.hidden)
            return
        meter.spend(part.size)
        body = part.read(0, part.size)
        yield Member(entry.name, BytesContent(body), hidden=entry.hidden)
        if len(body) < entry.packed or (entry.crc is not None and zlib.crc32(body) != entry.crc):
            yield Problem(gap="damaged", name=entry.name)


def _rar4(content: Content, meter: Meter) -> Generator[_Entry, None, int]:
    at = len(RAR4)
    while at < content.size:
        meter.budget.check_time()
        head = content.read(at, 7)
        if len(head) < 7:
            raise _Damaged("damaged", at)
        _, kind, flags, size = struct.unpack("<HBHH", head)
        if size < 7 or not 0x72 <= kind <= 0x7B:
            raise _Damaged("damaged", at)
        block = content.read(at, size)
        if len(block) < size:
            raise _Damaged("damaged", at)
        if kind == 0x73 and flags & 0x80:
            raise _Damaged("encrypted")
        added = int(struct.unpack_from("<I", block, 7)[0]) if flags & 0x8000 and size >= 11 else 0
        if kind in {0x74, 0x7A} and size >= 32:
            packed, entry = _rar4_file(block, flags, at + size)
            if kind == 0x74:
                yield entry
            added = packed
        at = int(at + size + added)
        if kind == 0x7B:
            return at
    return at


def _rar4_file(block: bytes, flags: int, start: int) -> tuple[int, _Entry]:
    packed, size, _, crc, _, _, method, length, attributes = struct.unpack_from("<IIBIIBBHI", block, 7)
    place = 32
    if flags & 0x100 and len(block) >= 40:
        high_packed, high_size = struct.unpack_from("<II", block, 32)
        packed, size, place = packed | high_packed << 32, size | high_size << 32, 40
    raw = block[place : place + length]
    name = _rar4_name(raw) if flags & 0x200 else member_name(raw)
    entry = _Entry(
        name=name.replace("\\", "/"),
        start=start,
        packed=packed,
        size=size,
        crc=crc,
        stored=method == 0x30,
        encrypted=bool(flags & 4),
        folder=flags & 0xE0 == 0xE0,
        split=bool(flags & 3),
        hidden=bool(attributes & 2) and not attributes >> 16,
    )
    return packed, entry


def _rar4_name(raw: bytes) -> str:
    """Return a name in Unicode: the plain one, and behind a zero how to make the other from it."""
    plain, zero, code = raw.partition(b"\0")
    if not zero:
        return safe_name(raw)
    if not code:
        return member_name(plain)
    out: list[int] = []
    high, at, flags, bits = code[0], 1, 0, 0
    while at < len(code):
        if not bits:
            flags, bits = code[at], 8
            at += 1
            continue
        bits -= 2
        step = flags >> bits & 3
        piece = code[at : at + 2].ljust(2, b"\0")
        if step == 0:
            out.append(piece[0])
        elif step == 1:
            out.append(piece[0] | high << 8)
        elif step == 2:
            out.append(piece[0] | piece[1] << 8)
            at += 1
        else:
            count = (piece[0] & 0x7F) + 2
            shift = piece[1] if piece[0] & 0x80 else 0
            for _ in range(count):
                low = plain[len(out)] if len(out) < len(plain) else 0
                out.append((low + shift) & 255 | high << 8 if piece[0] & 0x80 else low)
            at += bool(piece[0] & 0x80)
        at += 1
    return safe_name(struct.pack(f"<{len(out)}H", *out).decode("utf-16-le", "replace"))


class _Numbers:
    """Reads the variable-length numbers of RAR 5."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data = data
        self.at = 0
        self._place = place  # of the header, in the archive

    def next(self) -> int:
        value = shift = 0
        while self.at < len(self.data) and shift < 70:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if not byte & 128:
                return value
            shift += 7
        raise _Damaged("damaged", self._place)

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece


def _rar5(content: Content, meter: Meter) -> Generator[_Entry, None, int]:
    at, last = len(RAR5), ""
    while at < content.size:
        meter.budget.check_time()
        sizes = _Numbers(content.read(at + 4, 10), at)
        length = sizes.next()
        if not 0 < length <= _MOST_HEADER:
            raise _Damaged("damaged", at)
        start = at + 4 + sizes.at
        block = content.read(start, length)
        if len(block) < length:
            raise _Damaged("damaged", at)
        numbers = _Numbers(block, at)
        kind, flags = numbers.next(), numbers.next()
        extra = numbers.next() if flags & 1 else 0
        size = numbers.next() if flags & 2 else 0
        if kind == 4:
            raise _Damaged("encrypted")
        if kind in {2, 3}:
            entry = _rar5_file(numbers, block[len(block) - extra :] if extra else b"", start + length, size, flags)
            if kind == 2:
                last = entry.name
                yield entry
            elif entry.name.startswith(":"):
                yield replace(entry, name=last + entry.name)
        at = start + length + size
        if kind == 5:
            return at
    raise _Damaged("damaged")  # every archive of this kind has an end


def _rar5_file(numbers: _Numbers, extra: bytes, start: int, packed: int, flags: int) -> _Entry:
    about, size, attributes = numbers.next(), numbers.next(), numbers.next()
    if about & 2:
        numbers.take(4)
    crc = struct.unpack("<I", numbers.take(4).ljust(4, b"\0"))[0] if about & 4 else None
    method, system = numbers.next(), numbers.next()
    name = safe_name(numbers.take(numbers.next()))
    encrypted, stream = _rar5_extra(extra)
    return _Entry(
        name=f":{stream}" if stream and name == "STM" else name,
        start=start,
        packed=packed,
        size=size,
        crc=crc if not encrypted else None,
        stored=not method >> 7 & 7,
        encrypted=encrypted,
        folder=bool(about & 1),
        split=bool(flags & 0x18),
        hidden=system == 0 and bool(attributes & 2),
    )


def _rar5_extra(extra: bytes) -> tuple[bool, str]:
    """Return whether the file is encrypted, and the name of the stream that a service entry writes to."""
    encrypted, stream = False, ""
    numbers = _Numbers(extra)
    try:
        while numbers.at < len(extra):
            size = numbers.next()
            record = _Numbers(numbers.take(size))
            kind = record.next()
            encrypted = encrypted or kind == 1
            if kind == 7:
                stream = safe_name(record.data[record.at :].removeprefix(b":"))
    except _Damaged:
        pass
    return encrypted, stream
