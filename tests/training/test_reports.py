"""Accepted false-positive reports of the console become benign rows that train and never test."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from django.http import JsonResponse
from typer.testing import CliRunner

from anshin.console.fleet.rollout.models import FalsePositiveReport
from anshin.console.fleet.rollout.views.false_positives import LABELS, _label, _signs
from anshin.console.web.tables import csv_response
from anshin.engine.features import names
from anshin.training.corpora.reports import SOURCE, read_reports
from anshin.training.errors import TableError
from anshin.training.fit import fit
from anshin.training.project import Project, assemble_table
from anshin.training.split import Part, Rules, split
from anshin.training.tables.reports import trained_with_reports, with_reports, write_pieces
from anshin.training.tables.store import Row, make_table, write_table

SIGN = next(n for n in names("javascript") if n.startswith("sign:")).removeprefix("sign:")
RULES = Rules(
    "javascript",
    {"malicious": (Part("m"),), "benign": (Part("b"),)},
    {"malicious": (Part("later"),), "benign": (Part("b", share=0.3),)},
    0.01,
)


def stored(number: int, *codes: str, family: str = "javascript") -> FalsePositiveReport:
    """Return a report as the console's database holds it."""
    return FalsePositiveReport(
        sha256=f"{number:064x}",
        family=family,
        kind="javascript",
        size=10,
        score=0.9,
        model="=javascript-2026.11.1",
        engine="1",
        rules="2",
        features=[{"code": code, "weight": 0.5} for code in codes],
        reported_at=dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC),
    )


def exported(folder: Path, rows: list[FalsePositiveReport], kind: str) -> Path:
    """Write the bytes that the console's page gives for these reports."""
    labels = [_label(row) for row in rows]
    path = folder / f"labels.{kind}"
    if kind == "csv":
        response = csv_response("labels", [*LABELS, "signs"], ([*(r[c] for c in LABELS), _signs(r)] for r in labels))
        path.write_bytes(response.content)
    else:
        document = {"schema_version": 1, "labels": labels}
        path.write_bytes(JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1}).content)
    return path


def made_table():
    layout, chance = names("javascript"), np.random.default_rng(2)
    rows = []
    for n in range(600):
        bad = n % 3 == 0
        source = ("m" if n < 400 else "later") if bad else "b"
        values = chance.random(len(layout)).astype(np.float16).astype(np.float32)
        values[5] += bad
        label = "malicious" if bad else "benign"
        rows.append(Row(f"{n:064x}", label, source, "", "", "" if bad else f"g{n}", f"c{n}", "", values))
    return make_table("javascript", layout, rows)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_export_of_the_console_comes_back_whole(tmp_path, kind):
    path = exported(tmp_path, [stored(7, SIGN, "model.javascript"), stored(8, family="javascript,vba")], kind)
    found = read_reports([path])
    assert found.refused == []
    assert [(int(r.sha256, 16), r.families, r.date) for r in found.reports.values()] == [
        (7, ("javascript",), "2026-11-25"),
        (8, ("javascript", "vba"), "2026-11-25"),
    ]
    assert found.reports[f"{7:064x}"].signs == {SIGN, "model.javascript"}
    assert write_pieces(found.reports.values(), tmp_path) == {"javascript": 2, "vba": 1}


def test_two_reports_of_one_hash_count_once(tmp_path):
    one = exported(tmp_path, [stored(7, SIGN)], "csv")
    two = exported(tmp_path, [stored(7, "x.other"), stored(9)], "json")
    found = read_reports([one, two])
    assert (len(found.reports), found.repeated) == (2, 1)
    assert found.reports[f"{7:064x}"].signs == {SIGN, "x.other"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sha256": "zz"}, "not 64 hexadecimal digits"),
        ({"label": "malicious"}, "only accepted reports"),
        ({"date": "yesterday"}, "not like 2026-11-25"),
        ({"family": "spreadsheet"}, "none that can have a model"),
        ({"signs": [{"code": "x", "weight": 7}]}, "not a number from 0 to 1"),
        ({"signs": 5}, "neither a list"),
    ],
)
def test_damaged_row_is_refused_with_its_line_and_the_others_are_kept(tmp_path, change, why):
    path = exported(tmp_path, [stored(1), stored(2, SIGN), stored(3)], "json")
    document = json.loads(path.read_text())
    document["labels"][1] |= change
    path.write_text(json.dumps(document, indent=1))
    found = read_reports([path])
    assert [int(h, 16) for h in found.reports] == [1, 3]
    (refused,) = found.refused
    assert refused.file == path
    assert why in refused.why
    line = path.read_text().splitlines()[refused.line - 1]
    assert line.strip() == "{"
    assert path.read_text().splitlines()[refused.line].strip().startswith('"sha256"')
    rows = path.read_text().splitlines()[: refused.line]
    assert sum('"sha256"' in row for row in rows) == 1


