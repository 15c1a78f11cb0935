"""Scores of files that the trees which give them have not seen: five folds over what trains and what validates.

A small family's validation part is too small to choose a threshold by. Every file of its training and validation parts
is scored by trees trained on four fifths of them, its own near-duplicates and its own package left out.
"""

import numpy as np
import numpy.typing as npt

from anshin.training.split import Split, fraction
from anshin.training.tables.store import Table
from anshin.training.trees.train import balanced, train_fixed, with_pinned

FOLDS = 5
Floats = npt.NDArray[np.float64]


def out_of_fold(table: Table, features: npt.NDArray[np.float32], parts: Split, rounds: int) -> Floats:
    """Return the log-odds of every row by `rounds` trees; not a number for rows that only train or only test."""
    labels, clusters = table.labels(), table.columns["cluster"]
    used = parts.train | parts.valid
    fold = np.array([int(fraction(f"fold|{key}") * FOLDS) for key in components(table)])
    out = np.full(len(table), np.nan)
    for number in range(FOLDS):
        train = used & ((fold != number) | parts.pinned)
        held = used & ~train
        if not held.any() or len(set(labels[train])) < 2:
            continue
        weights = with_pinned(balanced(labels[train], clusters[train]), parts.pinned[train])
        booster = train_fixed(features[train], labels[train], weights, rounds)
        out[held] = booster.predict(features[held], raw_score=True)
    return out


def components(table: Table) -> list[str]:
    """Return a name for each row that all rows share which hang together by a group or by a cluster."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    columns = (table.columns["source"], table.groups(), table.columns["cluster"])
    pairs = [(f"g|{source}|{group}", f"c|{cluster}") for source, group, cluster in zip(*columns, strict=True)]
    for group, cluster in pairs:
        first, second = sorted((root(group), root(cluster)))
        parent[second] = first
    return [root(group) for group, _ in pairs]
