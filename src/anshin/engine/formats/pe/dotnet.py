"""The .NET part of a program: which classes and methods it names, what it asks of Windows, what it carries.

dnfile reads the same tables, but takes 10 to 500 ms and builds an object for every row; here only names are read.
Source: ECMA-335, 6th edition, II.24 and II.25.3.3.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from anshin.engine.budget import Budget
from anshin.engine.formats.pe.image import CLR, Image
from anshin.engine.wording import load_data

MAX_ROWS = 2500
"""Rows of one table that are read; a table may claim millions."""
_TYPE_REF, _TYPE_DEF, _METHOD, _MEMBER_REF, _MODULE_REF, _IMPL_MAP = 1, 2, 6, 10, 26, 28
_ASSEMBLY, _ASSEMBLY_REF, _RESOURCE = 32, 35, 40


@dataclass(slots=True)
class DotNet:
    """What the metadata names."""

    version: str = ""
    flags: int = 0  # 1 IL only, 8 strong name, 16 native entry point
    streams: list[str] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)  # classes of others, with name space
    members: list[str] = field(default_factory=list)  # Class.method of others
    types: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    native: list[tuple[str, str]] = field(default_factory=list)  # library and function of Windows
    assembly: str = ""
    resources: list[tuple[str, int, int]] = field(default_factory=list)  # name, place in the file, size
    broken: bool = False
    cut: bool = False  # more functions of Windows than are read


def read_dotnet(image: Image, budget: Budget) -> DotNet | None:
    """Return what the metadata names; None for a native program. Never raises for damage: `broken` then."""
    rva, _ = image.directory(CLR)
    head = image.read(rva, 72) if rva else b""
    if len(head) < 72:
        return None
    metadata, size, flags = struct.unpack_from("<III", head, 8)
    place: tuple[int, int] = struct.unpack_from("<II", head, 24)
    found = DotNet(flags=flags)
    root = image.offset(metadata)
    if root is None or image.data[root : root + 4] != b"BSJB":
        found.broken = True
        return found
    try:
        _Reader(image, root, size, budget, found).read(place)
    except (struct.error, IndexError, KeyError):
        found.broken = True
    return found


@cache
def methods_of_interest() -> tuple[str, ...]:
    """Return the names of the methods that the sets of behaviours.yaml ask for."""
    lines = (line for lines in load_data("formats/pe/behaviours.yaml")["managed"].values() for line in lines)
    return tuple(sorted({".ctor" if m.endswith("..ctor") else m.rpartition(".")[2] for line in lines for m in line}))


@cache
def layout() -> Any:
    """Return the columns of the tables of metadata."""
    return load_data("formats/pe/metadata.yaml")


class _Reader:
    def __init__(self, image: Image, root: int, size: int, budget: Budget, found: DotNet) -> None:
        self._image, self._budget, self._found = image, budget, found
        self._raw = image.data[root : root + size]
        self._heaps: dict[str, bytes] = {}
        self._start: dict[int, int] = {}
        self._widths: dict[int, list[int]] = {}
        self._tables = b""
        self._sizes = 0
        self._words: dict[int, str] = {}

    def read(self, resources: tuple[int, int]) -> None:
        self._streams()
        self._rows()
        found = self._found
        references = [self._joined(r[2], r[1]) for r in self._table(_TYPE_REF)]
        types = [self._joined(r[2], r[1]) for r in self._table(_TYPE_DEF)]
        found.references, found.types = references, types
        found.methods = [self._word(r[3]) for r in self._table(_METHOD)]
        for parent, name, _ in self._table(_MEMBER_REF):
            kind, row = parent & 7, (parent >> 3) - 1
            owner = self._reference(row) if kind == 1 else ""
            found.members.append(f"{owner}.{self._word(name)}")
        found.members += self._later_members()
        modules = [self._word(r[0]) for r in self._table(_MODULE_REF)]
        found.cut = found.rows.get(_IMPL_MAP, 0) > MAX_ROWS
        for _, _, name, scope in self._table(_IMPL_MAP):
            library = modules[scope - 1] if 0 < scope <= len(modules) else ""
            found.native.append((library.lower().removesuffix(".dll"), self._word(name)))
        for line in self._table(_ASSEMBLY):
            found.assembly = self._word(line[7])
        for at, _, name, where in self._table(_RESOURCE):
            if where == 0:
                self._resource(resources, at, self._word(name))

    def _later_members(self) -> Iterator[str]:
        """Yield the members of interest behind the first rows, so that many dull ones before them hide nothing."""
        if _MEMBER_REF not in self._start or self._found.rows[_MEMBER_REF] <= MAX_ROWS:
            return
        parent, name, signature = self._widths[_MEMBER_REF]
        size = parent + name + signature
        start = self._start[_MEMBER_REF] + MAX_ROWS * size
        raw = self._tables[start : start + (self._found.rows[_MEMBER_REF] - MAX_ROWS) * size]
        rows = np.frombuffer(raw[: len(raw) // size * size], dtype=np.uint8).reshape(-1, size)
        column = rows[:, parent : parent + name].copy().view(f"<u{name}").ravel()
        heap = self._heaps.get("#Strings", b"")
        for word in methods_of_interest():
            for found in re.finditer(re.escape(word.encode()) + b"\0", heap):
                for row in np.flatnonzero(column == found.start())[:64]:
                    owner = int.from_bytes(rows[row, :parent].tobytes(), "little")
                    yield f"{self._reference((owner >> 3) - 1) if owner & 7 == 1 else ''}.{word}"

    def _reference(self, row: int) -> str:
        """Return the name of one class of others, wherever in the table it stands."""
        codes = "<" + "".join({2: "H", 4: "I"}[w] for w in self._widths.get(_TYPE_REF, [2, 2, 2]))
        at = self._start.get(_TYPE_REF, 0) + row * struct.calcsize(codes)
        if not 0 <= row < self._found.rows.get(_TYPE_REF, 0):
            return ""
        _, name, space = struct.unpack_from(codes, self._tables, at)
        return self._joined(space, name)

    def _streams(self) -> None:
        raw = self._raw
        (length,) = struct.unpack_from("<I", raw, 12)
        length = min(length, 256)
        self._found.version = raw[16 : 16 + length].rstrip(b"\0").decode("ascii", "replace")
        at = 16 + length
        (count,) = struct.unpack_from("<H", raw, at + 2)
        at += 4
        for _ in range(min(count, 16)):
            where, size = struct.unpack_from("<II", raw, at)
            end = raw.index(b"\0", at + 8, at + 41) if b"\0" in raw[at + 8 : at + 41] else at + 40
            name = raw[at + 8 : end].decode("latin-1")
            self._found.streams.append(name)
            self._heaps.setdefault(name, raw[where : where + size])
            at += 8 + (end - at - 8) // 4 * 4 + 4
        self._tables = self._heaps.get("#~") or self._heaps.get("#-", b"")

    def _rows(self) -> None:
        raw = self._tables
        self._sizes = raw[6]
        (valid,) = struct.unpack_from("<Q", raw, 8)
        at, rows = 24, self._found.rows
        for number in range(64):
            if valid >> number & 1:
                (rows[number],) = struct.unpack_from("<I", raw, at)
                at += 4
        if self._sizes & 0x40:
            at += 4
        for number in sorted(rows):
            if number not in layout()["tables"]:
                return  # debug tables stand behind those that are read
            widths = [self._width(column) for column in layout()["tables"][number]]
            self._start[number], self._widths[number] = at, widths
            at += sum(widths) * rows[number]

    def _width(self, column: int | str) -> int:
        if isinstance(column, int):
            return column
        if column in "SGB":
            return 4 if self._sizes & {"S": 1, "G": 2, "B": 4}[column] else 2
        rows = self._found.rows
        if column[0] == "t" and column[1:].isdigit():
            return 4 if rows.get(int(column[1:]), 0) > 0xFFFF else 2
        bits, tables = layout()["coded"][column]
        return 4 if max(rows.get(t, 0) for t in tables) >= 1 << (16 - bits) else 2

    def _table(self, number: int) -> Iterator[tuple[int, ...]]:
        if number not in self._start:
            return
        self._budget.check_time()
        codes = "<" + "".join({2: "H", 4: "I"}[w] for w in self._widths[number])
        size = struct.calcsize(codes)
        count = min(self._found.rows[number], MAX_ROWS)
        raw = self._tables[self._start[number] : self._start[number] + size * count]
        if len(raw) < size * count:
            self._found.broken = True
        yield from struct.iter_unpack(codes, raw[: len(raw) // size * size])

    def _word(self, at: int) -> str:
        word = self._words.get(at)
        if word is None:
            heap = self._heaps.get("#Strings", b"")
            end = heap.find(b"\0", at, at + 512)
            word = heap[at : end if end >= 0 else at + 512].decode("utf-8", "replace")
            self._words[at] = word
        return word

    def _joined(self, space: int, name: int) -> str:
        return f"{self._word(space)}.{self._word(name)}" if space else self._word(name)

    def _resource(self, resources: tuple[int, int], at: int, name: str) -> None:
        base = self._image.offset(resources[0]) if resources[0] else None
        if base is None or at + 4 > resources[1] or len(self._found.resources) >= 256:
            return
        (size,) = struct.unpack_from("<I", self._image.data, base + at)
        size = min(size, resources[1] - at - 4, len(self._image.data) - base - at - 4)
        self._found.resources.append((name, base + at + 4, size))
