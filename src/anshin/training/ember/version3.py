"""From a row of EMBER2024 to the 2,568 numbers of `engine.features.ember`, in the same order.

After the published description of feature version 3 (Joyce et al., arXiv 2506.05074), quirks included: an export table
counts as 128, the last data directory is skipped.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from anshin.engine.features.ember import SIZE, strings
from anshin.engine.features.ember.hashing import hashed_pairs, hashed_words

Numbers = npt.NDArray[np.float32]
Raw = Mapping[str, Any]


def vector(row: Raw) -> Numbers:
    """Return the numbers of one row. Raises KeyError, TypeError or ValueError where the row is damaged."""
    parts = [
        _general(row["general"]),
        shares(row["histogram"], 256),
        shares(row["byteentropy"], 256),
        _strings(row["strings"]),
        _header(row.get("header")),
        _sections(row.get("section")),
        _imports(row.get("imports")),
        _exports(row.get("exports")),
        _directories(row.get("datadirectories")),
        _rich(row.get("richheader")),
        _signature(row.get("authenticode")),
        _remarks(row.get("pefilewarnings")),
    ]
    out = np.concatenate([np.asarray(p, dtype=np.float64) for p in parts]).astype(np.float32)
    if len(out) != SIZE:
        raise ValueError(f"the row gives {len(out)} numbers, the layout has {SIZE}")
    return out


@cache
def _words() -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load(
        files("anshin.training.ember").joinpath("layout.yaml").read_text(encoding="utf-8")
    )
    return found


def shares(counts: Sequence[float], size: int) -> Numbers:
    """Return counts as shares of their sum. Raises ValueError where there are not `size` of them."""
    found = np.asarray(counts, dtype=np.float32)
    if found.shape != (size,):
        raise ValueError(f"{size} counts are expected, there are {found.size}")
    total = found.sum()
    return np.asarray(found / total if total else found, dtype=np.float32)


def _general(raw: Raw) -> list[float]:
    return [raw["size"], raw["entropy"], raw["is_pe"], *raw["start_bytes"]]


def text_shares(raw: Raw) -> list[float]:
    """Return count, mean length and bytes of the texts, and the shares of their 96 characters."""
    found = np.asarray(raw["printabledist"], dtype=np.float64) / (float(raw["printables"]) or 1.0)
    return [raw["numstrings"], raw["avlength"], raw["printables"], *found]


@cache
def _patterns() -> dict[str, int]:
    return {name: at for at, (name, _) in enumerate(strings.counters())}


def _strings(raw: Raw) -> list[float]:
    counts = [0.0] * len(_patterns())
    for name, count in raw["string_counts"].items():
        counts[_patterns()[name]] = count
    return [*text_shares(raw), raw["entropy"], *counts]


@cache
def _places(key: str, prefix: str) -> dict[str, int]:
    return {prefix + word: at for at, word in enumerate(_words()[key])}


def _header(raw: Raw | None) -> Sequence[float]:
    if not raw:
        return [0.0] * 74
    coff, optional, dos, words = raw["coff"], raw["optional"], raw["dos"], _words()
    return [
        *(coff[key] for key in words["coff"]),
        _places("machines", "IMAGE_FILE_MACHINE_").get(coff["machine"], 0),
        _places("subsystems", "IMAGE_SUBSYSTEM_").get(optional["subsystem"], 0),
        *(optional[key] for key in words["optional"]),
        *(float(flag in coff["characteristics"]) for flag in words["coff_flags"]),
        *(float(flag in optional["dll_characteristics"]) for flag in words["dll_flags"]),
        *(dos[key] for key in words["dos"]),
    ]


def _sections(raw: Raw | None) -> Sequence[float] | npt.NDArray[np.float64]:
    if not raw:
        return [0.0] * 224
    found, overlay = raw["sections"], raw["overlay"]
    entropies = [*(s["entropy"] for s in found), overlay["entropy"], 0]
    ratios = [*(s["size_ratio"] for s in found), overlay["size_ratio"], 0]
    growth = [*(s["vsize_ratio"] for s in found), 0]
    return np.concatenate(
        [
            section_counts(found),
            [extreme for row in (entropies, ratios, growth) for extreme in (max(row), min(row))],
            *(hashed_pairs(((s["name"], s[key]) for s in found), 50) for key in ("size", "vsize", "entropy")),
            hashed_words((f"{s['name']}:{flag}" for s in found for flag in s["props"]), 50),
            hashed_words([raw["entry"]], 10),
            [overlay["size"], overlay["size_ratio"], overlay["entropy"]],
        ]
    )


def section_counts(found: Sequence[Raw]) -> list[float]:
    """Return how many sections there are, without bytes, without a name, readable code, writable."""
    flags = [set(s["props"]) for s in found]
    return [
        len(found),
        sum(s["size"] == 0 for s in found),
        sum(s["name"] == "" for s in found),
        sum({"MEM_READ", "MEM_EXECUTE"} <= f for f in flags),
        sum("MEM_WRITE" in f for f in flags),
    ]


def imported(raw: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return libraries and functions as the hashing takes them."""
    libraries = sorted({name.lower() for name in raw})
    return libraries, [f"{library.lower()}:{name}" for library, names in raw.items() for name in names]


def _imports(raw: Mapping[str, Sequence[str]] | None) -> Sequence[float] | npt.NDArray[np.float64]:
    if not raw:
        return [0.0] * 1282
    libraries, functions = imported(raw)
    return np.concatenate(
        [
            [len(functions), len(libraries)],
            hashed_words(libraries, 256, signed=False),
            hashed_words(functions, 1024, signed=False),
        ]
    )


def _exports(raw: Sequence[str] | None) -> Sequence[float]:
    return [128.0, *hashed_words(raw, 128)] if raw else [0.0] * 129


def _directories(raw: Sequence[Raw] | None) -> Sequence[float]:
    out = [0.0] * 34
    if raw:
        places = _places("directories", "")
        for one in raw[1:-1]:
            at = 2 * places[one["name"]]
            out[at], out[at + 1] = one["size"], one["virtual_address"]
        out[32], out[33] = raw[0]["has_relocs"], raw[0]["has_dynamic_relocs"]
    return out


def _rich(raw: Sequence[int] | None) -> Sequence[float]:
    if not raw:
        return [0.0] * 33
    pairs = zip(map(str, raw[::2]), raw[1::2], strict=False)  # an odd last number has no partner
    return [float(len(raw) // 2), *hashed_pairs(pairs, 32)]


_SIGNATURE = (
    "num_certs", "self_signed", "empty_program_name", "no_countersigner", "parse_error", "chain_max_depth",
    "latest_signing_time", "signing_time_diff",
)  # fmt: skip


def _signature(raw: Raw | None) -> Sequence[float]:
    return [raw[key] for key in _SIGNATURE] if raw else [0.0] * len(_SIGNATURE)


def _remarks(raw: Sequence[str] | None) -> Sequence[float]:
    places = _places("remarks", "")
    out = [0.0] * (len(places) + 1)
    for text in raw or ():
        out[places[hashlib.sha256(text.encode()).hexdigest()[:8]]] = 1.0
    out[-1] = float(len(raw or ()))
    return out
