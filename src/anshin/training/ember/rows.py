"""Feature files as the data sets publish them: one JSON object a line, plain or gzip, read one line after the other."""

import datetime as dt
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anshin.engine.features import ember
from anshin.training.ember import version2, version3
from anshin.training.ember.version3 import Numbers
from anshin.training.errors import CorpusError

SUBSETS = ("train", "test", "challenge")
FAMILIES: Mapping[str, str] = {"ember_pe": "pe", "ember_elf": "elf", "ember_pdf": "pdf", "ember_android": "android"}
"""Families whose vector the engine computes too, with the family that a model on it judges there."""
OLD = "ember2018_pe"
_TYPES = {
    "Win32": "ember_pe", "Win64": "ember_pe", "Dot_Net": "ember_pe", "ELF": "ember_elf", "PDF": "ember_pdf",
    "APK": "ember_android",
}  # fmt: skip
_ENDING = re.compile(r"\.jsonl(?:\.gz)?$")


@dataclass(frozen=True, slots=True)
class FeatureFile:
    """One file and the subset that its name tells."""

    path: Path
    subset: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row with numbers. `label` is 1, 0, or None where nobody has labelled it."""

    sha256: str
    label: int | None
    family: str  # ours: which table it belongs to
    malware: str  # family of malware where known
    date: str  # ISO date or month
    source: str
    values: Numbers


def names(family: str) -> tuple[str, ...]:
    """Return what stands where in the vector of a family."""
    return version2.names() if family == OLD else ember.names()


def feature_files(folder: Path) -> list[FeatureFile]:
    """Return the feature files in a folder and below it, training first. Raises CorpusError where there is none."""
    found = []
    for path in sorted(folder.rglob("*.jsonl*")):
        subset = next((s for s in SUBSETS if s in path.name), "")
        if _ENDING.search(path.name) and subset:
            found.append(FeatureFile(path, subset))
    if not found:
        raise CorpusError(
            f"{folder}: no feature file is in it; files of EMBER end in .jsonl or .jsonl.gz and have one of "
            f"{', '.join(SUBSETS)} in their name"
        )
    return sorted(found, key=lambda f: (SUBSETS.index(f.subset), f.path))


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of every line. Raises CorpusError where the file breaks off."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            yield from enumerate(stream, 1)
    except (OSError, EOFError) as error:
        raise CorpusError(f"{path} cannot be read to its end ({error}); download it again") from error


def read_row(line: bytes, subset: str) -> Row:
    """Return one row. Raises ValueError with a sentence where it is damaged."""
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON ({error}); download the file again") from error
    if not isinstance(raw, dict):
        raise ValueError("not an object of JSON; download the file again")  # noqa: TRY004 -- one kind for damage
    digest = raw.get("sha256")
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", digest):
        raise ValueError("sha256 is missing or has not 64 hexadecimal digits")
    old = "appeared" in raw
    family = OLD if old else _TYPES.get(str(raw.get("file_type")), "")
    if not family:
        raise ValueError(f"file_type {raw.get('file_type')!r} is none of {', '.join(_TYPES)}")
    label = _label(raw)
    try:
        values = (version2 if old else version3).vector(raw) if label is not None else _NOTHING
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"the features are damaged or of another version ({type(error).__name__}: {error})") from error
    if not bool(_finite(values)):
        raise ValueError("a feature is not a number that can be used")
    year = "ember2018" if old else "ember2024"
    return Row(digest.lower(), label, family, _malware(raw), _date(raw, old=old), f"{year}-{subset}", values)


def _finite(values: Numbers) -> bool:
    import numpy as np

    return bool(np.isfinite(values).all())


def _label(raw: Mapping[str, Any]) -> int | None:
    """Return the label; the data sets write -1 (2018) or null (2024) where there is none."""
    label = raw.get("label")
    if label is None and "label" in raw:
        return None
    if isinstance(label, bool) or label not in (-1, 0, 1):
        raise ValueError(f"label is {label!r}; 1 (malicious), 0 (benign) or -1 (not labelled) is expected")
    return None if label == -1 else int(label)


def _malware(raw: Mapping[str, Any]) -> str:
    return str(raw.get("family") or raw.get("avclass") or "") if raw.get("label") == 1 else ""


def _date(raw: Mapping[str, Any], *, old: bool) -> str:
    """Return the month (2018), or the date of the first submission (2024, seconds since 1970)."""
    if old:
        month = str(raw["appeared"])
        if not re.fullmatch(r"\d{4}-\d{2}", month):
            raise ValueError(f"appeared is {month!r}, not a month like 2018-10")
        return month
    when = raw.get("first_submission_date")
    if not isinstance(when, int | float) or isinstance(when, bool):
        raise ValueError(f"first_submission_date is {when!r}, not a number of seconds")  # noqa: TRY004
    return dt.datetime.fromtimestamp(when, tz=dt.UTC).date().isoformat()


_NOTHING: Numbers = version3.shares([0.0], 1)[:0]
