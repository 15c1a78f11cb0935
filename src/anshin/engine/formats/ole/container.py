"""Reads the OLE2 container: storages, streams, class ids.

Not the library olefile: it stops at broken tables and walks only the tree, while Office opens such files and malware
hides streams outside it. This reader goes on after damage, says so, and lists entries that the tree does not reach.
Format: [MS-CFB].
"""

import struct
from dataclasses import dataclass, field

import numpy as np

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_ENTRIES = 20_000
NO_STREAM = 0xFFFFFFFF
LAST_SECTOR = 0xFFFFFFFA
"""Sector numbers from here on mean the end of a chain, a free sector or a table."""
STORAGE, STREAM, ROOT = 1, 2, 5


class NotOle(ValueError):  # noqa: N818 -- the name says what it is not
    """The bytes have no usable OLE2 header."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One storage or stream of the directory."""

    index: int
    path: str  # names joined by "/", without the root's
    kind: int  # STORAGE, STREAM or ROOT
    clsid: str  # lower case with hyphens; empty where all zero
    start: int
    size: int
    hidden: bool = False  # the tree does not reach it

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class _Raw:
    name: str
    kind: int
    left: int
    right: int
    child: int
    clsid: bytes
    start: int
    size: int


@dataclass(slots=True)
class Container:
    """An opened container. Streams are read on demand; whatever is broken is told in `damage`, never raised."""

    data: bytes
    entries: list[Entry] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    shift: int = 9
    mini_shift: int = 6
    cutoff: int = 4096
    fat: list[int] = field(default_factory=list)
    mini_fat: list[int] = field(default_factory=list)
    _mini: bytes | None = None
    root: Entry | None = None
    by_path: dict[str, Entry] = field(default_factory=dict)

    def find(self, path: str) -> Entry | None:
        """Return the stream or storage at `path`, whatever the case of its letters."""
        return self.by_path.get(path.lower())

    def streams(self) -> list[Entry]:
        """Return all streams, hidden ones at the end."""
        return [e for e in self.entries if e.kind == STREAM]

    def named(self, *names: str) -> list[Entry]:
        """Return the streams with one of these names in lower case, wherever they stand."""
        return [e for e in self.entries if e.kind == STREAM and e.name.lower() in names]

    def root_clsid(self) -> str:
        """Return the class id of the whole document, or nothing."""
        return self.root.clsid if self.root else ""

    def read(self, entry: Entry, limit: int = 1 << 31) -> bytes:
        """Return the bytes of a stream, at most `limit`; fewer where the file is damaged."""
        size = min(entry.size, limit, len(self.data))
        if entry.size < self.cutoff and entry.kind != ROOT:
            return self._read_mini(entry, size)
        found = self.chain(entry.start, size)
        if len(found) < size:
            self.note(f"stream {entry.path}")
        return found

    def note(self, what: str) -> None:
        """Remember what is damaged."""
        if len(self.damage) < 20 and what not in self.damage:
            self.damage.append(what)

    def chain(self, start: int, size: int) -> bytes:
        """Follow a chain of sectors, joining neighbours into one piece."""
        shift, fat, pieces = self.shift, self.fat, []
        left, sector, steps = size, start, 0
        while left > 0 and sector < LAST_SECTOR and steps <= len(fat):
            first, count = sector, 1
            while (count << shift) < left and sector < len(fat) and fat[sector] == sector + 1:
                sector += 1
                count += 1
            at = (first + 1) << shift
            piece = self.data[at : at + min(left, count << shift)]
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
            steps += count
            sector = fat[sector] if sector < len(fat) else NO_STREAM
        return b"".join(pieces)

    def _read_mini(self, entry: Entry, size: int) -> bytes:
        if self._mini is None:
            self._mini = self.chain(self.root.start, min(self.root.size, len(self.data))) if self.root else b""
        mini, fat, shift, pieces = self._mini, self.mini_fat, self.mini_shift, []
        left, sector, steps = size, entry.start, 0
        while left > 0 and sector < LAST_SECTOR and steps <= len(fat):
            at = sector << shift
            piece = mini[at : at + min(left, 1 << shift)]
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
            steps += 1
            sector = fat[sector] if sector < len(fat) else NO_STREAM
        if left > 0:
            self.note(f"stream {entry.path}")
        return b"".join(pieces)


