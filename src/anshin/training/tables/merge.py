"""From the pieces of all sources to the one table of a family that is kept."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from anshin.training.errors import TableError
from anshin.training.tables.store import Table, read_table

PER_CLUSTER = 5
MOST = 4000
"""Rows of one cluster, and malicious rows in all, that a source gives to the table that is kept: all tables together
must stay small. Honest rows are not cut: they decide how low a rate of false alarms can be shown."""


def merged(family: str, pieces: Iterable[Path], *, per_cluster: int = PER_CLUSTER, most: int = MOST) -> Table:
    """Return one table of `family` out of the pieces that hold it, in the order of the hashes.

    A hash that came with both labels is dropped: somebody is wrong, and nobody here knows who. A hash that came twice
    with the same label counts once. A cluster gives at most `per_cluster` rows of one source.
    A source gives at most `most` malicious rows, the first by their hashes.
    Raises TableError where the pieces do not share one layout.
    """
    tables = [t for t in map(read_table, sorted(pieces)) if t.family == family]
    if not tables:
        raise TableError(f"there is no table of {family}; build it with `anshin model table`")
    if len({t.names for t in tables}) > 1:
        raise TableError(f"the tables of {family} have different layouts; build all of them anew")
    columns = {key: np.concatenate([t.columns[key] for t in tables]) for key in tables[0].columns}
    features = np.concatenate([t.features for t in tables])
    both = _contradicting(columns["sha256"], columns["label"])
    taken: Counter[tuple[str, str]] = Counter()
    given: Counter[str] = Counter()
    seen: set[str] = set()
    keep = np.zeros(len(features), dtype=bool)
    for at in np.lexsort((columns["source"].astype(str), columns["sha256"].astype(str))):
        digest, key = columns["sha256"][at], (columns["source"][at], columns["cluster"][at])
        bad = columns["source"][at] if columns["label"][at] == "malicious" else ""
        if digest in both or digest in seen or taken[key] >= per_cluster or (bad and given[bad] >= most):
            continue
        seen.add(digest)
        taken[key] += 1
        if bad:
            given[bad] += 1
        keep[at] = True
    whole = Table(family, tables[0].names, columns, features).where(keep)
    order = np.argsort(whole.columns["sha256"].astype(str), kind="stable")
    return Table(family, whole.names, {k: v[order] for k, v in whole.columns.items()}, whole.features[order])


def _contradicting(hashes: Iterable[str], labels: Iterable[str]) -> set[str]:
    known: dict[str, str] = {}
    return {h for h, label in zip(hashes, labels, strict=True) if known.setdefault(h, label) != label}
