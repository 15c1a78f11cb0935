"""Tries the edits on malicious test files and counts what is still caught."""

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from anshin.training.evaluate.evasion import documents, programs, scripts
from anshin.training.evaluate.evasion.edit import Edit
from anshin.training.evaluate.metrics import rate

QUERIES = 20
"""Tries of the random attack for one file: an attacker who may ask the model that often."""
BEFORE, WORST, RANDOM = "before", "worst single edit", "random attack"
Score = Callable[[bytes, str], float | None]


def edits_of(family: str) -> tuple[Edit, ...]:
    """Return the edits for a format family; none where a format has none that are safe to claim."""
    if family == "pe":
        return programs.EDITS
    if family == "pdf":
        return documents.EDITS
    if family in {"javascript", "powershell", "vbscript", "vba", "php", "shell", "python"}:
        return scripts.edits_for(family)
    return ()


def attack(
    family: str, files: Iterable[tuple[str, bytes]], honest: Sequence[bytes], score: Score, threshold: float
) -> dict[str, Any]:
    """Return what is caught before and after each edit, after the worst of them, and after the random attack.

    `files` are (name, bytes) of malicious test files; `score` gives the model's probability. A file that an edit has no
    room in counts with its own score. Seeded by the file's place, so that the same files give the same figures.
    """
    edits = edits_of(family)
    rows: list[list[float]] = []
    for number, (name, data) in enumerate(files):
        before = score(data, name)
        if before is None:
            continue
        chance = random.Random(number)  # noqa: S311 -- repeatable, not secret
        material = honest[number % len(honest)] if honest else b""
        row = [before, *(_after(edit, data, name, chance, material, score, before) for edit in edits)]
        row.append(min(row[1:], default=before))
        row.append(_random_attack(edits, data, name, chance, honest, score, min(row)))
        rows.append(row)
    names = [BEFORE, *(e.name for e in edits), WORST, RANDOM]
    caught = (np.array(rows) >= threshold).sum(axis=0) if rows else np.zeros(len(names), dtype=int)
    found = {n: rate(int(c), len(rows)) for n, c in zip(names, caught, strict=True)}
    return {
        "family": family,
        "files": len(rows),
        "threshold": threshold,
        "queries": QUERIES,
        "caught": {n: r.document() for n, r in found.items()},
    }


def _after(
    edit: Edit, data: bytes, name: str, chance: random.Random, honest: bytes, score: Score, before: float
) -> float:
    edited = edit.apply(data, chance, honest)
    if edited is None:
        return before
    found = score(edited, name)
    return before if found is None else found


def _random_attack(
    edits: Sequence[Edit],
    data: bytes,
    name: str,
    chance: random.Random,
    honest: Sequence[bytes],
    score: Score,
    best: float,
) -> float:
    """Return the lowest score of `QUERIES` random chains of edits; each goes on from the best file so far."""
    held = data
    for _ in range(QUERIES if edits else 0):
        edited = held
        for edit in chance.choices(edits, k=chance.randrange(1, 4)):
            edited = edit.apply(edited, chance, chance.choice(honest) if honest else b"") or edited
        if len(edited) > 16 * len(data) + (1 << 22):
            continue
        found = score(edited, name)
        if found is not None and found < best:
            best, held = found, edited
    return best
