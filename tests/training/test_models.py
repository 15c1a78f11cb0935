"""Trees and network come out the same every time, and their exports give the scores of the originals."""

import hashlib

import numpy as np
import pytest
import torch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anshin.engine.features import FeatureVector, names
from anshin.engine.models import ModelSet
from anshin.engine.models.package import key_id, read_package
from anshin.engine.models.scoring import Model, _session, windowed
from anshin.training.card import make_card
from anshin.training.deep.export import to_onnx as deep_to_onnx
from anshin.training.deep.network import INPUT, ByteNetwork
from anshin.training.deep.train import Bytes, predict, train_deep
from anshin.training.evaluate.family import evaluate
from anshin.training.fit import fit
from anshin.training.packaging import make_package
from anshin.training.split import Part, Rules
from anshin.training.tables.store import Row, make_table

LENGTH = INPUT.head + INPUT.tail
RULES = Rules(
    "javascript",
    {"malicious": (Part("m"),), "benign": (Part("b"),)},
    {"malicious": (Part("later"),), "benign": (Part("b", share=0.3),)},
    0.01,
)


def made_table(seed: int = 1):
    """Return a table in which a few features tell the classes apart."""
    chance = np.random.default_rng(seed)
    layout = names("javascript")
    rows = []
    for n in range(900):
        label = n % 3 == 0
        values = chance.random(len(layout)).astype(np.float16).astype(np.float32)
        values[5] += 0.8 * label
        values[40] += 0.5 * label
        source = ("m" if n < 600 else "later") if label else "b"
        rows.append(
            Row(
                f"{n:064x}",
                "malicious" if label else "benign",
                source,
                "",
                "",
                "" if label else f"g{n}",
                f"c{n}",
                "",
                values,
            )
        )
    return make_table("javascript", layout, rows)


@pytest.fixture(scope="module")
def fitted():
    return fit(made_table(), RULES)


def test_same_table_gives_the_same_trees_byte_for_byte(fitted):
    again = fit(made_table(), RULES)
    assert hashlib.sha256(again.trees_onnx).digest() == hashlib.sha256(fitted.trees_onnx).digest()


def test_exports_give_the_scores_of_the_trees(fitted):
    rows = fitted.table.features[:200]
    session = _session(fitted.trees_onnx)
    by_onnx = session.run(None, {"features": rows})[0].ravel()
    by_paths = np.array([fitted.paths.raw_score(r) for r in rows])
    assert np.abs(by_onnx - fitted.trees[:200]).max() < 1e-4
    assert np.abs(by_paths - fitted.trees[:200]).max() < 1e-9


def test_contributions_add_up_to_the_score(fitted):
    for values in fitted.table.features[:20]:
        added = fitted.paths.contributions(values)
        assert added.sum() + fitted.paths.base() == pytest.approx(fitted.paths.raw_score(values), abs=1e-9)
    strongest = np.abs(np.array([fitted.paths.contributions(v) for v in fitted.table.features[:100]])).mean(axis=0)
    assert strongest.argmax() == 5


def test_package_scores_as_the_fit_does_and_says_why(fitted):
    key = Ed25519PrivateKey.generate()
    measured = evaluate(fitted, RULES)
    card = make_card(fitted, RULES, measured, None, version="2026.11.1", created="2026-11-25")
    data = make_package(fitted, version="2026.11.1", created="2026-11-25", card=card, deep=None, key=key)
    public = key.public_key().public_bytes_raw()
    package = read_package(data, {key_id(public): public})
    model = Model(package)
    for at in range(50):
        judged = model.judge(FeatureVector("javascript", fitted.table.features[at]), b"")
        assert judged.probability == pytest.approx(fitted.probability[at], abs=1e-5)
        assert (judged.weight >= 0.5) == (judged.probability >= fitted.watch.probability)
    worst = int(np.argmax(fitted.probability))
    reasons = ModelSet([package]).reasons(FeatureVector("javascript", fitted.table.features[worst]), b"")
    assert [r.code for r in reasons] == ["model.javascript"]
    assert reasons[0].ja.count("。") >= 2


def test_measurements_tell_the_trick_from_noise(fitted):
    measured = evaluate(fitted, RULES)
    assert measured["models"]["trees"]["roc_auc"] > 0.9
    assert measured["models"]["byte_histogram"]["roc_auc"] < 0.7
    assert measured["models"]["trees"]["at_fpr"]["0.001"] is None  # some 180 benign files cannot show one in a thousand
    assert measured["counts"]["test"]["malicious"] == 100
    assert measured["sources"]["later"]["files"] == 100


def test_network_export_gives_its_scores():
    torch.manual_seed(3)
    network = ByteNetwork()
    network.eval()
    rows = np.random.default_rng(3).integers(0, 257, (8, LENGTH)).astype(np.uint16)
    found = _session(deep_to_onnx(network, LENGTH)).run(None, {"bytes": rows.astype(np.int64)})[0].ravel()
    assert np.abs(found - predict(network, rows)).max() < 1e-5


def test_network_learns_a_mark_and_is_the_same_twice(said):
    chance = np.random.default_rng(4)
    labels = (np.arange(160) % 2).astype(np.int8)
    rows = chance.integers(32, 96, (160, LENGTH)).astype(np.uint16)
    rows[labels == 1, 512:4096] = 200
    part = Bytes(rows, labels, np.ones(160))
    one, two = (train_deep(part, part, say=said.append, epochs=3) for _ in range(2))
    assert np.array_equal(predict(one, rows), predict(two, rows))
    scores = predict(one, rows)
    assert scores[labels == 1].min() > scores[labels == 0].max()


@pytest.mark.parametrize("size", [0, 1, INPUT.head, INPUT.head + 1, INPUT.head + INPUT.tail, 100_000])
def test_window_is_the_beginning_and_the_end(size):
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    found = windowed(data, INPUT)
    assert found.shape == (LENGTH,)
    assert bytes(found[: min(size, INPUT.head)].astype(np.uint8)) == data[: INPUT.head]
    if size > INPUT.head + INPUT.tail:
        assert bytes(found[INPUT.head :].astype(np.uint8)) == data[-INPUT.tail :]