def test_damaged_line_of_a_table_is_named_and_the_others_are_kept(tmp_path):
    path = exported(tmp_path, [stored(1), stored(2), stored(3)], "csv")
    lines = path.read_bytes().split(b"\r\n")
    lines[2] = lines[2].rpartition(b",")[0]
    path.write_bytes(b"\r\n".join(lines))
    found = read_reports([path])
    assert [int(h, 16) for h in found.reports] == [1, 3]
    assert [(r.line, "cells" in r.why) for r in found.refused] == [(3, True)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"schema_version": 1, "labels": [', "breaks off"),
        ('{"labels": []}', "not an export"),
        ("a,b\n1,2\n", "missing: sha256"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_file_that_is_no_export_is_refused(tmp_path, text, why):
    path = tmp_path / "x"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = read_reports([path])
    assert not found.reports
    assert [why in r.why for r in found.refused] == [True]


def test_reports_train_and_never_test_nor_choose_thresholds(tmp_path):
    table = made_table()
    reports = [stored(10_000 + n, SIGN) for n in range(60)]
    write_pieces(read_reports([exported(tmp_path, reports, "csv")]).reports.values(), tmp_path)
    whole = with_reports(table, RULES, tmp_path / "reports.javascript.parquet")
    mine = whole.columns["source"] == SOURCE
    parts = split(whole, trained_with_reports(RULES))
    assert mine.sum() == 60
    assert parts.train[mine].all()
    assert not (parts.test | parts.valid)[mine].any()
    assert not whole.labels()[mine].any()


def test_unknown_entries_are_borrowed_from_training_only(tmp_path):
    table = made_table()
    write_pieces(read_reports([exported(tmp_path, [stored(10_000, SIGN)], "csv")]).reports.values(), tmp_path)
    whole = with_reports(table, RULES, tmp_path / "reports.javascript.parquet")
    (row,) = whole.features[whole.columns["source"] == SOURCE]
    sign = np.array([n.startswith("sign:") for n in whole.names])
    assert [whole.names[at] for at in np.flatnonzero(sign & (row == 1))] == [f"sign:{SIGN}"]
    assert not row[sign & (row != 1)].any()
    donors = np.flatnonzero((table.features[:, ~sign] == row[~sign]).all(axis=1))
    parts = split(table, RULES)
    assert parts.train[donors].all()
    assert not table.labels()[donors].any()


def test_hash_of_the_table_stays_and_a_disputed_one_leaves(tmp_path):
    table = made_table()
    found = read_reports([exported(tmp_path, [stored(0), stored(1)], "json")])  # 0 is malicious there, 1 benign
    write_pieces(found.reports.values(), tmp_path)
    whole = with_reports(table, RULES, tmp_path / "reports.javascript.parquet")
    assert len(whole) == len(table) - 1
    assert SOURCE not in set(whole.columns["source"])


def test_reports_change_the_trees_and_need_no_word_of_the_network(tmp_path):
    table = made_table()
    write_pieces(read_reports([exported(tmp_path, [stored(10_000, SIGN)], "csv")]).reports.values(), tmp_path)
    whole = with_reports(table, RULES, tmp_path / "reports.javascript.parquet")
    deep = dict.fromkeys(whole.columns["sha256"], 0.0)
    fitted = fit(whole, trained_with_reports(RULES), deep)
    assert fitted.trees_onnx != fit(table, RULES).trees_onnx
    assert np.isfinite(fitted.probability).all()


def test_reports_of_another_layout_are_refused(tmp_path):
    path = tmp_path / "reports.javascript.parquet"
    write_table(
        make_table(
            "javascript", ("a",), [Row("0" * 64, "benign", SOURCE, "", "", "", "c", "", np.zeros(1, np.float32))]
        ),
        path,
    )
    with pytest.raises(TableError, match="another layout"):
        with_reports(made_table(), RULES, path)


def test_command_takes_reports_into_the_table_and_says_what_it_refused(tmp_path, monkeypatch):
    from anshin.cli import model

    monkeypatch.setattr("anshin.training.project.rules", lambda: {"javascript": RULES})
    table, cache = made_table(), tmp_path / "cache"
    cache.mkdir()
    for source in ("m", "later", "b"):
        write_table(table.where(table.columns["source"] == source), cache / f"{source}.javascript.parquet")
    path = exported(tmp_path, [stored(10_000, SIGN), stored(10_001)], "csv")
    path.write_text(path.read_text().replace(f"{10_001:064x}", "broken"))
    words = [
        "table",
        "--reports",
        str(path),
        "--cache",
        str(cache),
        "--project",
        str(tmp_path),
        "--family",
        "javascript",
    ]
    done = CliRunner().invoke(model.app, words)
    assert "reports: 1 files, 0 repeated, 1 refused; javascript 1" in done.output
    assert f"{path}, line 3: sha256 is 'broken'" in done.output
    assert "1 rows of reports were refused" in str(done.exception)
    made = Project(tmp_path).table("javascript")
    assert (made.columns["source"] == SOURCE).sum() == 1
    assert assemble_table(Project(tmp_path), "javascript", cache).manifest_sha256() == made.manifest_sha256()
