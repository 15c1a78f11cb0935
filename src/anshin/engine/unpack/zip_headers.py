"""The headers of a ZIP, read by hand from both ends.

Not the library `zipfile`: it believes the central directory alone and refuses entries that contradict it, which is
where forged archives hide. Format: APPNOTE.TXT 6.3.10, PKWARE.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent, Content
from anshin.engine.names import member_name

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
END64_LOCATOR = b"PK\x06\x07"
END64 = b"PK\x06\x06"
TAIL = 22 + 65535 + 20
HUGE = 0xFFFFFFFF
MAX_ENDS = 4
SMALL_PACKED = 256 * 1024
SMALL = 1024 * 1024
"""Members so small are unpacked at once: `packed` and unpacked bytes."""
KEPT = 8 * 1024 * 1024
"""Bytes of small members that are kept for a second reader."""


class Entry(NamedTuple):
    """One file as one header tells it."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int  # bytes as stored
    unpacked: int
    header: int  # offset of the local header
    time: int = 0  # of the last change, as MS-DOS writes it; the old cipher takes it for its check
    aes: tuple[int, int] | None = None  # WinZip's AES: strength, and the real method

    @property
    def encrypted(self) -> bool:
        """Whether the header says that a password is needed."""
        return bool(self.flags & 0x1) or self.method == 99

    @property
    def streamed(self) -> bool:
        """Whether sizes follow the data instead of preceding it."""
        return bool(self.flags & 0x8)


@dataclass(frozen=True, slots=True)
class Directory:
    """One central directory: where it lies, what it promises, and what stands before the archive."""

    start: int
    size: int
    count: int
    base: int  # bytes before the archive: offsets in its headers count from here
    end: int  # offset behind the end record and its comment


class Headers:
    """The headers of one archive, and small members, read once for all: the reader of its format and the unpacker."""

    def __init__(self, content: Content) -> None:
        """Read nothing yet."""
        self.content = content
        self._listed: dict[Directory, tuple[list[Entry], bool]] = {}
        self._local: dict[int, tuple[Entry, int] | None] = {}
        self._whole: dict[tuple[int, int], bytes] = {}
        self._room = KEPT

    def central(self, directory: Directory, limit: int) -> tuple[list[Entry], bool]:
        """Return what `central_entries` returns."""
        known = self._listed.get(directory)
        if known is None or len(known[0]) > limit:
            found = central_entries(self.content, directory, limit)
            if len(found[0]) > limit:
                return found  # cut short: somebody else may want more
            known = self._listed[directory] = found
        return known

    def local(self, at: int) -> tuple[Entry, int] | None:
        """Return what `local_entry` returns."""
        if at not in self._local:
            self._local[at] = local_entry(self.content, at)
        return self._local[at]

    def inflated(self, at: int, packed: int) -> bytes | None:
        """Return what the `packed` bytes at `at` hold, or None where that is no whole stream, or no small one.

        Nothing is counted: whoever takes it spends it. Raises `zlib.error`.
        """
        if not 0 < packed <= SMALL_PACKED:
            return None
        body = self._whole.get((at, packed))
        if body is None:
            machine = zlib.decompressobj(-zlib.MAX_WBITS)
            body = machine.decompress(self.content.read(at, packed), SMALL)
            if not machine.eof:
                return None
            if len(body) <= self._room:
                self._room -= len(body)
                self._whole[at, packed] = body
        return body

    def tried(self, at: int, packed: int) -> bytes | None:
        """Return what `inflated` returns; None where it raises and where nothing comes out."""
        try:
            return self.inflated(at, packed) or None
        except zlib.error:
            return None


def headers(content: Content, budget: Budget) -> Headers:
    """Return the headers of `content`; the same for the same bytes while they are looked at."""
    if not isinstance(content, BytesContent):
        return Headers(content)
    # what is noted holds the bytes, so that no others can have their number
    return budget.once(("zip headers", id(content.data)), lambda: Headers(content))


def has_directory(content: Content) -> bool:
    """Whether a ZIP directory stands at the end of `content`."""
    if isinstance(content, BytesContent) and content.data.find(END, max(0, content.size - TAIL)) < 0:
        return False  # of most members
    return next(directories(content), None) is not None


