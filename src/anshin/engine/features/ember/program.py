"""Headers and sections of a program of Windows, as the layout counts them."""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from anshin.engine.features.ember.content import entropy, histogram
from anshin.engine.features.ember.hashing import hashed_pairs, hashed_words
from anshin.engine.formats.pe.image import EXECUTE, READ, SECURITY, WRITE, Image, Section
from anshin.engine.wording import load_data

_OPTIONAL = (
    "major_image", "minor_image", "major_linker", "minor_linker", "major_os", "minor_os", "major_subsystem",
    "minor_subsystem", "size_of_code", "size_of_headers", "size_of_image", "size_of_data", "size_of_bss",
    "stack_reserve", "stack_commit", "heap_reserve", "heap_commit", "entry", "base_of_code", "image_base",
    "section_alignment", "checksum", "directories",
)  # fmt: skip
_DLL_BITS = tuple(1 << n for n in range(5, 16))


@cache
def _numbers() -> Any:
    return load_data("features/ember/numbers.yaml")


def header(image: Image) -> list[float]:
    """Return 30 numbers, 16 COFF flags, 11 DLL flags and 17 fields of the DOS header."""
    machine, sections, time, symbol_table, symbols, size, flags = image.coff
    optional = image.optional
    kinds = (_numbers()["machines"].get(machine, 0), _numbers()["subsystems"].get(optional["subsystem"], 0))
    return [
        *(float(n) for n in (time, sections, symbols, size, symbol_table, *kinds)),
        *(float(optional[name]) for name in _OPTIONAL),
        *(float(bool(flags >> bit & 1)) for bit in range(16)),
        *(float(bool(optional["dll_flags"] & bit)) for bit in _DLL_BITS),
        *(float(n) for n in image.dos),
    ]


def sections(image: Image) -> npt.NDArray[np.float64]:
    """Return 11 general numbers, four times 50 hashed ones, 10 for the section of the entry, 3 for what is appended."""
    size = len(image.data)
    lines = [(_label(s), s, _entropy(image.content(s))) for s in image.sections]
    start = overlay_start(image)
    behind = image.data[start:] if start is not None else b""
    overlay = [float(len(behind)), len(behind) / size, _entropy(behind)]
    found = image.sections
    entropies = [bits for *_, bits in lines] + [overlay[2], 0.0]
    ratios = [s.raw_size / size for s in found] + [overlay[1], 0.0]
    growth = [s.raw_size / max(s.vsize, 1) for s in found] + [0.0]
    general = [
        len(found),
        sum(s.raw_size == 0 for s in found),
        sum(name == "" for name, *_ in lines),
        sum(s.has(READ | EXECUTE) for s in found),
        sum(s.has(WRITE) for s in found),
        *(extreme for row in (entropies, ratios, growth) for extreme in (max(row), min(row))),
    ]
    flags = [f"{name}:{flag}" for name, s, _ in lines for flag, bits in _numbers()["section_flags"] if s.flags & bits]
    return np.concatenate(
        [
            general,
            hashed_pairs(((name, s.raw_size) for name, s, _ in lines), 50),
            hashed_pairs(((name, s.vsize) for name, s, _ in lines), 50),
            hashed_pairs(((name, bits) for name, _, bits in lines), 50),
            hashed_words(flags, 50),
            hashed_words([_entry_name(image)], 10),
            overlay,
        ]
    )


def _label(section: Section) -> str:
    return section.name.lower()


def _entropy(raw: bytes) -> float:
    return entropy(histogram(raw), len(raw)) if raw else 0.0


def _entry_name(image: Image) -> str:
    """Return the name of the section where the program starts; where that is none, of the first that can be run."""
    entry = image.optional["entry"]
    name = ""
    for section in image.sections:
        if section.start <= entry < section.end:
            name = _label(section)
    for section in image.sections:
        if not name and section.has(EXECUTE):
            name = _label(section)
    return name


def overlay_start(image: Image) -> int | None:
    """Return where what the headers do not account for begins; None where nothing is left over."""
    size = len(image.data)
    spans = [(image.optional_at, image.coff[5]), *((s.raw_at, s.raw_size) for s in image.sections)]
    for number, (rva, length) in enumerate(image.directories):
        at = image.offset(rva)
        if number != SECURITY and at is not None:
            spans.append((at, length))
    end = 0
    for at, length in spans:
        if end < at + length <= size:
            end = at + length
    return end if end < size else None


def directories(image: Image, *, relocations: bool, dynamic: bool) -> list[float]:
    """Return size and address of all directories but the last, and whether there are relocations of two kinds."""
    out = [0.0] * 34
    for number, ((rva, size), _) in enumerate(pairwise(image.directories)):
        out[2 * number], out[2 * number + 1] = float(size), float(rva)
    out[32], out[33] = float(relocations), float(dynamic)
    return out
