"""The models of a PC: only checked packages are used, the last good one stays, and a restart changes nothing."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from anshin.agent.errors import AgentError
from anshin.agent.model_choices import BUNDLED
from anshin.agent.model_store import ModelStore
from anshin.engine.models import ModelPackage, read_package
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status
from anshin.wire.models import WantedModel
from tests.engine.model_packages import PUBLIC_TEXT, TRUSTED, make_package, one_byte_changed

OLD, NEW = make_package(version="2026.11.1"), make_package(version="2026.11.2", above=3.0)


class FakeEngine:
    """Remembers what it was told to judge by; refuses when it is told to."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.refuse = False

    def set_models(self, models: tuple[ModelPackage, ...]) -> None:
        if self.refuse:
            raise RuntimeError("cannot load")
        self.names = [p.name for p in models]


def wanted(package: bytes, keys: dict[str, bytes] = TRUSTED) -> WantedModel:
    read = read_package(package, keys)
    return WantedModel(
        family=read.manifest.family, version=read.manifest.version, sha256=read.sha256, size=len(package)
    )


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def open_store(tmp_path: Path) -> Callable[[], ModelStore]:
    """Open the same folder anew, as a restarted agent does."""

    def opened() -> ModelStore:
        store = ModelStore(tmp_path / "models", ())
        store.trust_first([PUBLIC_TEXT])
        return store

    return opened


def fetch(store: ModelStore, package: bytes, one: WantedModel | None = None) -> bool:
    one = one or wanted(package)
    for at in range(0, len(package), 700):
        store.add(one, at, package[at : at + 700])
    return store.finish(one)


def give(store: ModelStore, engine: FakeEngine | Engine, package: bytes) -> None:
    """Let the console want this package, and bring it."""
    store.want([wanted(package)])
    assert [one.sha256 for one in store.missing()] == [wanted(package).sha256]
    assert fetch(store, package)
    assert store.switch(engine)


def test_package_is_used_once_it_is_whole(open_store, engine):
    store = open_store()
    store.want([wanted(OLD)])
    assert not store.switch(engine), "nothing is here yet"
    assert fetch(store, OLD)
    assert store.switch(engine)
    assert engine.names == ["shell-2026.11.1"]
    assert store.missing() == []


def test_same_models_after_a_restart(open_store, engine):
    give(open_store(), engine, OLD)
    again = FakeEngine()
    assert open_store().switch(again)
    assert again.names == ["shell-2026.11.1"]


def test_download_goes_on_where_it_was_cut_off(open_store, engine):
    one = wanted(NEW)
    store = open_store()
    store.want([one])
    store.add(one, 0, NEW[:700])
    store = open_store()
    assert store.received(one) == 700
    store.add(one, 700, NEW[700:])
    assert store.finish(one)


def test_part_that_does_not_follow_begins_anew(open_store):
    one = wanted(NEW)
    store = open_store()
    store.add(one, 0, NEW[:700])
    with pytest.raises(AgentError, match="begins anew"):
        store.add(one, 100, NEW[100:])
    assert store.received(one) == 0


def test_changed_package_is_refused_with_its_sentence_and_the_last_good_one_stays(open_store, engine):
    store = open_store()
    give(store, engine, OLD)
    bad = one_byte_changed(NEW)
    one = WantedModel(
        family="shell", version="2026.11.2", sha256=hashlib.sha256(bad).hexdigest(), size=len(bad)
    )  # what a console would offer whose storage was changed
    store.want([one])
    assert not fetch(store, bad, one)
    assert not store.switch(engine)
    assert engine.names == ["shell-2026.11.1"]
    assert store.choices().refused[one.sha256].code == "files_differ"
    assert store.missing() == [], "a refused package is not fetched again and again"


def test_package_signed_by_a_stranger_is_refused(tmp_path, engine):
    store = ModelStore(tmp_path / "m", ())
    one = wanted(OLD)
    store.want([one])
    assert not fetch(store, OLD)
    assert store.choices().refused[one.sha256].code == "unknown_key"
    store.trust_first([PUBLIC_TEXT])
    store.begin()
    assert fetch(store, OLD), "with the provider's key and after a start it is taken"


def test_only_the_first_key_is_taken_from_the_console(open_store):
    store = open_store()
    store.trust_first([base64.b64encode(bytes(32)).decode()])
    assert set(store.keys()) == set(TRUSTED)


def test_package_changed_on_the_disk_gives_way_to_the_one_before(open_store, engine, tmp_path):
    store = open_store()
    give(store, engine, OLD)
    give(store, engine, NEW)
    path = tmp_path / "models" / "packages" / f"{wanted(NEW).sha256}.anshinmodel"
    path.write_bytes(one_byte_changed(NEW))
    store, again = open_store(), FakeEngine()
    store.switch(again)
    assert again.names == ["shell-2026.11.1"]
    assert store.choices().refused[wanted(NEW).sha256].code == "changed"
    store.begin()
    assert [one.version for one in store.missing()] == ["2026.11.2"]