def directories(content: Content) -> Iterator[Directory]:
    """Yield every directory that an end record in the last 64 KiB points to, the last one first."""
    start = max(0, content.size - TAIL)
    tail = content.read(start, TAIL)
    at, found = len(tail), 0
    while found < MAX_ENDS and (at := tail.rfind(END, 0, at)) >= 0:
        directory = _directory(content, tail, start, at)
        if directory is not None:
            found += 1
            yield directory


def _directory(content: Content, tail: bytes, start: int, at: int) -> Directory | None:
    if at + 22 > len(tail):
        return None
    count, size, offset, comment = struct.unpack_from("<HIIH", tail, at + 10)
    position = start + at  # of the record that ends the directory
    end = position + 22 + comment
    if at >= 20 and tail[at - 20 : at - 16] == END64_LOCATOR:
        (record_at,) = struct.unpack_from("<Q", tail, at - 12)
        for candidate in (record_at, position - 20 - 56):
            record = content.read(candidate, 56)
            if record.startswith(END64) and len(record) == 56:
                count, size, offset = struct.unpack_from("<QQQ", record, 32)
                position = candidate
                break
    real = position - size
    if real < 0:
        return None
    if count == 0 and size == 0:
        return Directory(position, 0, 0, max(0, position - offset) if offset <= position else 0, end)
    if content.read(real, 4) != CENTRAL:
        # the size lies, but the offset may still be right
        if content.read(offset, 4) != CENTRAL:
            return None
        return Directory(offset, position - offset, count, 0, end)
    return Directory(real, size, count, max(0, real - offset), end)


def central_entries(content: Content, directory: Directory, limit: int) -> tuple[list[Entry], bool]:
    """Return the entries of a directory, at most `limit`, and whether it was read to its end without contradiction."""
    entries: list[Entry] = []
    at, stop = directory.start, directory.start + directory.size
    while at < stop and len(entries) <= limit:
        head = content.read(at, 46)
        if len(head) < 46 or not head.startswith(CENTRAL):
            return entries, False
        flags, method, time, crc, packed, unpacked, n, m, k = struct.unpack_from("<HHIIIIHHH", head, 8)
        (header,) = struct.unpack_from("<I", head, 42)
        rest = content.read(at + 46, n + m)
        packed, unpacked, header = _zip64(rest[n:], (unpacked, packed, header), central=True)
        name = member_name(rest[:n], utf8=bool(flags & 0x800))
        entries.append(
            Entry(
                name,
                flags,
                method,
                crc,
                packed,
                unpacked,
                header + directory.base,
                time & 0xFFFF,
                _aes(method, rest[n:]),
            )
        )
        at += 46 + n + m + k
    return entries, at == stop and len(entries) == directory.count


def local_entry(content: Content, at: int) -> tuple[Entry, int] | None:
    """Return the entry whose local header stands at `at`, and the offset of its data; None where none stands."""
    head = content.read(at, 30)
    if len(head) < 30 or not head.startswith(LOCAL):
        return None
    flags, method, time, crc, packed, unpacked, n, m = struct.unpack_from("<HHIIIIHH", head, 6)
    rest = content.read(at + 30, n + m)
    packed, unpacked, _ = _zip64(rest[n:], (unpacked, packed, 0), central=False)
    name = member_name(rest[:n], utf8=bool(flags & 0x800))
    entry = Entry(name, flags, method, crc, packed, unpacked, at, time & 0xFFFF, _aes(method, rest[n:]))
    return entry, at + 30 + n + m


def _aes(method: int, extra: bytes) -> tuple[int, int] | None:
    """Return strength and real method of an entry encrypted with AES (APPNOTE appendix E)."""
    at = 0
    while method == 99 and at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 0x9901 and at + 11 <= len(extra):
            return extra[at + 8], struct.unpack_from("<H", extra, at + 9)[0]
        at += 4 + length
    return None


def _zip64(extra: bytes, sizes: tuple[int, int, int], *, central: bool) -> tuple[int, int, int]:
    """Return (packed, unpacked, header) with the 64-bit values of the extra field where the short ones overflow."""
    unpacked, packed, header = sizes
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        if tag == 1:
            values = [int.from_bytes(body[i : i + 8], "little") for i in range(0, len(body) - 7, 8)]
            unpacked = values.pop(0) if unpacked == HUGE and values else unpacked
            packed = values.pop(0) if packed == HUGE and values else packed
            header = values.pop(0) if central and header == HUGE and values else header
        at += 4 + length
    return packed, unpacked, header
