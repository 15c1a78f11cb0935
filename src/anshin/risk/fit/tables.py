"""Tables of bands, read strictly."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

from anshin.risk import check
from anshin.risk.errors import DataError, ParameterError, RiskError

KEYS = ("ja", "en", "edges", "n", "counts", "percent", "grade", "source", "note")


@dataclass(frozen=True, slots=True)
class BandTable:
    """How many of `sum(counts)` losses lay in [edges[i], edges[i + 1]); the last band has no upper edge.

    Counts need not be whole: a table published in per cent gives n x per cent / 100.
    """

    code: str
    edges: tuple[float, ...]
    counts: tuple[float, ...]
    source: str = ""
    grade: str = "estimated"

    def __post_init__(self) -> None:
        """Refuse what is no table."""
        where = f"bands {self.code}"
        if len(self.counts) < 2:
            raise ParameterError("parameter.empty", where=where)
        if len(self.edges) != len(self.counts):
            lengths = f"{len(self.edges)}, {len(self.counts)}"
            raise ParameterError("parameter.length", where=f"{where} edges, counts", value=lengths)
        for value in (*self.edges, *self.counts):
            check.not_negative(where, "an edge or count", value)
        if any(a >= b for a, b in pairwise(self.edges)):
            raise ParameterError("parameter.order", where=where, value=", ".join(map(str, self.edges)))
        if sum(self.counts) <= 0:
            raise ParameterError("parameter.not_positive", where=where, name="number of losses", value=0)

    @property
    def n(self) -> float:
        """Return the number of losses."""
        return math.fsum(self.counts)


def published_bands() -> dict[str, BandTable]:
    """Return the tables that come with Anshin (fit/bands.yaml) by code."""
    text = files("anshin.risk.fit").joinpath("bands.yaml").read_text(encoding="utf-8")
    return read_bands(yaml.safe_load(text), "bands.yaml")


def read_bands(document: Any, path: str) -> dict[str, BandTable]:
    """Return the tables of a parsed YAML document by code. Raises DataError naming the file and the key."""
    if not isinstance(document, Mapping) or not document:
        raise DataError("data.key", path=path, key="(top)", cause="a mapping of tables is needed")
    return {str(code): _table(str(code), entry, path) for code, entry in document.items()}


def _table(code: str, entry: Any, path: str) -> BandTable:
    if not isinstance(entry, Mapping):
        raise DataError("data.key", path=path, key=code, cause="a mapping is needed")
    unknown = [str(key) for key in entry if key not in KEYS]
    missing = [key for key in ("edges", "n", "grade", "source") if not entry.get(key)]
    if unknown or missing:
        cause = f"unknown key; there are: {', '.join(KEYS)}" if unknown else "it is missing"
        raise DataError("data.key", path=path, key=f"{code}.{(unknown or missing)[0]}", cause=cause)
    try:
        edges = tuple(map(float, entry["edges"]))
        return BandTable(code, edges, _counts(entry), str(entry["source"]), str(entry["grade"]))
    except (RiskError, TypeError, ValueError) as error:
        raise DataError("data.key", path=path, key=code, cause=error) from error


def _counts(entry: Mapping[str, Any]) -> tuple[float, ...]:
    if ("counts" in entry) == ("percent" in entry):
        raise ValueError("give either counts or percent")
    if "counts" in entry:
        counts = tuple(map(float, entry["counts"]))
        if sum(counts) != entry["n"]:
            raise ValueError(f"the counts add up to {sum(counts):g}, not to n")
        return counts
    whole = sum(entry["percent"])
    if abs(whole - 100) > 1.5:  # rounding of five figures
        raise ValueError(f"the per cent add up to {whole:g}")
    return tuple(entry["n"] * part / whole for part in entry["percent"])
