"""The resource tree: icons, version, manifest, and whatever else a program carries in it."""

import re
import struct
from dataclasses import dataclass, field

from anshin.engine.budget import Budget
from anshin.engine.formats.pe.image import RESOURCE, Image

MAX_LEAVES = 2048
MAX_LINES = 16384
_MANY = frozenset({1, 2, 3, 4, 5, 6, 9, 11, 12, 14})  # thousands of texts and pictures: the first 64 of a type do
TYPES = {
    1: "cursor", 2: "bitmap", 3: "icon", 4: "menu", 5: "dialog", 6: "string", 7: "fontdir", 8: "font", 9: "accelerator",
    10: "rcdata", 11: "messagetable", 12: "group_cursor", 14: "group_icon", 16: "version", 17: "dlginclude",
    19: "plugplay", 20: "vxd", 21: "anicursor", 22: "aniicon", 23: "html", 24: "manifest",
}  # fmt: skip
_LEVEL = re.compile(rb"requestedExecutionLevel[^>]{0,200}level\s*=\s*[\"'](\w+)", re.IGNORECASE)
_AUTO = re.compile(rb"<(?:\w+:)?autoElevate[^>]*>\s*true", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One resource: its type, name and language, and where it stands in the file."""

    type: str
    name: str
    language: int
    at: int
    size: int


@dataclass(slots=True)
class Resources:
    """The leaves of the tree and what the well-known ones say."""

    leaves: list[Leaf] = field(default_factory=list)
    version: dict[str, str] = field(default_factory=dict)
    level: str = ""  # asInvoker, highestAvailable, requireAdministrator
    auto_elevate: bool = False
    broken: bool = False
    cut: bool = False  # more than are read


def read_resources(image: Image, budget: Budget) -> Resources:
    """Return the tree, 2,048 leaves at most. A tree that bites its own tail is cut there and noted as broken."""
    found = Resources()
    base, _ = image.directory(RESOURCE)
    if base:
        _walk(image, budget, base, found)
    for leaf in found.leaves:
        if leaf.type == "version" and not found.version:
            found.version = version_strings(image.data[leaf.at : leaf.at + min(leaf.size, 65536)])
        elif leaf.type == "manifest":
            text = image.data[leaf.at : leaf.at + min(leaf.size, 65536)].replace(b"\0", b"")
            level = _LEVEL.search(text)
            found.level = found.level or (level[1].decode() if level else "")
            found.auto_elevate = found.auto_elevate or bool(_AUTO.search(text))
    return found


def _walk(image: Image, budget: Budget, base: int, found: Resources) -> None:
    waiting: list[tuple[int, tuple[str | int, ...]]] = [(0, ())]
    seen: set[int] = set()
    lines = 0
    while waiting:
        at, path = waiting.pop()
        budget.check_time()
        if at in seen:
            found.broken = True
            continue
        seen.add(at)
        head = image.read(base + at, 16)
        if len(head) < 16:
            found.broken = True
            continue
        named, numbered = struct.unpack_from("<HH", head, 12)
        passed = 0
        table = image.read(base + at + 16, 8 * min(named + numbered, MAX_LINES - lines))
        for ident, where in struct.iter_unpack("<II", table[: len(table) // 8 * 8]):
            lines += 1
            passed += 1
            if passed > 64 and path and path[0] in _MANY:
                continue
            label = _label(image, base, ident)
            if where & 0x80000000:
                if len(path) < 2:
                    waiting.append((where & 0x7FFFFFFF, (*path, label)))
                else:
                    found.broken = True
            elif len(found.leaves) < MAX_LEAVES:
                _leaf(image, base + where, (*path, label), found)
        if lines >= MAX_LINES or len(found.leaves) >= MAX_LEAVES:
            found.cut = True
            return


def _label(image: Image, base: int, ident: int) -> str | int:
    if not ident & 0x80000000:
        return ident
    at = base + (ident & 0x7FFFFFFF)
    length = int.from_bytes(image.read(at, 2), "little")
    return image.read(at + 2, 2 * min(length, 128)).decode("utf-16-le", "replace")


def _leaf(image: Image, rva: int, path: tuple[str | int, ...], found: Resources) -> None:
    line = image.read(rva, 16)
    where = image.offset(struct.unpack_from("<I", line)[0]) if len(line) == 16 else None
    if where is None:
        found.broken = True
        return
    kind, name, language = (*path, 0, 0)[:3]
    size = struct.unpack_from("<I", line, 4)[0]
    if where + size > len(image.data):
        found.broken = True
        size = max(0, len(image.data) - where)
    label = TYPES.get(kind, f"type{kind}") if isinstance(kind, int) else kind.lower()
    found.leaves.append(Leaf(label, str(name), language if isinstance(language, int) else 0, where, size))


def version_strings(raw: bytes) -> dict[str, str]:
    """Return the texts of a version block by key. They are looked for by their shape, so damage costs only a few.

    A String stands as length, length of value, type 1, key, NUL, padding, value (Microsoft, VS_VERSIONINFO).
    """
    found: dict[str, str] = {}
    text = raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace")
    for key in ("CompanyName", "FileDescription", "InternalName", "OriginalFilename", "ProductName", "LegalCopyright",
                "FileVersion", "ProductVersion", "Comments"):  # fmt: skip
        at = text.find(key + "\0")
        if at < 3:
            continue
        length = ord(text[at - 2])
        start = at + len(key) + 1
        start += start % 2  # values start at full double words, counted from the block
        value = text[start : start + min(length, 512)].split("\0", 1)[0].strip()
        if value:
            found[key] = value
    return found
