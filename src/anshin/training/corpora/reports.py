"""Accepted false-positive reports as the console exports them (CSV or JSON): a hash, a family and the signs found.

Never the file: what is known of it is which signs of the catalogue it showed, with the rest of the verdict's numbers.
"""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anshin.engine.features.vector import families

SOURCE = "reports"
"""Name of this source in tables: its rows train, and never test."""
COLUMNS = ("sha256", "label", "source", "family", "date", "signs")
"""What a row must have; the console writes more (score, versions), which tells a reader where it came from."""
FORMAT = 1
_WHO = "false-positive-report"
_ESCAPED = re.compile(r"^'(?=[=+\-@\t\r])")  # the console's guard against formulas in spreadsheets


@dataclass(frozen=True, slots=True)
class Report:
    """One accepted report."""

    sha256: str
    families: tuple[str, ...]  # those of ours; a document with macros is reported for both
    date: str
    signs: frozenset[str]  # codes that were found in it


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that is not taken, and why."""

    file: Path
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.why}"


@dataclass(slots=True)
class Reading:
    """What the files gave."""

    reports: dict[str, Report] = field(default_factory=dict)  # by hash, in order
    refused: list[Refused] = field(default_factory=list)
    repeated: int = 0  # another report of a hash that was there


def read_reports(files: Iterable[Path]) -> Reading:
    """Return the reports of all files, each hash once; a damaged row is refused and the others are kept."""
    found = Reading()
    for path in files:
        for line, row in _rows(path, found):
            try:
                report = _report(row)
            except ValueError as error:
                found.refused.append(Refused(path, line, str(error)))
                continue
            known = found.reports.get(report.sha256)
            if known is None:
                found.reports[report.sha256] = report
                continue
            found.repeated += 1
            both = tuple(sorted({*known.families, *report.families}))
            found.reports[report.sha256] = Report(
                report.sha256, both, min(known.date, report.date), known.signs | report.signs
            )
    return found


def _rows(path: Path, found: Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the number of the line and the cells of every row; a file that is no export is refused as a whole."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        found.refused.append(Refused(path, 1, f"it cannot be read ({error.strerror}); check the name and the rights"))
        return
    except UnicodeDecodeError as error:
        found.refused.append(
            Refused(path, 1, f"byte {error.start} is not UTF-8; export the reports again from the console")
        )
        return
    yield from (_of_json if text.lstrip().startswith("{") else _of_csv)(path, text, found)


def _of_json(path: Path, text: str, found: Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        why = f"the JSON breaks off or is damaged here ({error.msg}); export the reports again from the console"
        found.refused.append(Refused(path, error.lineno, why))
        return
    if document.get("schema_version") != FORMAT or not isinstance(document.get("labels"), list):
        why = f'not an export of accepted reports: "schema_version" {FORMAT} and a list "labels" are expected'
        found.refused.append(Refused(path, 1, why))
        return
    for line, row in zip(_lines(text, document["labels"]), document["labels"], strict=True):
        if isinstance(row, dict):
            yield line, row
        else:
            found.refused.append(Refused(path, line, "a row is an object with the columns " + ", ".join(COLUMNS)))


def _lines(text: str, rows: Sequence[Any]) -> Iterator[int]:
    """Yield the line on which each element of "labels" begins."""
    decoder = json.JSONDecoder()
    start = re.search(r'"labels"\s*:\s*\[', text)
    at = start.end() if start else 0
    for _ in rows:
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        yield text.count("\n", 0, at) + 1
        _, at = decoder.raw_decode(text, at)


def _of_csv(path: Path, text: str, found: Reading) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.refused.append(Refused(path, reader.line_num, f"not a row of CSV ({error}); export it again"))
            continue
        if not header:
            header = cells
            missing = [c for c in COLUMNS if c not in header]
            if missing:
                why = f"the first line must name the columns; missing: {', '.join(missing)}"
                found.refused.append(Refused(path, reader.line_num, why))
                return
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            why = f"it has {len(cells)} cells, the header {len(header)}; export it again, or mend the row"
            found.refused.append(Refused(path, reader.line_num, why))
            continue
        row: dict[str, Any] = {k: _ESCAPED.sub("", v) for k, v in zip(header, cells, strict=True)}
        yield reader.line_num, row


def _report(row: Mapping[str, Any]) -> Report:
    """Return the report of one row. Raises ValueError with a sentence."""
    missing = [c for c in COLUMNS if c not in row]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    digest = row["sha256"]
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError(f"sha256 is {digest!r}, not 64 hexadecimal digits")
    if row["label"] != "benign" or row["source"] != _WHO:
        raise ValueError(
            f"label {row['label']!r} of source {row['source']!r}: only accepted reports (benign, {_WHO}) become rows"
        )
    date = row["date"]
    if not isinstance(date, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
        raise ValueError(f"date is {date!r}, not like 2026-11-25")
    named = str(row["family"]).split(",")
    known = tuple(sorted(f for f in named if f in families()))
    if not known:
        raise ValueError(f"family {row['family']!r} is none that can have a model ({', '.join(families())})")
    return Report(digest, known, date, frozenset(_signs(row["signs"])))


def _signs(cell: Any) -> Iterator[str]:
    """Yield the codes of `code:weight code:weight` (CSV) or of objects with both (JSON)."""
    if isinstance(cell, str):
        pairs = [(code, weight) for code, _, weight in (part.rpartition(":") for part in cell.split())]
    elif isinstance(cell, list) and all(isinstance(sign, dict) for sign in cell):
        pairs = [(sign.get("code"), sign.get("weight")) for sign in cell]
    else:
        raise ValueError("signs is neither a list of code and weight nor text of the form code:weight")
    for code, weight in pairs:
        if not isinstance(code, str) or not code:
            raise ValueError(
                f"signs has {weight!r} without a code before it; take the JSON export: it keeps blanks in names"
            )
        try:
            value = math.nan if isinstance(weight, bool) else float(weight)
        except (TypeError, ValueError):
            value = math.nan
        if not 0 <= value <= 1:
            raise ValueError(f"the weight of {code} in signs is {weight!r}, not a number from 0 to 1")
        yield code
