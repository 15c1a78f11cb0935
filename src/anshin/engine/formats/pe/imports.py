"""Import tables: what a program asks of Windows when it starts (normal) or when it first needs it (delayed)."""

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from anshin.engine.budget import Budget
from anshin.engine.formats.pe.image import DELAY_IMPORT, IMPORT, Image

MAX_LIBRARIES = 1024
MAX_FUNCTIONS = 20000
_NAME = re.compile(rb"[A-Za-z0-9_\x3f\x40$<>()\[\].\-+&*%~`'/\\:,=^!#{}|;\" ]{1,512}")
_FILE = re.compile(rb"[A-Za-z0-9!#$%&'()\-@^_`{}~+,.;=\[\]/\\ \x80-\xff]{1,255}")


@dataclass(frozen=True, slots=True)
class Library:
    """One imported library: its functions by name, or by number as an int."""

    name: str
    functions: tuple[str | int, ...]
    delayed: bool = False


@dataclass(frozen=True, slots=True)
class Imports:
    """All libraries; `broken` where a table leads nowhere."""

    libraries: tuple[Library, ...]
    broken: bool = False
    cut: bool = False  # more than are read

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield library (lower case, without .dll) and function."""
        for library in self.libraries:
            stem = library.name.lower().removesuffix(".dll")
            for function in library.functions:
                yield stem, function if isinstance(function, str) else f"#{function}"

    @property
    def count(self) -> int:
        """Functions in all."""
        return sum(len(library.functions) for library in self.libraries)


def read_imports(image: Image, budget: Budget) -> Imports:
    """Return what is imported, 20,000 functions at most."""
    found: list[Library] = []
    state = {"room": MAX_FUNCTIONS, "broken": 0}
    _normal(image, budget, found, state)
    _delayed(image, budget, found, state)
    cut = state["room"] <= 0 or len(found) >= MAX_LIBRARIES
    return Imports(tuple(found), bool(state["broken"]), cut)


def imphash(imports: Imports) -> str:
    """Return the MD5 over the normal imports in order, as Mandiant defined it; empty without imports."""
    words = []
    for library in imports.libraries:
        if library.delayed:
            continue
        stem = library.name.lower()
        head, dot, ending = stem.rpartition(".")
        stem = head if dot and ending in {"dll", "ocx", "sys"} else stem
        words += [f"{stem}.{f.lower() if isinstance(f, str) else f'ord{f}'}" for f in library.functions]
    return hashlib.md5(",".join(words).encode(), usedforsecurity=False).hexdigest() if words else ""


def _normal(image: Image, budget: Budget, found: list[Library], state: dict[str, int]) -> None:
    rva, _ = image.directory(IMPORT)
    for number in range(MAX_LIBRARIES if rva else 0):
        budget.check_time()
        line = image.read(rva + 20 * number, 20)
        if len(line) < 20:
            state["broken"] += 1
            return
        lookup, _, _, name, table = struct.unpack("<5I", line)
        if not any(line):
            return
        functions = _functions(image, lookup, state) or _functions(image, table, state)
        _keep(found, image.text(name), functions, state, delayed=False)


def _delayed(image: Image, budget: Budget, found: list[Library], state: dict[str, int]) -> None:
    rva, _ = image.directory(DELAY_IMPORT)
    base = image.optional["image_base"]
    for number in range(MAX_LIBRARIES if rva else 0):
        budget.check_time()
        line = image.read(rva + 32 * number, 32)
        if len(line) < 32:
            return
        attributes, name, _, _, names, *_ = struct.unpack("<8I", line)
        if not name:
            return
        if not attributes & 1:  # old linkers write addresses, not offsets from the base
            name, names = name - base, names - base
        _keep(found, image.text(name), _functions(image, names, state), state, delayed=True)


def _keep(
    found: list[Library], name: bytes, functions: list[str | int], state: dict[str, int], *, delayed: bool
) -> None:
    if not _FILE.fullmatch(name):
        state["broken"] += 1
        return
    found.append(Library(name.decode("latin-1"), tuple(functions), delayed))


def _functions(image: Image, rva: int, state: dict[str, int]) -> list[str | int]:
    if not rva or rva < 0:
        return []
    width, code, by_number = (8, "<Q", 1 << 63) if image.plus else (4, "<I", 1 << 31)
    raw = image.read(rva, width * (state["room"] + 1))
    found: list[str | int] = []
    for (value,) in struct.iter_unpack(code, raw[: len(raw) // width * width]):
        if not value or state["room"] <= 0:
            break
        state["room"] -= 1
        if value & by_number:
            found.append(value & 0xFFFF)
            continue
        name = image.text((value & 0x7FFFFFFF) + 2)
        if not _NAME.fullmatch(name):
            state["broken"] += 1
            if state["broken"] > 64:
                break
            continue
        found.append(name.decode("latin-1"))
    return found
