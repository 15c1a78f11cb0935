"""Feature files of EMBER become tables and models, row by row; what is damaged is told and the rest is kept."""

import datetime as dt
import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sklearn.feature_extraction import FeatureHasher
from typer.testing import CliRunner

from anshin.cli import model as command
from anshin.engine.features import FeatureVector, ember
from anshin.engine.features import names as own_names
from anshin.engine.models import ModelSet
from anshin.engine.models.coverage import rules_only
from anshin.engine.models.package import key_id, read_package
from anshin.engine.models.scoring import Model, sentence
from anshin.engine.service import Engine, EngineSettings
from anshin.training.ember import table as tables
from anshin.training.ember import version2, version3
from anshin.training.ember.rows import feature_files, read_row
from anshin.training.ember.table import open_table, write_tables
from anshin.training.errors import CorpusError, TrainingError
from anshin.training.project import Project
from anshin.training.steps import package_family, train_deep_of, train_trees_of
from tests.engine.pe_files import pe
from tests.training.ember_rows import as_lines, digest, row2, row3


def seconds(month: int, day: int = 3) -> int:
    return int(dt.datetime(2024, month, day, tzinfo=dt.UTC).timestamp())


def hasher(size: int, kind: str, words: list[Any], *, signed: bool = True) -> Any:
    return FeatureHasher(size, input_type=kind, alternate_sign=signed).transform([words]).toarray()[0]


def at(group: str) -> slice:
    found = [n for n, name in enumerate(ember.names()) if name.startswith(f"{group}:")]
    return slice(found[0], found[-1] + 1)


def test_row_without_a_program_is_the_vector_of_its_file():
    data = b"see http://example.jp/ and download it\n" * 90 + bytes(range(256)) * 20
    whole = ember.vector(data)
    runs = b"see http://example.jp/ and download it"
    texts = [runs] * 90 + [bytes(range(0x20, 0x80))] * 20
    joined = np.frombuffer(b"".join(texts), np.uint8)
    counts = np.bincount(joined - 32, minlength=96)
    p = (counts / counts.sum())[counts > 0]
    row = {
        "general": {"size": len(data), "entropy": float(whole[1]), "is_pe": 0, "start_bytes": list(data[:4])},
        "histogram": np.bincount(np.frombuffer(data, np.uint8), minlength=256).tolist(),
        "byteentropy": (whole[at("byteentropy")] * 1024).tolist(),
        "strings": {
            "numstrings": len(texts),
            "avlength": len(joined) / len(texts),
            "printabledist": counts.tolist(),
            "printables": len(joined),
            "entropy": float(-(p * np.log2(p)).sum()),
            "string_counts": {"download": 90, "http://": 90, "url": 90},
        },
    }
    assert np.allclose(version3.vector(row), whole, rtol=1e-5, atol=1e-6)


def test_hashed_groups_are_those_of_the_public_hasher():
    row = row3(1, 1, seconds(1))
    got = version3.vector(row)
    found, names = got[at("section")], [s["name"] for s in row["section"]["sections"]]
    for n, key in enumerate(("size", "vsize", "entropy")):
        pairs = [(s["name"], s[key]) for s in row["section"]["sections"]]
        assert np.allclose(found[11 + 50 * n : 61 + 50 * n], hasher(50, "pair", pairs))
    flags = [f"{s['name']}:{p}" for s in row["section"]["sections"] for p in s["props"]]
    assert np.allclose(found[161:211], hasher(50, "string", flags))
    assert np.allclose(found[211:221], hasher(10, "string", [".text"]))
    assert found[:3].tolist() == [3, sum(s["size"] == 0 for s in row["section"]["sections"]), names.count("")]
    functions = [f"{lib.lower()}:{name}" for lib, names in row["imports"].items() for name in names]
    imports = got[at("imports")]
    assert imports[:2].tolist() == [6, 2]
    assert np.allclose(imports[258:], hasher(1024, "string", functions, signed=False))
    rich = [(str(a), b) for a, b in zip(row["richheader"][::2], row["richheader"][1::2], strict=True)]
    assert np.allclose(got[at("richheader")], [3, *hasher(32, "pair", rich)])
    remarks = got[at("pefilewarnings")]
    assert remarks.sum() == 2
    assert ember.names()[at("pefilewarnings").start + int(remarks.argmax())] == "pefilewarnings:imports_few"
    header = got[at("header")]
    assert header[30:46].sum() == 2
    assert header[46:57].sum() == 2
    directories = got[at("datadirectories")]
    assert directories[0] == row["datadirectories"][1]["size"]
    assert directories[10] == 0  # the last of a row is skipped
    assert directories[32] == 1


