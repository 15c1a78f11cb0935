"""Imports, exports and the Rich header, as the layout counts them; limits and what counts as broken follow pefile."""

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from anshin.engine.features.ember.hashing import hashed_pairs, hashed_words
from anshin.engine.formats.pe.details import rich_header
from anshin.engine.formats.pe.image import EXPORT, IMPORT, Image
from anshin.engine.wording import load_data

MAX_SYMBOLS = 0x2000
_FUNCTION = re.compile(rb"[A-Za-z0-9._?@$()<>]*")
_EXPORTED = re.compile(rb"[A-Za-z0-9!\"#$%&'()*+,\-./:<>?\[\\\]^_`{|}~@]*")
_LIBRARY = re.compile(rb"[A-Za-z0-9!#$%&'()\-@^_`{}~+,.;=\[\]\\/\x80-\xff]*")
_FAR = 128 * 2**20


def imports(image: Image, notes: set[str]) -> npt.NDArray[np.float64]:
    """Return counts of functions and libraries, 256 bins of libraries, 1,024 bins of functions."""
    found = imported(image, notes)
    if not found:
        return np.zeros(1282)
    libraries = sorted({name.lower() for name in found})
    functions = [f"{library.lower()}:{name}" for library, names in found.items() for name in names]
    counts = [float(len(functions)), float(len(libraries))]
    return np.concatenate(
        [counts, hashed_words(libraries, 256, signed=False), hashed_words(functions, 1024, signed=False)]
    )


@cache
def _ordinals() -> Any:
    return load_data("features/ember/ordinals.yaml")


def imported(image: Image, notes: set[str]) -> dict[str, list[str]]:
    """Return the functions by library. A library that is named twice keeps its last list, as in the reference."""
    found: dict[str, list[str]] = {}
    broken = total = few = 0
    seen = [0]
    for library, symbols in _libraries(image, notes, seen):
        if broken > 5:
            notes.add("imports_errors")
            break
        if not symbols:
            broken += 1
            continue
        name = library.decode("utf-8", "replace")
        known = _ordinals().get(library.lower().decode("latin-1"))
        words = []
        for symbol in symbols:
            if isinstance(symbol, bytes):
                words.append(symbol.decode("utf-8", "replace"))
            elif known is not None:
                words.append(known.get(symbol, f"ord{symbol}"))
            else:
                words.append(f"{name}:ordinal{symbol}")
        few += sum(w.startswith(("LoadLibrary", "GetProcAddress")) for w in words)
        total += len(words)
        if name:
            found[name] = words
    if few == 2 and total < 20:
        notes.add("imports_few")
    return found


def _libraries(image: Image, notes: set[str], seen: list[int]) -> Iterator[tuple[bytes, list[bytes | int]]]:
    rva, _ = image.directory(IMPORT)
    while rva:
        at = image.offset(rva)
        line = image.read(rva, 20)
        if at is None or len(line) < 20:
            notes.add("imports_unreadable" if at is None else "structure_cut")
            return
        lookup, _, _, name, table = struct.unpack("<5I", line)
        if not any(line):
            return
        rva += 20
        longest = len(image.data) - at
        if rva > lookup or rva > table:
            longest = max(rva - lookup, rva - table)
        symbols = _symbols(image, lookup, table, longest, notes, seen)
        library = image.text(name)
        yield (library if _LIBRARY.fullmatch(library) else b"*invalid*"), symbols


def _symbols(
    image: Image, lookup: int, table: int, longest: int, notes: set[str], seen: list[int]
) -> list[bytes | int]:
    first = _thunks(image, lookup, longest, notes, seen)
    second = _thunks(image, table, longest, notes, seen)
    values = first or second
    if not values:
        notes.add("imports_damaged")
        return []
    by_number = 1 << (63 if image.plus else 31)
    found: list[bytes | int] = []
    for value in values:
        if value & by_number:
            if value & 0xFFFF:
                found.append(value & 0xFFFF)
            continue
        if image.offset(value & (by_number - 1)) is None:
            notes.add("imports_invalid")
            return []
        name = image.text(value + 2)
        if name and _FUNCTION.fullmatch(name):
            found.append(name)
    return found


