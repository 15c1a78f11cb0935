"""The place that a network judged by is found by covering it; a file that is not reported costs no forward more."""

import time

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from anshin.engine.features import FeatureVector, names
from anshin.engine.models import ModelSet
from anshin.engine.models.manifest import DeepInput, Manifest, Stack, Threshold
from anshin.engine.models.occlusion import COARSE, FINE, strongest_piece
from anshin.engine.models.package import CARD, DEEP, PATHS, TREES, ModelPackage, read_package, write_package
from anshin.engine.models.paths import write_paths
from anshin.engine.models.scoring import PADDING, Model, _session, windowed
from anshin.training.deep.export import to_onnx
from anshin.training.deep.network import INPUT, ByteNetwork
from tests.engine.model_packages import FEATURE, KEY, TRUSTED, one_path, one_tree

HEAD, TAIL = 1024, 256
MARK = 200


def counting_network(length: int, weight: float = 0.1) -> bytes:
    """Return a network in ONNX whose log-odds are -4 plus `weight` for every byte of the value MARK."""
    table = np.zeros((PADDING + 1, 1), np.float32)
    table[MARK] = weight
    constants = {"table": table, "axes": np.array([1], np.int64), "base": np.array([-4.0], np.float32)}
    nodes = [
        helper.make_node("Gather", ["table", "bytes"], ["weighed"], axis=0),
        helper.make_node("ReduceSum", ["weighed", "axes"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "base"], ["score"]),
    ]
    graph = helper.make_graph(
        nodes,
        "marks",
        [helper.make_tensor_value_info("bytes", TensorProto.INT64, [None, length])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def made_package(weight: float = 0.1) -> ModelPackage:
    found = {"target_fpr": 0.01, "fpr": 0.0, "fpr_upper": 0.01, "tpr": 1.0, "benign": 300, "malicious": 200}
    manifest = Manifest(
        family="shell",
        version="2026.11.1",
        engine_min="0",
        created="2026-11-25",
        features=(FEATURE,),
        stack=Stack(trees=0.01, deep=1.0, bias=0.0),
        deep_input=DeepInput(head=HEAD, tail=TAIL),
        watch=Threshold.model_validate(found | {"probability": 0.5}),
        protect=Threshold.model_validate(found | {"probability": 0.9}),
        training_manifest_sha256="0" * 64,
        files={},
    )
    contents = {
        TREES: one_tree(1000.0),
        PATHS: write_paths(one_path(1000.0)),
        DEEP: counting_network(HEAD + TAIL, weight),
        CARD: b"{}",
    }
    return read_package(write_package(manifest, contents, KEY), TRUSTED)


def nothing() -> FeatureVector:
    return FeatureVector("shell", np.zeros(len(names("shell")), np.float32))


def marked(size: int, start: int, count: int) -> bytes:
    data = bytearray(b"a" * size)
    data[start : start + count] = bytes([MARK]) * count
    return bytes(data)


@pytest.mark.parametrize(
    ("size", "start"), [(800, 300), (1024, 900), (5000, 64), (5000, 4900), (200_000, 199_950), (1100, 1050)]
)
def test_reason_names_the_place_of_the_mark(size, start):
    count = 50
    (reason,), probability = ModelSet([made_package(0.5)]).weighed(nothing(), marked(size, start, count))
    assert probability is not None
    assert probability > 0.9
    place = reason.place
    assert place.offset is not None
    length = int(place.detail.removeprefix("length "))
    overlap = min(start + count, place.offset + length) - max(start, place.offset)
    assert overlap >= min(count, length) / 2
    assert length <= 80
    assert "並び" in reason.ja


def test_mark_that_is_spread_keeps_the_coarse_piece():
    data = bytes([MARK]) * 640 + b"a" * 384
    piece = strongest_piece(
        windowed(data, DeepInput(head=HEAD, tail=TAIL)),
        lambda rows: (rows == MARK).sum(axis=1).astype(np.float32),
        head=HEAD,
        size=len(data),
        padding=PADDING,
    )
    assert piece is not None
    assert (piece.length, piece.drop) == (64, 64.0)


def test_no_piece_where_covering_lowers_nothing():
    windows = windowed(b"a" * 900, DeepInput(head=HEAD, tail=TAIL))
    flat = strongest_piece(windows, lambda rows: np.zeros(len(rows), np.float32), head=HEAD, size=900, padding=PADDING)
    empty = windowed(b"", DeepInput(head=HEAD, tail=TAIL))
    assert flat is None
    assert strongest_piece(empty, lambda r: np.ones(len(r), np.float32), head=HEAD, size=0, padding=PADDING) is None


def test_file_that_is_not_reported_costs_one_forward(monkeypatch):
    asked: list[int] = []
    original = Model._deep_scores

    def counted(self, rows):
        asked.append(len(rows))
        return original(self, rows)

    monkeypatch.setattr(Model, "_deep_scores", counted)
    models = ModelSet([made_package()])
    assert models.weighed(nothing(), marked(900, 10, 5))[0] == []
    assert asked == [1]
    asked.clear()
    assert models.weighed(nothing(), marked(900, 10, 200))[0]
    assert len(asked) <= 4
    assert sum(asked) <= 2 + COARSE + FINE + 1


def test_place_of_the_real_network_takes_a_moment_and_its_covers_lower_the_score():
    torch.manual_seed(7)
    network = ByteNetwork()
    network.eval()
    session = _session(to_onnx(network, INPUT.head + INPUT.tail))
    data = np.random.default_rng(7).integers(0, 256, 60_000, dtype=np.uint8).tobytes()
    windows = windowed(data, INPUT)

    def score(rows):
        return session.run(None, {"bytes": rows})[0].ravel()

    started = time.thread_time()
    piece = strongest_piece(windows, score, head=INPUT.head, size=len(data), padding=PADDING)
    assert time.thread_time() - started < 5
    assert piece is not None
    at = piece.offset if piece.offset < INPUT.head else piece.offset - len(data) + INPUT.head + INPUT.tail
    covered = windows.copy()
    covered[at : at + piece.length] = PADDING
    assert score(windows[None, :])[0] - score(covered[None, :])[0] == pytest.approx(piece.drop, abs=1e-5)
