"""Headers and sections of a PE file, and the way from an address in memory to the byte in the file.

Source: Microsoft, PE Format. Where loaders and tools differ, addresses follow what pefile 2024.8.26 does, so that the
EMBERv3-compatible vector can be made from the same reading.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

DLL = 0x2000
CODE, INITIALISED, EXECUTE, READ, WRITE = 0x20, 0x40, 0x20000000, 0x40000000, 0x80000000
MAX_SECTIONS = 2048
EXPORT, IMPORT, RESOURCE, EXCEPTION, SECURITY, RELOC, DEBUG = 0, 1, 2, 3, 4, 5, 6
TLS, LOAD_CONFIG, BOUND_IMPORT, IAT, DELAY_IMPORT, CLR = 9, 10, 11, 12, 13, 14

_DOS = struct.Struct("<2s13H8xHH20xI")
_COFF = struct.Struct("<HHIIIHH")
_OPTIONAL = {
    False: struct.Struct("<HBBIIIIIIIIIHHHHHHIIIIHHIIIIII"),
    True: struct.Struct("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII"),
}
_OPTIONAL_NAMES = (
    "magic", "major_linker", "minor_linker", "size_of_code", "size_of_data", "size_of_bss", "entry", "base_of_code",
    "base_of_data", "image_base", "section_alignment", "file_alignment", "major_os", "minor_os", "major_image",
    "minor_image", "major_subsystem", "minor_subsystem", "reserved", "size_of_image", "size_of_headers", "checksum",
    "subsystem", "dll_flags", "stack_reserve", "stack_commit", "heap_reserve", "heap_commit", "loader_flags",
    "directories",
)  # fmt: skip
_SECTION = struct.Struct("<8sIIIIIIHHI")


@dataclass(slots=True)
class Section:
    """One line of the section table; `start` and `end` are the addresses it covers in memory, `at` where it is read."""

    raw_name: bytes
    vsize: int
    rva: int
    raw_size: int
    raw_at: int
    flags: int
    at: int = 0
    start: int = 0
    end: int = 0

    @property
    def name(self) -> str:
        """The name without padding; bytes that are no text are dropped."""
        return self.raw_name.strip(b"\0").decode(errors="ignore")

    def has(self, flag: int) -> bool:
        """Whether all bits of `flag` are set."""
        return self.flags & flag == flag


@dataclass(slots=True)
class Image:
    """One PE file in memory. Numbers are as they stand in the file."""

    data: bytes
    dos: tuple[int, ...]  # 17 fields without the reserved words; the first is the magic as a number
    pe_at: int
    coff: tuple[int, ...]  # machine, sections, time, symbol table, symbols, size of optional header, flags
    optional: dict[str, int]
    directories: list[tuple[int, int]]
    sections: list[Section] = field(default_factory=list)
    stopped_at_section: int = -1  # where the section table ended early; -1: it did not
    headers_end: int = 0
    _last: Section | None = None

    @property
    def machine(self) -> int:
        """Number of the processor."""
        return self.coff[0]

    @property
    def flags(self) -> int:
        """COFF characteristics."""
        return self.coff[6]

    @property
    def plus(self) -> bool:
        """Whether it is PE32+ (64 bits)."""
        return self.optional["magic"] == 0x20B

    @property
    def optional_at(self) -> int:
        """Where the optional header stands."""
        return self.pe_at + 24

    def directory(self, number: int) -> tuple[int, int]:
        """Return address and size of a data directory; zeros where there is none."""
        return self.directories[number] if number < len(self.directories) else (0, 0)

    def section_at(self, rva: int) -> Section | None:
        """Return the section that covers an address."""
        last = self._last
        if last is not None and last.start <= rva < last.end:
            return last
        for section in self.sections:
            if section.start <= rva < section.end:
                self._last = section
                return section
        return None

    def offset(self, rva: int) -> int | None:
        """Return where the byte of an address stands in the file; None when nowhere."""
        section = self.section_at(rva)
        if section is None:
            return rva if 0 <= rva < len(self.data) else None
        return rva - section.start + section.at

    def read(self, rva: int, size: int) -> bytes:
        """Return up to `size` bytes from an address, never more than its section holds in the file."""
        section = self.section_at(rva)
        if section is None:
            limit = self.headers_end if rva < self.headers_end else len(self.data)
            return self.data[rva : min(rva + size, limit)] if rva >= 0 else b""
        at = rva - section.start + section.at
        return self.data[at : min(at + size, section.raw_at + section.raw_size)]

    def text(self, rva: int, limit: int = 512) -> bytes:
        """Return the bytes from an address up to the next NUL, `limit` at most."""
        section = self.section_at(rva)
        at, end = rva, len(self.data)
        if section is not None:
            at, end = rva - section.start + section.at, section.raw_at + section.raw_size
        end = min(end, at + limit)
        if not 0 <= at < end:
            return b""
        stop = self.data.find(b"\0", at, end)
        return self.data[at : end if stop < 0 else stop]

    def content(self, section: Section) -> bytes:
        """Return what a section holds in the file."""
        return self.data[section.at : min(section.at, section.raw_at) + section.raw_size]


def read_image(data: bytes) -> Image | None:
    """Return the headers, or None where they do not make a PE file. Never raises."""
    if len(data) < 64 or data[:2] != b"MZ":
        return None
    dos = _DOS.unpack_from(data)
    dos = (int.from_bytes(dos[0], "little"), *dos[1:])
    at = dos[-1]
    if data[at : at + 4] != b"PE\0\0" or at + 24 > len(data):
        return None
    coff = _COFF.unpack_from(data, at + 4)
    optional = _optional(data, at + 24)
    if optional is None:
        return None
    image = Image(data, dos, at, coff, optional, [])
    size = _OPTIONAL[image.plus].size
    image.directories = _directories(image, image.optional_at + size)
    _sections(image, image.optional_at + coff[5])
    return image


def _optional(data: bytes, at: int) -> dict[str, int] | None:
    plus = data[at : at + 2] == b"\x0b\x02"
    layout = _OPTIONAL[plus]
    piece = data[at : at + layout.size]
    if len(piece) < layout.size:
        if len(piece) < (73 if plus else 69):  # the loader needs no more than the field "subsystem"
            return None
        piece = piece.ljust(layout.size, b"\0")
    values = list(layout.unpack(piece))
    if plus:
        values.insert(8, 0)  # base of data: only in PE32
    return dict(zip(_OPTIONAL_NAMES, values, strict=True))


def _directories(image: Image, at: int) -> list[tuple[int, int]]:
    count = image.optional["directories"] & 0x7FFFFFFF
    found = []
    for number in range(min(count, 16)):
        piece = image.data[at + 8 * number : at + 8 * number + 8]
        if not piece:
            break
        found.append(struct.unpack("<II", piece.ljust(8, b"\0")))
    return found


def _sections(image: Image, table: int) -> None:
    data, count = image.data, image.coff[1]
    alignment, file_alignment = image.optional["section_alignment"], image.optional["file_alignment"]
    found: list[Section] = []
    for number in range(min(count, MAX_SECTIONS)):
        line = data[table + 40 * number : table + 40 * number + 40]
        if len(line) < 40 or not line.strip(b"\0"):
            image.stopped_at_section = number
            break
        name, vsize, rva, raw_size, raw_at, *_, flags = _SECTION.unpack(line)
        section = Section(name, vsize, rva, raw_size, raw_at, flags)
        section.at = rva if alignment < 0x1000 and raw_at == rva else raw_at & ~0x1FF
        section.start = _aligned(rva, alignment, file_alignment)
        found.append(section)
        if _odd(section, len(data), file_alignment) >= 3:
            found.pop()
            image.stopped_at_section = number
            break
    found.sort(key=lambda s: s.rva)
    _extents(found, len(data))
    image.sections = found
    end = table + 40 * count if count and found else table
    lowest = min((s.raw_at & ~0x1FF for s in found if s.raw_at > 0), default=0)
    image.headers_end = end if not lowest or lowest < end else lowest


def _aligned(rva: int, alignment: int, file_alignment: int) -> int:
    if alignment < 0x1000:
        alignment = file_alignment
    return alignment * (rva // alignment) if alignment and rva % alignment else rva


def _odd(section: Section, size: int, file_alignment: int) -> int:
    """Count what is wrong with a line; three things end the reading of the table."""
    return sum(
        (
            section.raw_size + section.raw_at > size,
            section.raw_at & ~0x1FF > size,
            section.vsize > 0x10000000,
            section.start > 0x10000000,
            bool(file_alignment and section.raw_at % file_alignment),
        )
    )


def _extents(sections: Sequence[Section], size: int) -> None:
    for number, section in enumerate(sections):
        length = max(section.raw_size, section.vsize)
        if size - section.at < section.raw_size:
            length = section.vsize
        following = sections[number + 1].rva if number + 1 < len(sections) else None
        if following is not None and following > section.rva and section.start + length > following:
            length = following - section.start
        section.end = section.start + length


def declared_end(head: bytes) -> int:
    """Return where the last section of a program ends in its file, by its headers; 0 for anything else.

    `head` need not be the whole file: sections that lie beyond it are counted as they are written.
    """
    if len(head) < 64 or head[:2] != b"MZ":
        return 0
    at = int.from_bytes(head[60:64], "little")
    if head[at : at + 4] != b"PE\0\0" or at + 24 > len(head):
        return 0
    coff = _COFF.unpack_from(head, at + 4)
    table = at + 24 + coff[5]
    lines = (head[table + 40 * n : table + 40 * n + 40] for n in range(min(coff[1], MAX_SECTIONS)))
    spans = (_SECTION.unpack(line)[3:5] for line in lines if len(line) == 40)
    return max((size + where for size, where in spans if size), default=0)
