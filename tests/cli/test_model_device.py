"""`anshin model list|pin|rollback` on an agent's state folder."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from anshin.agent.config import AgentConfig, StateFolder, save_config
from anshin.agent.model_store import ModelStore
from anshin.cli.app import app
from anshin.cli.errors import run
from tests.agent.test_model_store import NEW, OLD, FakeEngine, give
from tests.engine.model_packages import PUBLIC_TEXT


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An enrolled PC that got two versions of one model."""
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    folder = StateFolder(tmp_path / "state")
    folder.prepare()
    save_config(folder, AgentConfig(console="https://console.example.jp", device_id=uuid4()))
    store, engine = ModelStore(folder.models, ()), FakeEngine()
    store.trust_first([PUBLIC_TEXT])
    give(store, engine, OLD)
    give(store, engine, NEW)
    return folder.root


def anshin(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = run(app, ["model", *(str(a) for a in arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_list_shows_what_is_in_use(state, capsys):
    code, out, _err = anshin(capsys, "list", "--state", state, "--json")
    assert code == 0
    assert [(m["version"], m["in_use"]) for m in json.loads(out)["models"] if m["family"] == "shell"][-2:] == [
        ("2026.11.1", False),
        ("2026.11.2", True),
    ]


def test_rollback_and_giving_up_the_pin(state, capsys):
    code, out, _err = anshin(capsys, "rollback", "shell", "--state", state)
    assert (code, "2026.11.1" in out) == (0, True)
    engine = FakeEngine()
    ModelStore(StateFolder(state).models, ()).switch(engine)
    assert engine.names == ["shell-2026.11.1"]
    code, _out, _err = anshin(capsys, "pin", "shell", "--none", "--state", state)
    assert code == 0
    ModelStore(StateFolder(state).models, ()).switch(engine)
    assert engine.names == ["shell-2026.11.2"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["pin", "shell", "2020.1.1"], 1, "2026.11.1"),
        (["pin", "shell"], 2, "--none"),
        (["pin", "shell", "2026.11.1", "--none"], 2, "--none"),
        (["rollback", "java"], 1, "bundled"),
    ],
)
def test_what_cannot_be_done_is_said(state, capsys, arguments, code, said):
    got, _out, err = anshin(capsys, *arguments, "--state", state)
    assert got == code
    assert said in err


def test_folder_without_an_agent_is_said(tmp_path, capsys):
    code, _out, err = anshin(capsys, "list", "--state", tmp_path)
    assert code == 1
    assert "anshin agent enrol" in err
