"""Train, validation and test parts that share no near-duplicate, by the rules in `splits.yaml`."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from anshin.training.errors import SplitError
from anshin.training.tables.store import Table

VALID_FIFTH = 5
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the rules: a source, or a piece of it."""

    source: str
    share: float = 1.0
    start: str = ""  # ISO date, from here on
    end: str = ""  # ISO date, before this

    def mask(self, table: Table) -> Mask:
        """Return which rows belong to it. Rows without a date belong to no piece that asks for one."""
        found: Mask = table.columns["source"] == self.source
        if self.share < 1:
            found &= np.array([fraction(key) < self.share for key in _keys(table)], dtype=bool)
        if self.start or self.end:
            dates = table.columns["date"]
            found &= np.array([bool(d) and self.start <= d and (not self.end or d < self.end) for d in dates], bool)
        return found


@dataclass(frozen=True, slots=True)
class Rules:
    """How one family is split. `claim_fpr` is the lowest false-positive rate its test can show; None: only counts."""

    family: str
    train: dict[str, tuple[Part, ...]]
    test: dict[str, tuple[Part, ...]]
    claim_fpr: float | None
    always_train: frozenset[str] = frozenset()
    """Groups that only train, whatever else the rules say of their source, and weigh more than others."""
    watch_at_least: float = 0.0
    """Probability below which the threshold to watch never lies."""


@dataclass(frozen=True, slots=True)
class Split:
    """Masks over the rows of a table; what is in none of them was left out."""

    train: Mask
    valid: Mask
    test: Mask
    left_out: int  # test rows whose cluster stands in training
    pinned: Mask  # rows that only train, by the rules


@cache
def rules() -> dict[str, Rules]:
    """Return the rules by family."""
    text = files("anshin.training").joinpath("splits.yaml").read_text(encoding="utf-8")
    return {family: _rules(family, row) for family, row in yaml.safe_load(text).items()}


def _rules(family: str, row: dict[str, Any]) -> Rules:
    sides = {
        side: {label: tuple(map(_part, parts)) for label, parts in row[side].items()} for side in ("train", "test")
    }
    return Rules(
        family,
        sides["train"],
        sides["test"],
        row["claim_fpr"],
        frozenset(row.get("always_train", ())),
        float(row.get("watch_at_least", 0.0)),
    )


def _part(row: str | dict[str, Any]) -> Part:
    if isinstance(row, str):
        return Part(row)
    return Part(row["source"], float(row.get("share", 1)), str(row.get("from", "")), str(row.get("before", "")))


def _keys(table: Table) -> list[str]:
    """Return what stays together: the group where there is one, else the cluster."""
    return [f"{source}|{group}" for source, group in zip(table.columns["source"], table.groups(), strict=True)]


def fraction(key: str) -> float:
    """Return a number in [0, 1) that is the same for the same key everywhere."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) / 16**12


def split(table: Table, by: Rules) -> Split:
    """Return the parts of a table. Raises SplitError where a class has nothing on a side."""
    labels = table.labels()
    pinned = np.array([group in by.always_train for group in table.columns["group"]], dtype=bool)
    test = np.zeros(len(table), dtype=bool)
    train = np.zeros(len(table), dtype=bool)
    for label, number in (("malicious", 1), ("benign", 0)):
        of_class = labels == number
        test |= of_class & _any(table, by.test.get(label, ())) & ~pinned
        train |= of_class & _any(table, by.train.get(label, ())) & ~test
    clusters = table.columns["cluster"]
    known = set(clusters[train])
    repeated = test & np.array([c in known for c in clusters], dtype=bool)
    test &= ~repeated
    # a benign cluster that the test took out of a shared source must not be trained on either: handled by the group
    held = np.array([fraction(f"valid|{key}") < 1 / VALID_FIFTH for key in table.groups()], dtype=bool)
    valid = train & held & ~pinned
    train &= ~valid
    parts = Split(train, valid, test, int(repeated.sum()), pinned)
    check_sides(parts, labels, by.family, thing="file", advice="add a source to splits.yaml")
    return parts


def check_sides(parts: Split, labels: npt.NDArray[np.int8], family: str, *, thing: str, advice: str) -> None:
    """Raise SplitError where a class has nothing on a side."""
    for side, mask in (("training", parts.train), ("validation", parts.valid), ("test", parts.test)):
        for number, word in ((1, "malicious"), (0, "benign")):
            if not (labels[mask] == number).any():
                raise SplitError(f"{family}: no {word} {thing} is left for {side}; {advice}")


def _any(table: Table, parts: Iterable[Part]) -> Mask:
    found = np.zeros(len(table), dtype=bool)
    for part in parts:
        found |= part.mask(table)
    return found
