"""The headers of an ELF file: read as the kernel reads them, which is more tolerant than the tools of analysts.

Not LIEF: it is in no fuzzing programme, follows the section table first (which a program does not need and which
malware forges or drops), and its import alone costs 0.3 s.
Format: System V ABI, chapters 4 and 5; Linux `fs/binfmt_elf.c`.
"""

import struct
from dataclasses import dataclass, field
from functools import cached_property

from anshin.engine.formats.measure import text_at

REL, EXEC, DYN, CORE = 1, 2, 3, 4
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_GNU_STACK, PT_GNU_RELRO = 1, 2, 3, 4, 0x6474E551, 0x6474E552
PF_X, PF_W = 1, 2
SHT_SYMTAB, SHT_NOBITS, SHT_DYNSYM = 2, 8, 11
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
MAX_SEGMENTS = 256
MAX_SECTIONS = 4096

_HEADER = {1: "HHIIIIIHHHHHH", 2: "HHIQQQIHHHHHH"}
_SEGMENT = {1: "IIIIIIII", 2: "IIQQQQQQ"}
_SECTION = {1: "IIIIIIIIII", 2: "IIQQQQIIQQ"}
_SIZES = {1: (32, 40), 2: (56, 64)}  # of a program header, of a section header


@dataclass(frozen=True, slots=True)
class Segment:
    """One program header."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int
    memory: int

    @property
    def end(self) -> int:
        """Offset behind the last byte in the file."""
        return self.offset + self.size


@dataclass(frozen=True, slots=True)
class Section:
    """One section header."""

    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int

    @property
    def end(self) -> int:
        """Offset behind the last byte in the file."""
        return self.offset + (0 if self.kind == SHT_NOBITS else self.size)


@dataclass(frozen=True)
class Image:
    """What the headers say; offsets may point anywhere, whoever follows them must look."""

    data: bytes
    bits: int  # 1: 32 bits, 2: 64 bits, as in EI_CLASS
    order: str  # "<" or ">"
    kind: int
    machine: int
    entry: int
    flags: int
    section_table: int
    stated_sections: int
    segments: tuple[Segment, ...] = ()
    sections: tuple[Section, ...] = ()
    forged_ident: bool = False  # EI_CLASS or EI_DATA contradict the rest; the kernel does not look at them
    damage: tuple[str, ...] = field(default=())

    @cached_property
    def loads(self) -> tuple[Segment, ...]:
        """The segments that are loaded into memory."""
        return tuple(s for s in self.segments if s.kind == PT_LOAD)

    @cached_property
    def end(self) -> int:
        """Offset behind the last byte that the headers account for."""
        ends = [0, *(s.end for s in self.segments if s.size), *(s.end for s in self.sections)]
        if self.section_table and self.stated_sections:
            ends.append(self.section_table + self.stated_sections * _SIZES[self.bits][1])
        return max(e for e in ends if e <= len(self.data))

    def offset_of(self, address: int) -> int | None:
        """Return where the byte at `address` lies in the file, as the loader maps it."""
        for one in self.loads:
            if one.address <= address < one.address + one.size:
                return one.offset + address - one.address
        return None

    def segment(self, kind: int) -> Segment | None:
        """Return the first segment of a kind."""
        return next((s for s in self.segments if s.kind == kind), None)

    def section(self, name: str) -> Section | None:
        """Return the first section of a name."""
        return next((s for s in self.sections if s.name == name), None)


def read(data: bytes) -> Image | None:
    """Return the headers, or None where not even the first one is whole."""
    stated = (data[4] if len(data) > 4 else 0, {1: "<", 2: ">"}.get(data[5] if len(data) > 5 else 0, ""))
    others = [(bits, order) for bits in (2, 1) for order in "<>"]
    choices = [stated, *others] if stated in others else others
    for bits, order in choices:
        head = _header(data, bits, order)
        if head is not None and _plausible(head, bits):
            return _image(data, bits, order, head, forged=(bits, order) != stated)
    for bits, order in choices[:1]:
        head = _header(data, bits, order)
        if head is not None:
            return _image(data, bits, order, head, forged=False)
    return None


def _header(data: bytes, bits: int, order: str) -> tuple[int, ...] | None:
    form = order + _HEADER[bits]
    if len(data) < 16 + struct.calcsize(form):
        return None
    return struct.unpack_from(form, data, 16)


def _plausible(head: tuple[int, ...], bits: int) -> bool:
    """Whether the sizes of the tables' rows are those of this class: what the kernel checks before it loads."""
    kind, machine = head[0], head[1]
    row, rows, section_row, section_rows = head[8], head[9], head[10], head[11]
    if not (kind <= CORE or kind >= 0xFE00) or not 0 < machine < 0x10000 or head[2] > 1:
        return False
    if rows or kind in {EXEC, DYN}:
        return bool(rows) and row == _SIZES[bits][0]
    return not section_rows or section_row == _SIZES[bits][1]


def _image(data: bytes, bits: int, order: str, head: tuple[int, ...], *, forged: bool) -> Image:
    kind, machine, _, entry, at, table, flags, _, row, rows, section_row, section_rows, names = head
    damage: list[str] = []
    segments = _segments(data, bits, order, (at, row, rows), damage)
    sections, stated = _sections(data, bits, order, (table, section_row, section_rows, names), damage)
    return Image(
        data=data, bits=bits, order=order, kind=kind, machine=machine, entry=entry, flags=flags, section_table=table,
        stated_sections=stated, segments=segments, sections=sections, forged_ident=forged, damage=tuple(damage),
    )  # fmt: skip


def _segments(
    data: bytes, bits: int, order: str, place: tuple[int, int, int], damage: list[str]
) -> tuple[Segment, ...]:
    at, row, rows = place
    form = struct.Struct(order + _SEGMENT[bits])
    if rows and row < form.size:
        damage.append("segments")
        return ()
    found = []
    for number in range(min(rows, MAX_SEGMENTS)):
        start = at + number * row
        if start + form.size > len(data):
            damage.append("segments")
            break
        values = form.unpack_from(data, start)
        if bits == 2:
            kind, flags, offset, address, _, size, memory, _ = values
        else:
            kind, offset, address, _, size, memory, flags, _ = values
        found.append(Segment(kind, flags, offset, address, size, memory))
    return tuple(found)


def _sections(
    data: bytes, bits: int, order: str, place: tuple[int, int, int, int], damage: list[str]
) -> tuple[tuple[Section, ...], int]:
    """Return the sections and how many the header promises."""
    table, row, rows, names_at = place
    form = struct.Struct(order + _SECTION[bits])
    if not table or table + form.size > len(data) or row < form.size:
        if table and (rows or table < len(data)):
            damage.append("sections")
        return (), rows
    first = form.unpack_from(data, table)
    if rows == 0:
        rows = first[5]  # more than 65,279 sections: the first row holds their number
    if names_at == 0xFFFF:
        names_at = first[6]
    raw = []
    for number in range(min(rows, MAX_SECTIONS)):
        start = table + number * row
        if start + form.size > len(data):
            damage.append("sections")
            break
        raw.append(form.unpack_from(data, start))
    strings = b""
    if names_at < len(raw):
        start, size = raw[names_at][4], raw[names_at][5]
        strings = data[start : start + min(size, 1 << 20)]
    return tuple(Section(text_at(strings, r[0]), r[1], r[2], r[3], r[4], r[5], r[6]) for r in raw), rows