def test_package_for_a_newer_engine_is_refused(open_store):
    store = open_store()
    package = make_package(engine_min="999.0.0")
    one = wanted(OLD).model_copy(update={"sha256": hashlib.sha256(package).hexdigest(),
                                         "size": len(package)})  # fmt: skip
    assert not fetch(store, package, one)
    assert store.choices().refused[one.sha256].code == "engine_too_old"


def test_model_that_cannot_be_loaded_is_refused_and_the_old_one_judges(open_store, engine):
    store = open_store()
    give(store, engine, OLD)
    store.want([wanted(NEW)])
    assert fetch(store, NEW)
    engine.refuse = True
    assert not store.switch(engine)
    assert store.choices().refused[wanted(NEW).sha256].code == "not_loaded"
    engine.refuse = False
    assert not store.switch(engine), "what is selected now is what is loaded"
    assert engine.names == ["shell-2026.11.1"]


def test_console_takes_the_model_back(open_store, engine):
    store = open_store()
    give(store, engine, OLD)
    give(store, engine, NEW)
    store.want([wanted(OLD)])
    assert store.missing() == [], "the old one is still here"
    assert store.switch(engine)
    assert engine.names == ["shell-2026.11.1"]
    store.want([])
    assert store.switch(engine)
    assert engine.names == []


def test_pin_beats_the_console_and_is_given_up_again(open_store, engine):
    store = open_store()
    give(store, engine, OLD)
    store.pin("shell", "2026.11.1")
    store.want([wanted(NEW)])
    fetch(store, NEW)
    assert not store.switch(engine)
    assert engine.names == ["shell-2026.11.1"]
    store.pin("shell", None)
    assert store.switch(engine)
    assert engine.names == ["shell-2026.11.2"]


def test_pin_on_what_is_not_here_is_refused_with_what_is(open_store, engine):
    store = open_store()
    give(store, engine, OLD)
    with pytest.raises(AgentError, match=r"2026\.11\.1"):
        store.pin("shell", "2026.11.9")


def test_rollback_goes_to_the_model_before_and_holds_it(open_store, engine):
    store = open_store()
    with pytest.raises(AgentError, match="no earlier model"):
        store.roll_back("shell")
    give(store, engine, OLD)
    give(store, engine, NEW)
    assert store.roll_back("shell") == "2026.11.1"
    store, again = open_store(), FakeEngine()
    store.switch(again)
    assert again.names == ["shell-2026.11.1"]
    assert [(r.version, r.in_use, r.pinned, r.wanted) for r in store.rows()] == [
        ("2026.11.1", True, True, False),
        ("2026.11.2", False, False, True),
    ]


def test_bundled_can_be_pinned_where_none_came(open_store, engine):
    store = open_store()
    give(store, engine, OLD)
    store.pin("shell", BUNDLED)
    assert store.switch(engine)
    assert engine.names == []


def test_old_packages_are_deleted(open_store, engine, tmp_path):
    store = open_store()
    for number in range(1, 7):
        give(store, engine, make_package(version=f"2026.12.{number}", above=100.0 + number))
    assert len(list((tmp_path / "models" / "packages").iterdir())) == 3


def test_damaged_choices_lose_pins_but_no_protection(open_store, engine, tmp_path):
    give(open_store(), engine, OLD)
    (tmp_path / "models" / "choices.json").write_text("{")
    again = FakeEngine()
    assert not open_store().switch(again)


@pytest.mark.parametrize("jail", [False, True])
def test_real_engine_judges_by_the_new_model_and_keeps_the_old_one_when_it_is_broken(open_store, jail):
    store = open_store()
    script = b"#!/bin/sh\n" + b"echo hello\n" * 20
    with Engine(EngineSettings(models=(), jail=jail)) as engine:
        assert engine.judge_bytes(script, name="a.sh").status is Status.CLEAN
        give(store, engine, NEW)
        verdict = engine.judge_bytes(script, name="a.sh")
        assert (verdict.status, verdict.reasons[0].code) == (Status.MALICIOUS, "model.shell")
        assert verdict.versions.model == "shell-2026.11.2"
        broken = make_package(version="2026.11.3", trees=b"no network at all")
        store.want([wanted(broken)])
        assert fetch(store, broken)
        assert not store.switch(engine)
        assert engine.judge_bytes(script, name="a.sh").versions.model == "shell-2026.11.2"
        assert store.choices().refused[wanted(broken).sha256].code == "not_loaded"
