"""Reads terms from YAML, strictly: unknown keys, floats where yen belong and rates that are no fraction are refused."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from anshin.risk.errors import DataError, RiskError
from anshin.risk.money import Rounding, Yen, read_rate
from anshin.risk.terms.model import ORDERS, Part, Step, Sublimit, Terms, Waiting

SHIPPED = ("pack", "full")
"""The terms that come with Anshin."""


def load_terms(code: str) -> Terms:
    """Return terms that come with Anshin: `pack` (the bundle's ¥4,000,000) or `full` (all four classes)."""
    if code not in SHIPPED:
        raise DataError("parameter.unknown", where="terms", value=code, known=", ".join(SHIPPED))
    text = files("anshin.risk.terms").joinpath(f"{code}.yaml").read_text(encoding="utf-8")
    return read_terms(yaml.safe_load(text), f"{code}.yaml")


def read_terms(document: Any, path: str | Path = "terms") -> Terms:
    """Return the terms of a parsed YAML document. Raises DataError naming the file and the key."""
    data = _Reader(document, str(path), "")
    data.only("code", "ja", "en", "parts", "limit_per_event", "limit_per_year", "excluded", "sources")
    parts = tuple(_part(part) for part in data.readers("parts"))
    terms: Terms = data.build(
        Terms,
        code=data.text("code"),
        ja=data.text("ja"),
        en=data.text("en"),
        parts=parts,
        limit_per_event=data.yen("limit_per_event"),
        limit_per_year=data.yen("limit_per_year"),
        excluded=data.codes("excluded"),
    )
    return terms


def _part(data: "_Reader") -> Part:
    data.only(
        "code", "ja", "en", "items", "perils", "deductible", "share", "limit", "order", "sublimits", "waiting",
        "limit_per_year", "rounding",
    )  # fmt: skip
    part: Part = data.build(
        Part,
        code=data.text("code"),
        ja=data.text("ja"),
        en=data.text("en"),
        items=data.codes("items"),
        perils=data.codes("perils"),
        deductible=data.yen("deductible") or Yen(0),
        share=data.parsed("share", read_rate, "100%"),
        limit=data.yen("limit"),
        order=data.parsed("order", lambda steps: tuple(Step(step) for step in steps), ORDERS[0]),
        sublimits=tuple(_sublimit(inner) for inner in data.readers("sublimits")),
        waiting=_waiting(data.reader("waiting")) if "waiting" in data.document else None,
        limit_per_year=data.yen("limit_per_year"),
        rounding=data.parsed("rounding", Rounding, "down"),
    )
    return part


def _sublimit(data: "_Reader") -> Sublimit:
    data.only("items", "limit")
    sublimit: Sublimit = data.build(Sublimit, items=data.codes("items"), limit=data.parsed("limit", Yen))
    return sublimit


def _waiting(data: "_Reader") -> Waiting:
    data.only("hours", "kind", "longest")
    waiting: Waiting = data.build(
        Waiting,
        hours=data.parsed("hours", int),
        kind=data.parsed("kind", str, "deductible"),
        longest=data.document.get("longest"),
    )
    return waiting


class _Reader:
    """One mapping of the document and where it stands."""

    def __init__(self, document: Any, path: str, place: str) -> None:
        self.path, self.place = path, place
        if not isinstance(document, Mapping):
            raise self.error(place or "(top)", "a mapping is needed")
        self.document = document

    def error(self, key: str, cause: object) -> DataError:
        return DataError("data.key", path=self.path, key=key, cause=cause)

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def only(self, *keys: str) -> None:
        for key in self.document:
            if key not in keys:
                raise self.error(self.at(str(key)), f"unknown key; there are: {', '.join(keys)}")

    def text(self, key: str) -> str:
        value = self.document.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(self.at(key), "a text is needed")
        return value

    def yen(self, key: str) -> Yen | None:
        return None if self.document.get(key) is None else self.parsed(key, Yen)

    def codes(self, key: str) -> frozenset[str]:
        value = self.document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            raise self.error(self.at(key), "a list of codes is needed")
        return frozenset(value)

    def parsed(self, key: str, parse: Any, default: Any = None) -> Any:
        value = self.document.get(key, default)
        if value is None:
            raise self.error(self.at(key), "it is missing")
        try:
            return parse(value) if value is not default or isinstance(value, str) else value
        except RiskError as error:
            raise self.error(self.at(key), error) from error
        except (TypeError, ValueError) as error:
            raise self.error(self.at(key), error) from error

    def readers(self, key: str) -> list["_Reader"]:
        value = self.document.get(key, [])
        if not isinstance(value, list):
            raise self.error(self.at(key), "a list is needed")
        return [_Reader(inner, self.path, f"{self.at(key)}[{index}]") for index, inner in enumerate(value)]

    def reader(self, key: str) -> "_Reader":
        return _Reader(self.document[key], self.path, self.at(key))

    def build(self, make: Any, /, **values: Any) -> Any:
        try:
            return make(**values)
        except RiskError as error:
            raise self.error(self.place or "(top)", error) from error
