"""The catalogue of sources: which repository at which commit, what its files are called, and what is known of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from anshin.training.corpora.git_blobs import list_blobs, read_blobs
from anshin.training.corpora.packed import members
from anshin.training.corpora.sample import Label, Sample
from anshin.training.errors import CorpusError

LARGEST = 32 * 1024 * 1024
"""Bytes of the largest file that is taken as a sample."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the catalogue."""

    id: str
    repository: str
    commit: str
    label: Label
    paths: tuple[str, ...]
    licence: str
    bias: str
    skip: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    stated: str = ""
    stated_by: tuple[tuple[str, str], ...] = ()
    passwords: tuple[str, ...] | None = None
    group: re.Pattern[str] | None = None
    family: re.Pattern[str] | None = None
    date: re.Pattern[str] | None = None
    date_is: str = ""


@cache
def sources() -> dict[str, Source]:
    """Return all sources by id."""
    text = files("anshin.training.corpora").joinpath("sources.yaml").read_text(encoding="utf-8")
    found = [_source(row) for row in yaml.safe_load(text)]
    return {source.id: source for source in found}


def _source(row: dict[str, Any]) -> Source:
    archives = row.pop("archives", None)
    patterns = {key: re.compile(row.pop(key)) for key in ("group", "family", "date") if key in row}
    return Source(
        id=row["id"],
        repository=row["repository"],
        commit=row["commit"],
        label=Label(row["label"]),
        paths=tuple(row["paths"]),
        licence=row["licence"],
        bias=row["bias"],
        skip=tuple(row.get("skip", ())),
        kinds=frozenset(row.get("kinds", ())),
        stated=row.get("stated", ""),
        stated_by=tuple(row.get("stated_by", {}).items()),
        passwords=tuple(archives["passwords"]) if archives else None,
        date_is=row.get("date_is", ""),
        **patterns,
    )


def read_source(source: Source, git_dir: Path) -> Iterator[Sample]:
    """Yield the samples of a source. Raises CorpusError where the repository does not hold the commit.

    An archive that none of the known passwords opens is left out: its label says nothing about the archive's own bytes.
    """
    blobs = list_blobs(git_dir, source.commit, source.paths, source.skip)
    if not blobs:
        raise CorpusError(f"{source.id}: no file of {source.repository} fits the catalogue's patterns")
    wanted = [b for b in blobs if 0 < b.size <= LARGEST]
    for blob, data in read_blobs(git_dir, wanted):
        if source.passwords is not None and data[:4] in {b"PK\x03\x04", b"7z\xbc\xaf"} and not _is_document(data):
            try:
                for name, member in members(data, source.passwords):
                    path = f"{blob.path}!{name}"
                    if member and not any(fnmatchcase(path, pattern) for pattern in source.skip):
                        yield _sample(source, path, member)
            except CorpusError:
                continue
        else:
            yield _sample(source, blob.path, data)


def _is_document(data: bytes) -> bool:
    return b"[Content_Types].xml" in data[:4096] or b"AndroidManifest.xml" in data or data[30:38] == b"mimetype"


def _sample(source: Source, path: str, data: bytes) -> Sample:
    return Sample(
        data=data,
        name=path,
        label=source.label,
        source=source.id,
        family=_first(source.family, path),
        date=_date(source, path),
        stated=next((kind for pattern, kind in source.stated_by if fnmatchcase(path, pattern)), source.stated),
        group=_first(source.group, path),
    )


def _first(pattern: re.Pattern[str] | None, path: str) -> str:
    found = pattern.search(path) if pattern else None
    return found.group(1) if found else ""


def _date(source: Source, path: str) -> str:
    """Return the date in ISO form; the collection of scripts writes 1936 for a file whose time was not known."""
    raw = source.date_is or _first(source.date, path)
    if re.fullmatch(r"\d{8}", raw):
        raw = f"{raw[:4]}-{raw[4:6]}-{raw[6:]}"
    return raw if raw[:4] >= "1990" else ""
