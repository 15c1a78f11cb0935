"""From a row of EMBER2018 to the 2,381 numbers of its feature version 2.

After the published description (Anderson and Roth, arXiv 1804.04637, and version 2 of its features), quirks included:
the name of the section of the entry is hashed letter by letter. The engine has no extractor for this layout, so that a
model on it is for comparison only.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np

from anshin.engine.features.ember.hashing import hashed_pairs, hashed_words
from anshin.training.ember.version3 import Numbers, Raw, imported, section_counts, shares, text_shares

SIZE = 2381
GROUPS: tuple[tuple[str, int], ...] = (
    ("histogram", 256), ("byteentropy", 256), ("strings", 104), ("general", 10), ("header", 62), ("section", 255),
    ("imports", 1280), ("exports", 128), ("datadirectories", 30),
)  # fmt: skip
_GENERAL = (
    "size", "vsize", "has_debug", "exports", "imports", "has_relocations", "has_resources", "has_signature", "has_tls",
    "symbols",
)  # fmt: skip
_OPTIONAL = (
    "major_image_version", "minor_image_version", "major_linker_version", "minor_linker_version",
    "major_operating_system_version", "minor_operating_system_version", "major_subsystem_version",
    "minor_subsystem_version", "sizeof_code", "sizeof_headers", "sizeof_heap_commit",
)  # fmt: skip


@cache
def names() -> tuple[str, ...]:
    """Return what stands where: the group and the place in it."""
    return tuple(f"{group}:{at}" for group, size in GROUPS for at in range(size))


def vector(row: Raw) -> Numbers:
    """Return the numbers of one row. Raises KeyError, TypeError or ValueError where the row is damaged."""
    texts = row["strings"]
    parts: list[Iterable[float]] = [
        shares(row["histogram"], 256),
        shares(row["byteentropy"], 256),
        [*text_shares(texts), texts["entropy"], texts["paths"], texts["urls"], texts["registry"], texts["MZ"]],
        [row["general"][key] for key in _GENERAL],
        _header(row["header"]),
        _sections(row["section"]),
        _imports(row["imports"]),
        hashed_words(row["exports"], 128),
        _directories(row.get("datadirectories") or ()),
    ]
    out = np.concatenate([np.asarray(list(p), dtype=np.float64) for p in parts]).astype(np.float32)
    if len(out) != SIZE:
        raise ValueError(f"the row gives {len(out)} numbers, the layout has {SIZE}")
    return out


def _header(raw: Raw) -> Iterable[float]:
    coff, optional = raw["coff"], raw["optional"]
    return [
        coff["timestamp"],
        *hashed_words([coff["machine"]], 10),
        *hashed_words(coff["characteristics"], 10),
        *hashed_words([optional["subsystem"]], 10),
        *hashed_words(optional["dll_characteristics"], 10),
        *hashed_words([optional["magic"]], 10),
        *(optional[key] for key in _OPTIONAL),
    ]


def _sections(raw: Raw) -> Iterable[float]:
    found, entry = raw["sections"], raw["entry"]
    return [
        *section_counts(found),
        *(n for key in ("size", "entropy", "vsize") for n in hashed_pairs(((s["name"], s[key]) for s in found), 50)),
        *hashed_words(entry, 50),
        *hashed_words((flag for s in found if s["name"] == entry for flag in s["props"]), 50),
    ]


def _imports(raw: dict[str, list[str]]) -> Iterable[float]:
    libraries, functions = imported(raw)
    return [*hashed_words(libraries, 256), *hashed_words(functions, 1024)]


def _directories(raw: Iterable[Raw]) -> Iterable[float]:
    out = [0.0] * 30
    for at, one in enumerate(list(raw)[:15]):
        out[2 * at], out[2 * at + 1] = one["size"], one["virtual_address"]
    return out
