"""An agent and its console about models, over the loopback interface with real signatures."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from anshin.agent.config import AgentConfig, StateFolder
from anshin.agent.enrol import enrol_device
from anshin.agent.run import Agent
from anshin.engine.models import read_package
from anshin.engine.models.bundle import bundled
from anshin.wire.models import PART_BYTES, WantedModel
from tests.agent.conftest import FakeJudge
from tests.agent.console import TOKEN, FakeConsole, Refused, serving
from tests.engine.model_packages import PUBLIC_TEXT, TRUSTED, make_package, one_byte_changed


class World:
    """One console that distributes, one PC that takes."""

    def __init__(self, root: Path, console: FakeConsole, url: str) -> None:
        self.console = console
        self.home = root / "home"
        self.home.mkdir()
        self.folder = StateFolder(root / "state")
        self.judge = FakeJudge()
        self.config: AgentConfig = enrol_device(
            self.folder, console=url, token=TOKEN, versions=self.judge.versions(), watch=[str(self.home)]
        )
        console.model_keys = (PUBLIC_TEXT,)

    def offer(self, package: bytes, *, sent: bytes | None = None) -> WantedModel:
        read = read_package(package, TRUSTED)
        one = WantedModel(
            family=read.manifest.family, version=read.manifest.version, sha256=read.sha256, size=len(package)
        )
        self.console.packages[one.sha256] = package if sent is None else sent
        self.console.wanted = (one,)
        return one

    def start(self) -> list[str]:
        """Start the agent anew, let it talk once, and return what judges."""
        self.judge = FakeJudge()
        agent = Agent(self.folder, self.config, self.judge)
        try:
            agent.run_once()
        finally:
            agent.close()
        return [p.name for p in self.judge.models]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world whose engine comes without models, so that only what the console gives is there."""
    monkeypatch.setattr("anshin.agent.model_store.bundled", tuple)
    with serving() as (console, url):
        yield World(tmp_path.resolve(), console, url)


def test_agent_takes_a_model_and_says_so(world):
    one = world.offer(make_package())
    assert world.start() == ["shell-2026.11.1"]
    first, last = world.console.model_reports
    assert first.in_use == ()
    assert [(m.family, m.version, m.sha256) for m in last.in_use] == [("shell", "2026.11.1", one.sha256)]


def test_models_that_came_with_the_engine_are_used_and_told_beside_the_console_s(world, monkeypatch):
    monkeypatch.setattr("anshin.agent.model_store.bundled", bundled)
    world.offer(make_package())
    mine = {p.name for p in bundled()}
    assert mine
    assert set(world.start()) == mine | {"shell-2026.11.1"}
    assert {f"{m.family}-{m.version}" for m in world.console.model_reports[-1].in_use} == mine | {"shell-2026.11.1"}


def test_agent_goes_back_when_the_console_says_so(world):
    world.offer(make_package())
    world.start()
    world.offer(make_package(version="2026.11.2", above=5.0))
    assert world.start() == ["shell-2026.11.2"]
    world.offer(make_package())
    fetched = len([path for _m, path in world.console.requests if "?offset=" in path])
    assert world.start() == ["shell-2026.11.1"]
    assert len([path for _m, path in world.console.requests if "?offset=" in path]) == fetched, "it was still here"


def test_changed_package_is_refused_and_the_console_is_told_why(world):
    world.offer(make_package())
    world.start()
    good = make_package(version="2026.11.2", above=5.0)
    bad = one_byte_changed(good)
    one = world.offer(good, sent=bad).model_copy(update={"size": len(bad)})
    world.console.wanted = (one,)
    assert world.start() == ["shell-2026.11.1"]
    (refused,) = world.console.model_reports[-1].refused
    assert (refused.version, refused.code) == ("2026.11.2", "damaged")
    assert refused.ja.endswith("取り直してください。")


def test_download_that_was_cut_off_goes_on_after_a_restart(world):
    package = make_package()
    big = make_package(trees=os.urandom(2 * PART_BYTES))  # cannot be compressed: three parts
    one = world.offer(big)
    asked: list[str] = []

    def cut(path: str) -> None:
        if "?offset=" in path:
            asked.append(path.partition("?offset=")[2])
            if len(asked) == 2:
                raise Refused(503, "busy")

    world.console.fault = cut
    world.start()
    world.start()
    assert asked[0] == "0"
    assert asked[1:3] == [str(PART_BYTES)] * 2
    assert world.console.model_reports[-1].in_use[0].sha256 == one.sha256
    assert len(package) < PART_BYTES


def test_new_enrolment_takes_the_keys_of_the_new_console(world):
    world.offer(make_package())
    world.console.model_keys = (base64.b64encode(bytes(32)).decode(),)
    assert world.start() == [], "signed with a key that this device was not told of"
    world.console.model_keys = (PUBLIC_TEXT,)
    assert world.start() == [], "another key is not taken later"
    world.console.token_used = False
    world.config = enrol_device(
        world.folder,
        console=world.config.console,
        token=TOKEN,
        versions=world.judge.versions(),
        watch=[str(world.home)],
        replace=True,
    )
    assert world.start() == ["shell-2026.11.1"]


def test_console_of_before_models_is_no_fault(world):
    world.console.fault = lambda path: _absent() if "/models" in path else None
    agent = Agent(world.folder, world.config, world.judge)
    try:
        assert agent.run_once()
        assert agent.store.setting("last_error", {"en": ""})["en"] == ""
    finally:
        agent.close()


def _absent() -> None:
    raise Refused(404, "not_found")
