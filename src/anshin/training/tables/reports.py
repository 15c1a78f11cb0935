"""Rows for training out of accepted false-positive reports: what is known are the signs, the rest is borrowed.

A report never holds the file, so that its numbers cannot be computed. Its signs are known, those it did not show too.
Every other entry is taken from the honest training file of the same format that is most like it in its signs (hot-deck
imputation, Andridge and Little, 2010): the row then teaches that these signs occur in honest files, and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np

from anshin.engine.features import names
from anshin.training.corpora.reports import SOURCE, Report
from anshin.training.errors import TableError
from anshin.training.split import VALID_FIFTH, Part, Rules, fraction, split
from anshin.training.tables.store import Row, Table, make_table, read_table, write_table

UNKNOWN = float("nan")


def piece(cache: Path, family: str) -> Path:
    """Return where the reports of a family lie until its table is assembled."""
    return cache / f"{SOURCE}.{family}.parquet"


def write_pieces(reports: Iterable[Report], cache: Path) -> dict[str, int]:
    """Write `reports.<family>.parquet` for every family that was reported; returns the rows of each."""
    rows: dict[str, list[Row]] = {}
    for report in reports:
        for family in report.families:
            rows.setdefault(family, []).append(_row(report, family))
    cache.mkdir(parents=True, exist_ok=True)
    for family, found in sorted(rows.items()):
        write_table(make_table(family, names(family), found), piece(cache, family))
    return {family: len(found) for family, found in sorted(rows.items())}


def _row(report: Report, family: str) -> Row:
    values = [
        float(name.removeprefix("sign:") in report.signs) if name.startswith("sign:") else UNKNOWN
        for name in names(family)
    ]
    key = _training_key(report.sha256)
    return Row(report.sha256, "benign", SOURCE, "", report.date, key, key, "", np.array(values, dtype=np.float32))


def _training_key(digest: str) -> str:
    """Return a group that the rule for validation leaves in training: thresholds are for files that were seen whole."""
    keys = (f"report-{digest[:24]}-{n}" for n in count())
    return next(k for k in keys if fraction(f"valid|{k}") >= 1 / VALID_FIFTH)


def trained_with_reports(rules: Rules) -> Rules:
    """Return the rules with the reports among what trains as benign; they are in no test, whatever the rules say."""
    train = {**rules.train, "benign": (*rules.train["benign"], Part(SOURCE))}
    return replace(rules, train=train)


def with_reports(table: Table, rules: Rules, reports: Path) -> Table:
    """Return the table with the reports of the piece at `reports`, whole rows, in the order of the hashes.

    A hash that the table holds as benign stays as it is: that row was computed from the file. One that it holds as
    malicious leaves the table: somebody is wrong, and nobody here knows who. Raises TableError, SplitError.
    """
    added = read_table(reports)
    if added.names != table.names:
        raise TableError(f"{reports}: made for another layout of features; run `anshin model table --reports` again")
    known: Mapping[str, str] = dict(zip(table.columns["sha256"], table.columns["label"], strict=True))
    disputed = {h for h in added.columns["sha256"] if known.get(h) == "malicious"}
    table = table.where(np.array([h not in disputed for h in table.columns["sha256"]], dtype=bool))
    added = added.where(np.array([h not in known for h in added.columns["sha256"]], dtype=bool))
    donors = table.features[split(table, rules).train & (table.labels() == 0)]
    signs = np.array([name.startswith("sign:") for name in table.names])
    features = added.features.copy()
    for row in features:
        apart = np.abs(donors[:, signs] - row[signs]).sum(axis=1)
        row[~signs] = donors[int(np.argmin(apart))][~signs]
    columns = {k: np.concatenate([v, added.columns[k]]) for k, v in table.columns.items()}
    order = np.argsort(columns["sha256"].astype(str), kind="stable")
    whole = np.concatenate([table.features, features])[order]
    return Table(table.family, table.names, {k: v[order] for k, v in columns.items()}, whole)


def without_reports(table: Table) -> Table:
    """Return the rows of files that can be read: what a deep model is trained on."""
    return table.where(np.array(table.columns["source"] != SOURCE, dtype=bool))
