"""The models that come with the engine: signed, small, and silent over honest files."""

import json
from collections.abc import Iterator
from importlib.resources import files

import pytest

from anshin.engine.errors import ModelError
from anshin.engine.features import names
from anshin.engine.features.vector import families
from anshin.engine.models.bundle import bundled
from anshin.engine.models.package import CARD, SUFFIX, read_package
from anshin.engine.render.explain import explain
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status
from tests.engine.model_packages import one_byte_changed
from tests.engine.tricks.build import tricks

MOST_BYTES = 30_000_000
FAMILIES = {p.manifest.family for p in bundled()}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(EngineSettings(jail=False)) as engine:
        yield engine


def test_they_are_there_and_small():
    assert {"pdf", "javascript", "powershell", "pe", "elf", "php", "ole"} <= FAMILIES <= set(families())
    assert sum(len(p.raw) for p in bundled()) <= MOST_BYTES


@pytest.mark.parametrize("package", bundled(), ids=lambda p: p.manifest.family)
def test_card_and_manifest_say_the_same(package):
    card, manifest = json.loads(package.contents[CARD]), package.manifest
    assert card["version"] == manifest.version
    assert card["thresholds"]["watch"]["probability"] == manifest.watch.probability < manifest.protect.probability
    assert card["training_manifest_sha256"] == manifest.training_manifest_sha256
    assert all(row["repository"] for row in card["data"])
    assert set(manifest.features) <= set(names(manifest.family))  # a feature that is gone would read as zero


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_one_changed_byte_is_refused(family):
    raw = files("anshin.engine.models").joinpath("bundled", family + SUFFIX).read_bytes()
    with pytest.raises(ModelError) as refused:
        read_package(one_byte_changed(raw))
    assert refused.value.code == "files_differ"


@pytest.mark.parametrize("trick", tricks(), ids=lambda t: t.code)
def test_cleaned_tricks_are_clean_for_the_models_too(engine, trick):
    found = engine.judge_bytes(trick.cleaned, name=trick.cleaned_name or trick.name)
    assert found.status is Status.CLEAN, explain(found, "en")


def test_verdict_names_the_models(engine):
    said = engine.judge_bytes(b"plain words", name="x.txt").versions.model.split(",")
    assert {name.rpartition("-")[0] for name in said} == FAMILIES
