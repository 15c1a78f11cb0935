"""Trains and calibrates on a mapped table: rows pass by in batches, LightGBM keeps its own small copy (a byte each).

The split is the data set's own: its training files train, their last month chooses the thresholds, its test files test.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from anshin.training.fit import PROTECT_FPR, Fitted, fit_stack, stacked, threshold, watch_threshold
from anshin.training.split import VALID_FIFTH, Part, Rules, Split, check_sides, fraction
from anshin.training.tables.store import Table
from anshin.training.trees.export import to_onnx, to_paths
from anshin.training.trees.train import PARAMETERS, PATIENCE, ROUNDS

LARGE: dict[str, Any] = {"num_leaves": 64, "min_data_in_leaf": 100, "bin_construct_sample_cnt": 20_000}
"""What differs from our own small tables (leaves after the authors of EMBER2024)."""
CHUNK = 4096
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class MappedRows(lightgbm.Sequence):  # type: ignore[misc]
    """Some rows of a mapped table, as LightGBM asks for them: one by one for a sample, then in batches, in order."""

    batch_size = CHUNK

    def __init__(self, features: npt.NDArray[np.float32], rows: npt.NDArray[np.intp]) -> None:
        """Keep the map and the numbers of the rows."""
        self._features, self._rows = features, rows

    def __getitem__(self, at: Any) -> Floats:
        """Return one row or a batch, in the width that LightGBM wants."""
        return np.asarray(self._features[self._rows[at]], dtype=np.float64)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)


def rules_of(family: str) -> Rules:
    """Return the rules as the evaluation names them; who trains and who tests is told by the files."""
    year = family.partition("_")[0]
    year = "ember2024" if year == "ember" else year
    both = ("malicious", "benign")
    return Rules(
        family,
        {label: (Part(f"{year}-train"),) for label in both},
        {label: (Part(f"{year}-test"),) for label in both},
        0.001,
    )


def split_by_files(table: Table) -> Split:
    """Return the data set's own split; rows of a challenge are in none of its parts. Raises SplitError."""
    source, labels = table.columns["source"], table.labels()
    train = np.array([s.endswith("-train") for s in source], dtype=bool)
    test = np.array([s.endswith("-test") for s in source], dtype=bool)
    months = np.array([d[:7] for d in table.columns["date"]], dtype=object)
    last = max(months[train], default="")
    held: Mask = np.array(months == last, dtype=bool)
    by_month = all((labels[train & part] == k).any() for part in (held, ~held) for k in (0, 1))
    if not by_month:
        held = np.array([fraction(f"valid|{h}") < 1 / VALID_FIFTH for h in table.columns["sha256"]], dtype=bool)
    parts = Split(train & ~held, train & held, test, 0, np.zeros_like(train))
    check_sides(parts, labels, table.family, thing="row", advice="add the data set's other files")
    return parts


def fit_mapped(table: Table, model: Path, say: Callable[[str], None]) -> Fitted:
    """Return the fitted trees. `model` keeps them: where it holds trees of this very table they are not trained again.

    Raises SplitError.
    """
    parts, labels = split_by_files(table), table.labels()
    booster = _kept(model, table) or _trained(table, parts, labels, model, say)
    trees = _predicted(booster, table.features)
    valid = parts.valid
    stack = fit_stack(trees[valid], None, labels[valid], table.columns["cluster"][valid])
    probability = stacked(stack, trees, None)
    groups = table.groups()[valid]
    watch = watch_threshold(probability[valid], labels[valid], groups)
    protect = threshold(probability[valid], labels[valid], groups, PROTECT_FPR, above=watch.probability)
    paths = to_paths(booster)
    onnx = to_onnx(paths, len(table.names))
    return Fitted(table.family, table, parts, booster, paths, onnx, trees, None, stack, probability, watch, protect)


def challenge(fitted: Fitted) -> dict[str, int] | None:
    """Return what is caught of the challenge files (malware that no product knew at first); None without them."""
    mask = np.array([s.endswith("-challenge") for s in fitted.table.columns["source"]], dtype=bool)
    mask &= fitted.table.labels() == 1
    if not mask.any():
        return None
    p = fitted.probability[mask]
    return {
        "files": int(mask.sum()),
        "watch": int((p >= fitted.watch.probability).sum()),
        "protect": int((p >= fitted.protect.probability).sum()),
    }


def for_engine(fitted: Fitted, family: str) -> Fitted:
    """Return the same under the family that the engine asks for."""
    return replace(fitted, family=family)


def _trained(
    table: Table, parts: Split, labels: npt.NDArray[np.int8], model: Path, say: Callable[[str], None]
) -> lightgbm.Booster:
    parameters = {**PARAMETERS, **LARGE, "num_threads": os.cpu_count() or 1}

    def data(mask: Mask, reference: lightgbm.Dataset | None = None) -> lightgbm.Dataset:
        rows = np.flatnonzero(mask)
        weight = 0.5 / np.array([max(1, (labels[rows] == k).sum()) for k in (0, 1)])[labels[rows]] * len(rows)
        return lightgbm.Dataset(
            MappedRows(table.features, rows), labels[rows], weight=weight, reference=reference, params=parameters
        )

    def told(state: Any) -> None:
        if state.iteration % 50 == 49:
            say(f"{table.family}: {state.iteration + 1} of at most {ROUNDS} trees")

    train = data(parts.train)
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    booster = lightgbm.train(parameters, train, ROUNDS, valid_sets=[data(parts.valid, train)], callbacks=[stop, told])
    model.parent.mkdir(parents=True, exist_ok=True)
    booster.save_model(model, num_iteration=booster.best_iteration)
    _mark(model).write_text(table.manifest_sha256())
    return _loaded(model)


def _mark(model: Path) -> Path:
    return model.with_suffix(".table")


def _kept(model: Path, table: Table) -> lightgbm.Booster | None:
    if not model.exists() or not _mark(model).exists() or _mark(model).read_text() != table.manifest_sha256():
        return None
    return _loaded(model)


def _loaded(model: Path) -> lightgbm.Booster:
    booster = lightgbm.Booster(model_file=model)
    booster.best_iteration = booster.current_iteration()
    return booster


def _predicted(booster: lightgbm.Booster, features: npt.NDArray[np.float32]) -> Floats:
    out = [
        np.asarray(booster.predict(np.asarray(features[at : at + CHUNK]), raw_score=True), dtype=np.float64)
        for at in range(0, len(features), CHUNK)
    ]
    return np.concatenate(out)
