"""Rows in the form of the feature files of EMBER, made of chance: there is no file behind them."""

import hashlib
import json
import random
from typing import Any

WORDS = ["KERNEL32.dll", "user32.DLL", "ws2_32.dll", "advapi32.dll"]
FUNCTIONS = ["CreateFileA", "ReadFile", "connect", "RegOpenKeyExW", "ws2_32.dll:ordinal9"]
_OPTIONAL = [
    "major_image_version",
    "minor_image_version",
    "major_linker_version",
    "minor_linker_version",
    "major_operating_system_version",
    "minor_operating_system_version",
    "major_subsystem_version",
    "minor_subsystem_version",
    "sizeof_code",
    "sizeof_headers",
    "sizeof_image",
    "sizeof_initialized_data",
    "sizeof_uninitialized_data",
    "sizeof_stack_reserve",
    "sizeof_stack_commit",
    "sizeof_heap_reserve",
    "sizeof_heap_commit",
    "address_of_entrypoint",
    "base_of_code",
    "image_base",
    "section_alignment",
    "checksum",
    "number_of_rvas_and_sizes",
]
_DOS = [
    "e_magic",
    "e_cblp",
    "e_cp",
    "e_crlc",
    "e_cparhdr",
    "e_minalloc",
    "e_maxalloc",
    "e_ss",
    "e_sp",
    "e_csum",
    "e_ip",
    "e_cs",
    "e_lfarlc",
    "e_ovno",
    "e_oemid",
    "e_oeminfo",
    "e_lfanew",
]
_DIRECTORIES = ["EXPORT", "IMPORT", "RESOURCE", "EXCEPTION", "SECURITY", "BASERELOC"]
_SIGNED = [
    "num_certs",
    "self_signed",
    "empty_program_name",
    "no_countersigner",
    "parse_error",
    "chain_max_depth",
    "latest_signing_time",
    "signing_time_diff",
]
_GENERAL = [
    "size",
    "vsize",
    "has_debug",
    "exports",
    "imports",
    "has_relocations",
    "has_resources",
    "has_signature",
    "has_tls",
    "symbols",
]


def digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def section(chance: random.Random, name: str) -> dict[str, Any]:
    size = chance.randrange(0, 90_000, 512)
    return {
        "name": name,
        "size": size,
        "entropy": chance.random() * 8,
        "vsize": size + 7,
        "size_ratio": chance.random(),
        "vsize_ratio": chance.random(),
        "props": chance.sample(["MEM_READ", "MEM_EXECUTE", "MEM_WRITE", "CNT_CODE"], 2),
    }


def _both(chance: random.Random, number: int) -> dict[str, Any]:
    """Return what the two versions share."""
    return {
        "sha256": digest(number),
        "histogram": [chance.randrange(900) for _ in range(256)],
        "byteentropy": [chance.randrange(90) for _ in range(256)],
        "section": {
            "entry": ".text",
            "sections": [section(chance, n) for n in (".text", ".data", "")],
            "overlay": {"size": chance.randrange(9000), "size_ratio": chance.random(), "entropy": chance.random()},
        },
        "imports": {word: chance.sample(FUNCTIONS, 3) for word in chance.sample(WORDS, 2)},
        "exports": chance.sample(["Run", "Stop", "ordinal7"], chance.randrange(3)),
    }


def _header(chance: random.Random) -> dict[str, Any]:
    return {
        "coff": {
            "timestamp": chance.randrange(1 << 31),
            "machine": chance.choice(["IMAGE_FILE_MACHINE_AMD64", "IMAGE_FILE_MACHINE_I386", "X"]),
            "number_of_sections": 3,
            "number_of_symbols": 0,
            "sizeof_optional_header": 240,
            "pointer_to_symbol_table": 0,
            "characteristics": ["EXECUTABLE_IMAGE", "DLL"],
        },
        "optional": {
            **{key: chance.randrange(1 << 20) for key in _OPTIONAL},
            "magic": "PE32",
            "subsystem": "IMAGE_SUBSYSTEM_WINDOWS_GUI",
            "dll_characteristics": ["NX_COMPAT", "DYNAMIC_BASE"],
        },
        "dos": {key: chance.randrange(1 << 16) for key in _DOS},
    }


def _texts(chance: random.Random) -> dict[str, Any]:
    counts = [chance.randrange(99) for _ in range(96)]
    return {"numstrings": 40, "avlength": 9.5, "printabledist": counts, "printables": sum(counts), "entropy": 4.5}


def row3(number: int, label: int | None, date: int, file_type: str = "Win32") -> dict[str, Any]:
    """Return a row of EMBER2024; one with label 1 has more downloads among its texts. `date` in seconds."""
    chance = random.Random(number)
    return {
        **_both(chance, number),
        "label": label,
        "first_submission_date": date,
        "file_type": file_type,
        "family": "somefamily" if label == 1 else None,
        "general": {"size": 90_000, "entropy": 6.5, "is_pe": 1, "start_bytes": [77, 90, 144, 0]},
        "strings": {
            **_texts(chance),
            "string_counts": {"download": chance.randrange(4) + (6 if label == 1 else 0), "http://": 2},
        },
        "header": _header(chance),
        "datadirectories": [
            {"has_relocs": 1, "has_dynamic_relocs": 0},
            *(
                {"name": n, "size": chance.randrange(999), "virtual_address": chance.randrange(9999)}
                for n in _DIRECTORIES
            ),
        ],
        "richheader": [chance.randrange(1 << 24) for _ in range(6)],
        "authenticode": {key: n for n, key in enumerate(_SIGNED)},
        "pefilewarnings": ["Imported symbols contain entries typical of packed executables..."],
    }


def row2(number: int, label: int, month: str) -> dict[str, Any]:
    """Return a row of EMBER2018."""
    chance = random.Random(number)
    return {
        **_both(chance, number),
        "label": label,
        "appeared": month,
        "avclass": "somefamily" if label == 1 else "",
        "general": {key: chance.randrange(99) + (99 if label == 1 else 0) for key in _GENERAL},
        "strings": {**_texts(chance), "paths": 1, "urls": 2, "registry": 3, "MZ": 4},
        "header": _header(chance),
        "datadirectories": [
            {"name": "X", "size": chance.randrange(999), "virtual_address": chance.randrange(9999)} for _ in range(15)
        ],
    }


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
