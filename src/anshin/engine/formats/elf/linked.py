"""What a program is linked with: libraries, and the functions it takes from others and offers to others.

The dynamic segment is followed, as the loader does; the section table, which may be missing or forged, only helps to
count symbols.
"""

from dataclasses import dataclass, field

import numpy as np

from anshin.engine.formats.elf.image import PT_DYNAMIC, REL, SHT_DYNSYM, SHT_SYMTAB, Image, Section
from anshin.engine.formats.measure import text_at

NEEDED, STRTAB, SYMTAB, STRSZ, SONAME, RPATH, RUNPATH, HASH, GNU_HASH = 1, 5, 6, 10, 14, 15, 29, 4, 0x6FFFFEF5
FLAGS, FLAGS_1, BIND_NOW, INIT_ARRAY = 30, 0x6FFFFFFB, 24, 25
MAX_TAGS = 512
MAX_SYMBOLS = 200_000
MAX_NAMES = 2048
_SYMBOL = {
    2: [("name", "u4"), ("info", "u1"), ("other", "u1"), ("shndx", "u2"), ("value", "u8"), ("size", "u8")],
    1: [("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1"), ("shndx", "u2")],
}


@dataclass(slots=True)
class Linked:
    """Names as far as they could be read; each list is bounded by `MAX_NAMES`."""

    dynamic: bool = False
    needed: list[str] = field(default_factory=list)
    soname: str = ""
    search: list[str] = field(default_factory=list)  # DT_RPATH and DT_RUNPATH, one folder each
    imports: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    symbols: int = 0  # of .symtab
    binds_now: bool = False
    init_array: bool = False


def linked(image: Image) -> Linked:
    """Return what the dynamic segment says; for an object file (a kernel module), what its symbol table says."""
    found = Linked()
    tags = _tags(image)
    found.dynamic = bool(tags)
    table = next((s for s in image.sections if s.kind == SHT_SYMTAB), None)
    if table is not None:
        found.symbols = table.size // _row(image)
    if image.kind == REL:
        if table is not None:
            _names(image, table.offset, found.symbols, _strings_of(image, table), found)
        return found
    values = dict(reversed(tags))  # of a tag that stands twice the first counts
    at = image.offset_of(values.get(STRTAB, -1))
    strings = image.data[at : at + min(values.get(STRSZ, 0), 1 << 24)] if at is not None else b""
    found.needed = [text_at(strings, v) for t, v in tags if t == NEEDED][:256]
    found.soname = text_at(strings, values[SONAME]) if SONAME in values else ""
    found.search = [p for t, v in tags if t in {RPATH, RUNPATH} for p in text_at(strings, v, 4096).split(":") if p]
    found.binds_now = BIND_NOW in values or bool(values.get(FLAGS, 0) & 8) or bool(values.get(FLAGS_1, 0) & 1)
    found.init_array = INIT_ARRAY in values
    start = image.offset_of(values.get(SYMTAB, -1))
    if start is not None:
        _names(image, start, _count(image, values), strings, found)
    return found


def _row(image: Image) -> int:
    return 24 if image.bits == 2 else 16


def _strings_of(image: Image, table: Section) -> bytes:
    if table.link >= len(image.sections):
        return b""
    strings = image.sections[table.link]
    return image.data[strings.offset : strings.offset + min(strings.size, 1 << 24)]


def _tags(image: Image) -> list[tuple[int, int]]:
    segment = image.segment(PT_DYNAMIC)
    if segment is None:
        return []
    width = 8 if image.bits == 2 else 4
    start = image.offset_of(segment.address)
    start = segment.offset if start is None else start
    piece = image.data[start : start + min(segment.size, MAX_TAGS * 2 * width)]
    piece = piece[: len(piece) // (2 * width) * 2 * width]
    numbers = np.frombuffer(piece, dtype=f"{image.order}u{width}").tolist()
    tags = []
    for tag, value in zip(numbers[::2], numbers[1::2], strict=True):
        if tag == 0:
            break
        tags.append((tag, value))
    return tags


def _count(image: Image, values: dict[int, int]) -> int:
    """Return how many dynamic symbols there are: no header says so, the hash tables do."""
    section = next((s for s in image.sections if s.kind == SHT_DYNSYM), None)
    if section is not None:
        return section.size // _row(image)
    at = image.offset_of(values.get(HASH, -1))
    if at is not None and at + 8 <= len(image.data):
        return int(np.frombuffer(image.data, dtype=f"{image.order}u4", count=1, offset=at + 4)[0])
    # a linker puts the names behind the symbols
    room = values.get(STRTAB, 0) - values.get(SYMTAB, 0)
    return room // _row(image) if room > 0 else MAX_NAMES


def _names(image: Image, start: int, count: int, strings: bytes, found: Linked) -> None:
    row = _row(image)
    count = min(count, MAX_SYMBOLS, max(0, len(image.data) - start) // row)
    if count <= 0:
        return
    layout = np.dtype([(name, f"{image.order}{form}") for name, form in _SYMBOL[image.bits]])
    table = np.frombuffer(image.data, dtype=layout, count=count, offset=start)
    shared = (table["info"] >> 4) != 0  # not local
    for names, here in ((found.imports, False), (found.exports, True)):
        for at in table["name"][shared & ((table["shndx"] != 0) == here)][:MAX_NAMES].tolist():
            name = text_at(strings, at)
            if name:
                names.append(name)