def test_row_of_version_two_has_its_size_and_its_quirk():
    row = row2(1, 1, "2018-03")
    got = version2.vector(row)
    assert len(got) == len(version2.names()) == 2381
    start = 256 + 256 + 104 + 10 + 62
    assert np.allclose(got[start + 155 : start + 205], hasher(50, "string", list(".text")))
    libraries = sorted({name.lower() for name in row["imports"]})
    assert np.allclose(got[start + 255 : start + 511], hasher(256, "string", libraries))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sha256": "x"}, "64 hexadecimal"),
        ({"label": 2}, "1 (malicious), 0 (benign) or -1"),
        ({"file_type": "Amiga"}, "file_type 'Amiga' is none of"),
        ({"first_submission_date": "soon"}, "not a number of seconds"),
        ({"histogram": [1, 2]}, "256 counts are expected, there are 2"),
        ({"general": {}}, "the features are damaged"),
        ({"strings": None}, "the features are damaged"),
        ({"pefilewarnings": ["Something new..."]}, "the features are damaged"),
    ],
)
def test_damaged_row_is_refused_with_a_reason(change, why):
    line = json.dumps({**row3(1, 1, seconds(1)), **change}).encode()
    with pytest.raises(ValueError, match=re.escape(why)):
        read_row(line, "train")


def test_nothing_is_lost_and_everything_is_counted(tmp_path, said):
    rows = [row3(n, n % 2, seconds(1)) for n in range(10)]
    rows[3]["label"], rows[4]["label"] = -1, None
    text = as_lines(rows) + as_lines(rows[:2]) + b"{broken\n"
    (tmp_path / "Win32_train.jsonl.gz").write_bytes(gzip.compress(text))
    (tmp_path / "PDF_test.jsonl").write_bytes(as_lines([row3(50, 1, seconds(2), "PDF")]))
    (tmp_path / "notes.jsonl").write_bytes(b"none of theirs")
    out = tmp_path / "tables"
    tally = write_tables(feature_files(tmp_path), out, said.append)
    assert tally.rows == {"ember_pe": 8, "ember_pdf": 1}
    assert (tally.unlabelled, tally.repeated, tally.refused) == (2, 2, 1)
    assert any("Win32_train.jsonl.gz, line 13: not JSON" in line for line in said)
    made = open_table(out / "ember_pe.parquet")
    assert made.columns["sha256"].tolist() == [digest(n) for n in range(10) if n not in {3, 4}]
    assert made.columns["date"][0] == "2024-01-03"
    assert np.array_equal(made.features[0], version3.vector(rows[0]))


def test_batches_are_all_that_is_held(tmp_path, said, monkeypatch):
    monkeypatch.setattr(tables, "BATCH", 16)
    (tmp_path / "Win32_train.jsonl").write_bytes(as_lines([row3(n, n % 2, seconds(1)) for n in range(70)]))
    tally = write_tables(feature_files(tmp_path), tmp_path / "tables", said.append)
    assert tally.largest_batch < 16
    made = open_table(tmp_path / "tables" / "ember_pe.parquet")
    assert isinstance(made.features, np.memmap)
    assert pq.ParquetFile(tmp_path / "tables" / "ember_pe.parquet").num_row_groups == 5
    assert np.array_equal(made.features[69], version3.vector(row3(69, 1, seconds(1))))


