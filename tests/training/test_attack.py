"""The whole way of the evasion test: files out of memory, edited, parsed in the jail, scored by model and baseline."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anshin.engine.models.package import key_id
from anshin.engine.service import Engine, EngineSettings
from anshin.training import steps
from anshin.training.corpora import Label, Sample
from anshin.training.errors import TrainingError
from anshin.training.project import Project
from anshin.training.split import Part, Rules
from anshin.training.steps import attack_family, package_family
from anshin.training.tables.build import build_source

SHAPES = [
    "if (a) { b(%d); }",
    "while (c(%d)) d();",
    "e[%d] = f.g;",
    "var h = i + %d;",
    "try { j(%d); } catch (k) {}",
    "l(m, %d);",
]


def samples() -> list[Sample]:
    """Return harmless scripts of two kinds that a model tells apart, each of a structure of its own."""
    found = []
    for n in range(96):
        chance = random.Random(n)
        lines = [chance.choice(SHAPES) % chance.randrange(999) for _ in range(30)]
        label, source, group = Label.BENIGN, "b", f"g{n}"
        if n % 2:
            label, source, group = Label.MALICIOUS, "m" if n < 64 else "later", ""
            codes = ",".join(str(chance.randrange(33, 122)) for _ in range(60))
            lines[3:3] = [f"var w = String.fromCharCode({codes});", f"var v = unescape('{'%61%62' * 30}');"]
        found.append(Sample("\n".join(lines).encode(), f"{n}.js", label, source, group=group))
    return found


@pytest.fixture
def project(tmp_path, monkeypatch, said) -> Project:
    rules = Rules(
        "javascript",
        {"malicious": (Part("m"),), "benign": (Part("b"),)},
        {"malicious": (Part("later"),), "benign": (Part("b", share=0.3),)},
        0.01,
    )
    monkeypatch.setattr("anshin.training.project.rules", lambda: {"javascript": rules})
    made = samples()
    monkeypatch.setattr(steps, "samples_of", lambda ids, *_: (s for s in made if s.source in ids))
    project = Project(tmp_path / "models")
    with Engine(EngineSettings(workers=2, models=())) as engine:
        for source in ("m", "later", "b"):
            of_source = [s for s in made if s.source == source]
            build_source(of_source, engine, tmp_path / "cache", source, seen=set(), say=said.append)
    from anshin.training.project import assemble_table

    assemble_table(project, "javascript", tmp_path / "cache")
    return project


def test_model_and_baseline_are_attacked_with_the_same_files(project, tmp_path, monkeypatch, said):
    monkeypatch.setattr(steps, "ATTACKED", 3)
    monkeypatch.setattr("anshin.training.evaluate.evasion.attack.QUERIES", 2)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    monkeypatch.setattr("anshin.engine.models.package.trusted_keys", lambda: {key_id(public): public})
    path = package_family(project, "javascript", today="2026-11-25", key=key, out=tmp_path, taken=())
    document = attack_family(project, "javascript", path, tmp_path, None, said.append)
    assert project.result("javascript", "evasion") == document
    simple = document["byte_histogram"]
    assert document["files"] == simple["files"] == 3
    assert set(document["caught"]) == set(simple["caught"])
    for found in (document, simple):
        caught = {name: one["hits"] for name, one in found["caught"].items()}
        assert caught["before"] == 3
        assert caught["random attack"] == min(caught.values())
        assert caught["worst single edit"] <= min(n for name, n in caught.items() if name != "random attack")
    assert any("now the baseline" in line for line in said)


def test_family_without_bytes_is_refused(project, tmp_path, said):
    with pytest.raises(TrainingError, match="evasion needs bytes"):
        attack_family(project, "ember_pe", tmp_path, tmp_path, None, said.append)