def open_container(data: bytes) -> Container:
    """Return the container that begins at the first byte of `data`. Raises `NotOle`; nothing else."""
    if len(data) < 512 or not data.startswith(MAGIC):
        raise NotOle
    shift, mini_shift = struct.unpack_from("<HH", data, 0x1E)
    if not 7 <= shift <= 16 or not 4 <= mini_shift <= shift:
        shift, mini_shift = (12 if data[0x1A] == 4 else 9), 6
    fat_count, first_dir = struct.unpack_from("<II", data, 0x2C)
    cutoff, first_mini, mini_count, first_difat, difat_count = struct.unpack_from("<5I", data, 0x38)
    box = Container(data, shift=shift, mini_shift=mini_shift, cutoff=cutoff or 4096)
    box.fat = _table(box, _fat_sectors(box, fat_count, first_difat, difat_count))
    room = len(data)
    mini_table = box.chain(first_mini, min(mini_count << shift, room)) if mini_count else b""
    box.mini_fat = np.frombuffer(mini_table[: len(mini_table) & ~3], dtype="<u4").tolist()
    rows = _directory(box.chain(first_dir, min(MAX_ENTRIES * 128, room)), version4=shift > 9)
    if not rows:
        box.damage.append("directory")
    _name_all(box, rows)
    return box


def _fat_sectors(box: Container, count: int, first: int, more: int) -> list[int]:
    """Return the sectors of the allocation table: 109 in the header, the others in a chain of their own."""
    size = 1 << box.shift
    most = len(box.data) // size + 1
    found = [s for s in struct.unpack_from("<109I", box.data, 0x4C) if s < LAST_SECTOR]
    sector, seen = first, 0
    while sector < LAST_SECTOR and seen <= min(more, most) and len(found) < most:
        at = (sector + 1) << box.shift
        block = box.data[at : at + size]
        if len(block) < size:
            box.damage.append("table")
            break
        *numbers, sector = struct.unpack(f"<{size // 4}I", block)
        found += [s for s in numbers if s < LAST_SECTOR]
        seen += 1
    return found[: min(count, most)] if count > 0 else found[:most]


def _table(box: Container, sectors: list[int]) -> list[int]:
    size = 1 << box.shift
    pieces = []
    for sector in sectors:
        at = (sector + 1) << box.shift
        block = box.data[at : at + size]
        if len(block) < size:
            box.note("table")
            block = block + b"\xff" * (size - len(block))
        pieces.append(block)
    found: list[int] = np.frombuffer(b"".join(pieces), dtype="<u4").tolist()
    return found


def _directory(raw: bytes, *, version4: bool) -> list[_Raw]:
    rows = []
    for at in range(0, len(raw) - 127, 128):
        length, kind = struct.unpack_from("<HB", raw, at + 64)
        left, right, child = struct.unpack_from("<III", raw, at + 68)
        start, low, high = struct.unpack_from("<III", raw, at + 116)
        name = raw[at : at + min(64, max(0, length))].decode("utf-16-le", "replace").split("\0", 1)[0]
        size = low | high << 32 if version4 else low
        rows.append(_Raw(name, kind, left, right, child, raw[at + 80 : at + 96], start, size))
    return rows


def _name_all(box: Container, rows: list[_Raw]) -> None:
    """Walk the tree from the root; then add what it does not reach."""
    seen: set[int] = set()
    root = next((n for n, row in enumerate(rows) if row.kind == ROOT), 0 if rows else None)
    if root is not None:
        seen.add(root)
        box.root = _entry(root, rows[root], "")
        box.entries.append(box.root)
        _walk(box, rows, rows[root].child, "", seen, hidden=False)
    for number, row in enumerate(rows):
        if number not in seen and row.kind in {STORAGE, STREAM} and row.name:
            _walk(box, rows, number, "", seen, hidden=True)
    for entry in box.entries:
        box.by_path.setdefault(entry.path.lower(), entry)


def _walk(box: Container, rows: list[_Raw], first: int, prefix: str, seen: set[int], *, hidden: bool) -> None:
    todo = [(first, prefix)]
    while todo:
        number, parent = todo.pop()
        if number >= len(rows) or number in seen:
            if number != NO_STREAM and not hidden:
                box.note("directory")
            continue
        seen.add(number)
        row = rows[number]
        path = f"{parent}{row.name}"[:1000]
        todo += [(row.right, parent), (row.left, parent)]
        if row.kind not in {STORAGE, STREAM}:
            continue
        box.entries.append(_entry(number, row, path, hidden=hidden))
        if row.kind == STORAGE:
            todo.append((row.child, f"{path}/"))


def _entry(number: int, row: _Raw, path: str, *, hidden: bool = False) -> Entry:
    clsid = class_id(row.clsid)
    return Entry(number, path, row.kind, clsid, row.start, row.size, hidden=hidden)


def class_id(raw: bytes) -> str:
    """Return 16 bytes as a class id in lower case with hyphens; nothing where they are zero or fewer."""
    if len(raw) < 16 or not any(raw[:16]):
        return ""
    a, b, c = struct.unpack_from("<IHH", raw)
    return f"{a:08x}-{b:04x}-{c:04x}-{raw[8:10].hex()}-{raw[10:16].hex()}"