def test_file_that_breaks_off_leaves_no_table(tmp_path, said):
    whole = gzip.compress(as_lines([row3(n, 1, seconds(1)) for n in range(5)]))
    (tmp_path / "Win32_train.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CorpusError, match="download it again"):
        write_tables(feature_files(tmp_path), tmp_path / "tables", said.append)
    assert list((tmp_path / "tables").iterdir()) == []
    with pytest.raises(CorpusError, match="no feature file"):
        feature_files(tmp_path / "tables")


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anshin.training.ember.fit.ROUNDS", 60)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """A project whose tables came from feature files of seven months, by the command."""
    root = tmp_path_factory.mktemp("ember")
    features = root / "features"
    features.mkdir()
    train = [row3(n, n % 2, seconds(1 + n % 5)) for n in range(500)]
    test = [row3(1000 + n, n % 2, seconds(7)) for n in range(200)]
    hidden = [row3(2000 + n, 1, seconds(8)) for n in range(10)]
    for name, rows in (("Win32_train", train), ("Win64_test", test), ("challenge", hidden)):
        (features / f"{name}.jsonl").write_bytes(as_lines(rows))
    old = [row2(3000 + n, n % 2, f"2018-{1 + n % 9:02}") for n in range(450)]
    (features / "train_features_0.jsonl").write_bytes(as_lines(old))
    (features / "test_features.jsonl").write_bytes(as_lines([row2(4000 + n, n % 2, "2018-11") for n in range(150)]))
    done = CliRunner().invoke(command.app, ["table", "--ember", str(features), "--project", str(root)])
    assert done.exit_code == 0, done.output
    assert "ember2018_pe 600, ember_pe 710; 0 without a label skipped, 0 repeated, 0 refused" in done.output
    return Project(root)


@pytest.mark.parametrize("family", ["ember_pe", "ember2018_pe"])
def test_same_command_trains_and_measures(project, family):
    words = ["--project", str(project.root), "--family", family]
    trained = CliRunner().invoke(command.app, ["train", *words])
    assert trained.exit_code == 0, trained.output
    assert f"{family}: " in trained.output
    measured = CliRunner().invoke(command.app, ["evaluate", *words])
    assert measured.exit_code == 0, measured.output
    result = project.result(family, "test")
    assert result is not None
    assert result["models"]["trees"]["roc_auc"] > 0.95
    assert result["models"]["byte_histogram"]["roc_auc"] < 0.7
    assert result["counts"]["test"]["malicious"] in {100, 75}


def test_last_month_of_training_chooses_and_the_challenge_is_apart(project):
    fitted = project.fit("ember_pe")
    months = {
        name: set(fitted.table.columns["date"][getattr(fitted.split, name)]) for name in ("train", "valid", "test")
    }
    assert {d[:7] for d in months["valid"]} == {"2024-05"}
    assert max(months["train"]) < "2024-05"
    assert {d[:7] for d in months["test"]} == {"2024-07"}
    hidden = fitted.table.columns["source"] == "ember2024-challenge"
    assert hidden.sum() == 10
    assert not (fitted.split.train | fitted.split.valid | fitted.split.test)[hidden].any()
    result = project.result("ember_pe", "test")
    assert result is None or result["challenge"]["files"] == 10


def test_trees_of_a_table_are_kept_and_come_out_the_same(project, said):
    first = train_trees_of(project, "ember_pe", ())
    kept = project.root / "trees" / "ember_pe.txt"
    before = kept.read_bytes()
    again = train_trees_of(project, "ember_pe", (), said.append)
    assert again.trees_sha256 == first.trees_sha256
    assert kept.read_bytes() == before
    kept.unlink()
    anew = train_trees_of(project, "ember_pe", (), said.append)
    assert anew.trees_sha256 == first.trees_sha256
    assert kept.exists()


def test_engine_judges_programs_by_the_model(project, tmp_path):
    key = Ed25519PrivateKey.generate()
    path = package_family(project, "ember_pe", today="2026-11-25", key=key, out=tmp_path, taken=())
    assert path.name == "pe.anshinmodel"
    public = key.public_key().public_bytes_raw()
    package = read_package(path.read_bytes(), {key_id(public): public})
    assert package.manifest.features == ember.names()
    data = b"MZ" + random.Random(1).randbytes(3000) + b"please download this\n" * 9
    nothing = FeatureVector("pe", np.zeros(len(own_names("pe")), np.float32))
    judged = Model(package).judge(nothing, data)
    expected = project.fit("ember_pe").booster.predict(ember.vector(data)[None, :], raw_score=True)[0]
    assert judged.trees == pytest.approx(expected, abs=1e-4)
    harmless = Model(package).judge(nothing, data.replace(b"download", b"somewhat"))
    assert judged.probability > harmless.probability
    with Engine(EngineSettings(models=(package,))) as engine:
        verdict = engine.judge_bytes(pe(texts=["please download this"] * 9), name="a.exe")
        assert verdict.gaps == ()
        assert verdict.versions.model == "pe-2026.11.1"
        assert not rules_only(verdict)
        assert sum(map(sum, engine.take_scores().values())) == 1, "the model gave its score in the jail"
    reasons, probability = ModelSet([package]).weighed(nothing, data)
    assert probability == judged.probability
    assert all("。" in r.ja for r in reasons)


def test_what_needs_bytes_or_an_extractor_is_refused(project, tmp_path, said):
    with pytest.raises(TrainingError, match="does not compute the features of EMBER2018"):
        package_family(
            project, "ember2018_pe", today="2026-11-25", key=Ed25519PrivateKey.generate(), out=tmp_path, taken=()
        )
    with pytest.raises(TrainingError, match="numbers only"):
        train_deep_of(project, "ember_pe", Path("x"), None, said.append)


def test_every_entry_of_the_layout_has_a_sentence():
    for name in ember.names():
        ja, en = sentence(name)
        assert ja.endswith("。")
        assert en.endswith(".")
