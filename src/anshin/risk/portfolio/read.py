"""Reads a portfolio from CSV or NPZ. Every unknown column and every bad value is named with its row."""

import csv
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from anshin.risk.errors import DataError, PortfolioError, RiskError
from anshin.risk.portfolio.model import KINDS, Portfolio, make_portfolio

NEEDED = ("rate", "median", "sigma")
NUMBERS = (
    *NEEDED, "serious_share", "serious_median", "serious_sigma", "deductible", "share", "limit", "limit_per_year",
)  # fmt: skip
TEXTS = ("sector", *KINDS)
IGNORED = ("id", "name")
LARGEST_FILE = 2 << 30


def read_portfolio(path: Path) -> Portfolio:
    """Return the portfolio of a `.csv` (UTF-8, a header row, one firm a row) or `.npz` file (one array a column).

    Columns: rate, median, sigma are needed; serious_share, serious_median, serious_sigma, deductible, share, limit,
    limit_per_year, sector, os, cloud, mail, supplier, vpn may be there; id and name are passed over. An empty limit is
    no limit. Raises DataError or PortfolioError.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DataError("data.unreadable", path=path, cause=f"it is larger than {LARGEST_FILE >> 30} GiB")
        columns = _npz(path) if path.suffix == ".npz" else _csv(path)
    except (OSError, ValueError, EOFError, csv.Error, BadZipFile) as error:
        if isinstance(error, RiskError):
            raise
        raise DataError("data.unreadable", path=path, cause=error) from error
    for key in NEEDED:
        if key not in columns:
            raise DataError("data.column", path=path, key=key, known=", ".join(NEEDED))
    for key in columns:
        if key not in (*NUMBERS, *TEXTS, *IGNORED):
            raise DataError(
                "data.key", path=path, key=key, cause=f"unknown column; there are: {', '.join(NUMBERS + TEXTS)}"
            )
    values: dict[str, Any] = {key: columns[key] for key in NUMBERS if key in columns}
    vendors = {kind: columns[kind] for kind in KINDS if kind in columns}
    return make_portfolio(**values, sector=columns.get("sector"), vendors=vendors, name=path.name)


def _npz(path: Path) -> dict[str, Any]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
        columns = {key: held[key] for key in held.files}
    return {key: value.tolist() if key in TEXTS else value for key, value in columns.items()}


def _csv(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text, strict=True)
        header = [name.strip() for name in next(rows, [])]
        for name in header:
            if header.count(name) > 1:
                raise DataError("data.key", path=path, key=name, cause="the column appears twice")
        held: list[list[str]] = [[] for _ in header]
        for number, row in enumerate(rows, start=2):
            if not row:
                continue
            if len(row) != len(header):
                cause = f"{len(row)} values where {len(header)} are needed"
                raise DataError("data.row", path=path, row=number, key="(all)", value=len(row), cause=cause)
            for column, value in zip(held, row, strict=True):
                column.append(value.strip())
    if not held or not held[0]:
        raise PortfolioError("portfolio.empty", where=path.name)
    columns = dict(zip(header, held, strict=True))
    return {key: _numbers(path, key, values) if key in NUMBERS else values for key, values in columns.items()}


def _numbers(path: Path, key: str, values: list[str]) -> Any:
    empty = "inf" if key.startswith("limit") else "nan"
    try:
        return np.array([value or empty for value in values], dtype=np.float64)
    except ValueError:
        for row, value in enumerate(values, start=2):
            try:
                float(value or empty)
            except ValueError as error:
                raise DataError("data.row", path=path, row=row, key=key, value=value, cause=error) from error
        raise