class _Spread:
    """Watches whether addresses repeat or lie far apart, which those of a real table do not."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._repeated, self._low, self._high = 0, 1 << 64, 0

    def add(self, value: int) -> None:
        self._repeated += value in self._seen
        self._seen.add(value)
        if value < 1 << 32:
            self._low, self._high = min(self._low, value), max(self._high, value)

    @property
    def broken(self) -> bool:
        return self._repeated >= 15 or self._high - self._low > _FAR


def _thunks(image: Image, rva: int, longest: int, notes: set[str], seen: list[int]) -> list[int] | None:
    """Return the entries of one table up to the closing zero; None where it runs out of the file."""
    if not rva:
        return []
    width, code = (8, "<Q") if image.plus else (4, "<I")
    by_number = 1 << (8 * width - 1)
    raw = image.read(rva, width * max(1, MAX_SYMBOLS + 2 - seen[0]))
    found: list[int] = []
    spread = _Spread()
    while True:
        at = width * len(found)
        if at >= longest or seen[0] > MAX_SYMBOLS:
            notes.add("imports_beyond_bounds" if at >= longest else "imports_too_many")
            return found
        seen[0] += 1
        if spread.broken:
            return []
        if at + width > len(raw):
            notes.add("imports_table_invalid")
            return None
        (value,) = struct.unpack_from(code, raw, at)
        if rva <= value <= rva + at:
            notes.add("imports_overlap")
            return found
        if not value:
            return found
        if not value & by_number:
            spread.add(value)
        elif value & 0x7FFFFFFF > 0xFFFF:
            return []
        found.append(value)


def exports(image: Image, notes: set[str]) -> npt.NDArray[np.float64]:
    """Return 128 where anything is exported (the length of the hashed part, a quirk of the layout), and 128 bins."""
    found = exported(image, notes)
    return np.concatenate([[128.0], hashed_words(found, 128)]) if found else np.zeros(129)


@dataclass(frozen=True, slots=True)
class _Offered:
    """The tables of an export directory."""

    image: Image
    base: int
    named: int
    names_at: int
    names: bytes
    ordinals: bytes
    functions_at: int
    addresses: tuple[int, ...]


def exported(image: Image, notes: set[str]) -> list[str]:
    """Return the names offered, and the numbers of what is offered without a name."""
    rva, _ = image.directory(EXPORT)
    head = image.read(rva, 40) if rva else b""
    if len(head) < 40:
        return []
    base, count, named, functions_at, names_at, ordinals_at = struct.unpack_from("<6I", head, 16)
    if any(image.offset(a) is None for a in (names_at, ordinals_at, functions_at)):
        notes.add("exports_unreadable")
        return []
    raw = image.read(functions_at, 4 * count)
    addresses = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
    names, ordinals = image.read(names_at, 4 * named), image.read(ordinals_at, 4 * named)
    offered = _Offered(image, base, named, names_at, names, ordinals, functions_at, addresses)
    found = _named(offered, notes)
    if found is None:
        return []
    return [*found.values(), *_numbered(offered, found, notes)]


def _named(offered: _Offered, notes: set[str]) -> dict[tuple[int, int], str] | None:
    """Return names by number and place; None where a name leads to no function, which ends all reading."""
    found: dict[tuple[int, int], str] = {}
    repeats: Counter[tuple[bytes, int]] = Counter()
    for place in range(min(offered.named, _room(offered.image, offered.names_at))):
        ordinal = int.from_bytes(offered.ordinals[2 * place : 2 * place + 2], "little")
        if 2 * place + 2 > len(offered.ordinals) or ordinal >= len(offered.addresses):
            return None
        address = offered.addresses[ordinal]
        if not address:
            continue
        name = offered.image.text(int.from_bytes(offered.names[4 * place : 4 * place + 4], "little"))
        if not _EXPORTED.fullmatch(name):
            notes.add("exports_names_invalid")
            break
        repeats[name, address] += 1
        if repeats[name, address] > 10 or len(repeats) > MAX_SYMBOLS:
            notes.add("exports_repeated" if repeats[name, address] > 10 else "exports_too_many")
            break
        found[offered.base + ordinal, place] = name.decode("utf-8", "replace") or f"ordinal{offered.base + ordinal}"
    return found


def _numbered(offered: _Offered, named: Iterable[tuple[int, int]], notes: set[str]) -> Iterator[str]:
    taken = {number for number, _ in named}
    repeats: Counter[int] = Counter()
    room = _room(offered.image, offered.functions_at)
    for number, address in enumerate(offered.addresses[:room], offered.base):
        if number in taken or not address:
            continue
        repeats[address] += 1
        if repeats[address] > 120 or len(repeats) > MAX_SYMBOLS:
            notes.add("exports_numbers_repeated")
            return
        yield f"ordinal{number}"


def _room(image: Image, rva: int) -> int:
    """Return how many entries of four bytes a table may have before its section ends."""
    section = image.section_at(rva)
    if section is None:
        return len(image.data) // 4
    return max(0, section.rva + len(image.content(section)) - rva) // 4


def rich(image: Image, notes: set[str]) -> npt.NDArray[np.float64]:
    """Return the number of pairs and 32 bins of tools."""
    pairs, odd = rich_header(image)
    if odd:
        notes.add("rich_odd")
    if not pairs:
        return np.zeros(33)
    return np.concatenate([[float(len(pairs))], hashed_pairs(((str(tool), uses) for tool, uses in pairs), 32)])
