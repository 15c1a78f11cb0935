"""Binary XML of Android, read as Android reads it.

Not a library: those for Python stop at the lies that malware writes into counts and sizes, while Android goes on.
Format: AOSP, `frameworks/base/libs/androidfw/include/androidfw/ResourceTypes.h`.
"""

import struct
from dataclasses import dataclass, field

from anshin.engine.budget import Budget

POOL, MAP, START, END = 0x0001, 0x0180, 0x0102, 0x0103
UTF8 = 0x100
STRING, INTEGERS = 0x03, range(0x10, 0x20)
MAX_ELEMENTS = 20_000
MAX_ATTRIBUTES = 256
LONGEST = 1024
NONE = 0xFFFFFFFF
NAMES = {
    0x01010001: "label", 0x01010003: "name", 0x01010006: "permission", 0x0101000E: "enabled", 0x0101000F: "debuggable",
    0x01010010: "exported", 0x0101001C: "priority", 0x01010024: "value", 0x0101020C: "minSdkVersion",
    0x01010270: "targetSdkVersion", 0x0101021B: "versionCode", 0x01010025: "resource",
    0x010104EC: "usesCleartextTraffic",
    0x01010202: "targetActivity",
}  # fmt: skip


@dataclass(slots=True)
class Element:
    """One start tag: depth from 0, and its attributes as text (numbers in decimal)."""

    depth: int
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """The start tags in order, and what contradicted itself on the way."""

    elements: list[Element] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)


def read(data: bytes, budget: Budget) -> Document:
    """Return the document as far as it can be read; never raises but `LimitHit`."""
    reader = _Reader(data)
    if len(data) < 8:
        reader.document.damage.append("size")
        return reader.document
    kind, head, size = struct.unpack_from("<HHI", data, 0)
    if kind != 0x0003 or head != 8:
        reader.document.damage.append("type")
    if size != len(data):
        reader.document.damage.append("size")
    at = max(8, head) if head < len(data) else 8
    while at + 8 <= len(data) and len(reader.document.elements) < MAX_ELEMENTS:
        budget.check_time()
        at = reader.chunk(at)
    return reader.document


class _Reader:
    """Goes from chunk to chunk and keeps what later ones need."""

    def __init__(self, data: bytes) -> None:
        self.document = Document()
        self._data = data
        self._depth = 0
        self._strings = _Strings()
        self._resources: tuple[int, ...] = ()

    def chunk(self, at: int) -> int:
        """Read one chunk; return where the next one begins."""
        data, damage = self._data, self.document.damage
        kind, head, size = struct.unpack_from("<HHI", data, at)
        end: int = at + size
        if size < 8 or at + size > len(data):
            damage.append("chunk")
            if kind != POOL:
                return len(data)
            end = _next(data, at)
            size = end - at
        if kind == POOL and not self._strings.data:
            self._strings = _Strings.at(data, at, size, damage)
        elif kind == MAP:
            self._resources = struct.unpack_from(f"<{min((size - 8) // 4, 4096)}I", data, at + 8)
        elif kind == START:
            self.document.elements.append(self._element(at, head, size))
            self._depth += 1
        elif kind == END:
            self._depth = max(0, self._depth - 1)
        elif not 0x0100 <= kind <= 0x0104:
            damage.append("unknown")
        return end

    def _element(self, at: int, head: int, size: int) -> Element:
        data, damage, strings = self._data, self.document.damage, self._strings
        start, stop = at + max(16, head), at + size
        if start + 20 > stop:
            damage.append("element")
            return Element(self._depth, "")
        _, name, first, row, count = struct.unpack_from("<IIHHH", data, start)
        if row != 20 or first != 20:
            damage.append("attributes")
        row = max(row, 20)
        element = Element(self._depth, strings[name])
        for number in range(min(count, MAX_ATTRIBUTES)):
            place = start + first + number * row
            if place + 20 > stop:
                damage.append("attributes")
                break
            _, key, raw, _, _, kind, value = struct.unpack_from("<IIIHBBI", data, place)
            title = NAMES.get(self._resources[key], "") if key < len(self._resources) else ""
            element.attributes.setdefault(title or strings[key], _value(kind, value, raw, strings))
        return element


def _next(data: bytes, at: int) -> int:
    """Return where the chunk behind a string pool of a lying size begins: the map of attributes."""
    found = data.find(b"\x80\x01\x08\x00", at + 8)
    return found if found > 0 else len(data)


def _value(kind: int, value: int, raw: int, strings: "_Strings") -> str:
    if kind == STRING:
        return strings[value] or strings[raw]
    if kind in INTEGERS:
        return str(value)
    return strings[raw] if raw != NONE else f"@{value:08x}"


@dataclass(slots=True)
class _Strings:
    """The string pool; texts are decoded when they are asked for."""

    data: bytes = b""
    offsets: tuple[int, ...] = ()
    utf8: bool = False
    known: dict[int, str] = field(default_factory=dict)

    @classmethod
    def at(cls, data: bytes, at: int, size: int, damage: list[str]) -> "_Strings":
        """Read the pool that begins at `at`."""
        if at + 28 > len(data):
            damage.append("strings")
            return cls()
        count, styles, flags, start, _ = struct.unpack_from("<5I", data, at + 8)
        room = max(0, min(start, size) - 28) // 4
        if count + styles > room:
            damage.append("strings")
        count = min(count, room, (len(data) - at - 28) // 4)
        offsets = struct.unpack_from(f"<{count}I", data, at + 28)
        return cls(data[at + start : at + size] or b"\0", offsets, bool(flags & UTF8))

    def __getitem__(self, number: int) -> str:
        """Return text number `number`, empty where there is none."""
        if number >= len(self.offsets):
            return ""
        if number not in self.known:
            self.known[number] = self._decode(self.offsets[number])
        return self.known[number]

    def _decode(self, at: int) -> str:
        data = self.data
        if at + 2 > len(data):
            return ""
        if not self.utf8:
            length = data[at] | data[at + 1] << 8
            at += 2
            if length & 0x8000:
                at += 2
            return data[at : at + 2 * min(length & 0x7FFF, LONGEST)].decode("utf-16-le", "replace").split("\0", 1)[0]
        for _ in range(2):  # characters, then bytes
            length = data[at]
            at += 1
            if length & 0x80 and at < len(data):
                length = (length & 0x7F) << 8 | data[at]
                at += 1
            if at >= len(data):
                return ""
        return data[at : at + min(length, LONGEST)].decode("utf-8", "replace").split("\0", 1)[0]
