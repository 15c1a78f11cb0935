"""Enrolment: one token, one identity, nothing of the old one touched before the new one is accepted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anshin.agent.config import AgentConfig, StateFolder, load_config
from anshin.agent.enrol import enrol_device, resolve_watch
from anshin.agent.errors import AgentError, Conflict, ConsoleRefused, ConsoleUnreachable, NotEnrolled
from anshin.agent.keys import load_device_key
from anshin.agent.system.locks import lock
from anshin.engine.verdict import Versions
from tests.agent.console import TOKEN, FakeConsole, serving

VERSIONS = Versions(engine="1", rules="2")


@pytest.fixture
def served() -> Iterator[tuple[FakeConsole, str]]:
    with serving() as pair:
        yield pair


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def enrol(folder: StateFolder, url: str, **more: object) -> AgentConfig:
    fields: dict[str, object] = {"token": TOKEN, "versions": VERSIONS, "watch": [str(folder.root.parent)], **more}
    return enrol_device(folder, console=url, **fields)  # type: ignore[arg-type]


def test_enrolled(folder: StateFolder, served: tuple[FakeConsole, str]) -> None:
    console, url = served
    config = enrol(folder, f"{url}/")
    assert config.console == url
    assert load_config(folder) == config
    assert config.device_id in console.keys
    key = load_device_key(folder.device_key)
    assert key.public_key().public_bytes_raw() == console.keys[config.device_id]


def test_again_only_with_replace(folder: StateFolder, served: tuple[FakeConsole, str]) -> None:
    console, url = served
    first = enrol(folder, url)
    with pytest.raises(Conflict):
        enrol(folder, url)
    with pytest.raises(ConsoleRefused) as caught:
        enrol(folder, url, replace=True)
    assert caught.value.code == "token_used"
    assert load_config(folder) == first  # the old identity still stands
    assert load_device_key(folder.device_key).public_key().public_bytes_raw() == console.keys[first.device_id]
    console.token_used = False
    assert enrol(folder, url, replace=True).device_id != first.device_id
    assert {path.name for path in folder.root.iterdir()} == {
        "agent.json", "device.key", "agent.lock", "quarantine", "rules", "models",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"token": "wrong-token-wrong-token"}, "console_refused"),
        ({"token": "short"}, "token_invalid"),
        ({"watch": ["/no/such/folder"]}, "watch_not_a_folder"),
    ],
)
def test_refusals_leave_nothing_behind(
    folder: StateFolder, served: tuple[FakeConsole, str], more: dict[str, object], key: str
) -> None:
    with pytest.raises(AgentError) as caught:
        enrol(folder, served[1], **more)
    assert caught.value.key == key
    assert str(more.get("token", "\0")) not in caught.value.en
    assert {path.name for path in folder.root.iterdir()} == {"agent.lock", "quarantine", "rules"}
    with pytest.raises(NotEnrolled):
        load_config(folder)
    assert enrol(folder, served[1])  # the same request, put right


def test_no_console_there(folder: StateFolder) -> None:
    with serving() as (_, url):
        pass
    with pytest.raises(ConsoleUnreachable):
        enrol(folder, url)


def test_not_while_the_agent_runs(folder: StateFolder, served: tuple[FakeConsole, str]) -> None:
    folder.prepare()
    with lock(folder.run_lock), pytest.raises(Conflict):
        enrol(folder, served[1])


def test_watched_folders_are_real_paths(tmp_path: Path) -> None:
    real = tmp_path.resolve() / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    assert resolve_watch([str(tmp_path / "link"), str(real)]) == (str(real),)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_setting_stands_in_the_reference(language: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / f"agent.{language}.md"
    text = page.read_text(encoding="utf-8")
    assert [name for name in AgentConfig.model_fields if f"| `{name}` |" not in text] == []


def test_a_damaged_config_says_where(folder: StateFolder) -> None:
    folder.prepare()
    folder.config.write_text('{"console": 1}')
    with pytest.raises(AgentError) as caught:
        load_config(folder)
    assert str(folder.config) in caught.value.ja
