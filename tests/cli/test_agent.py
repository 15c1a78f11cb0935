"""The `anshin agent` commands: what they print, what they exit with, and how they live beside each other."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from anshin.agent.config import StateFolder, load_config, save_config
from anshin.agent.system.locks import lock
from anshin.cli.app import app
from anshin.cli.errors import run
from tests.agent.conftest import BAD, FakeJudge
from tests.agent.console import TOKEN, FakeConsole, serving


class Done(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


class Terminal(io.StringIO):
    """A standard input behind which a person sits."""

    def isatty(self) -> bool:
        return True


class Desk:
    """One PC with a console, driven by commands only."""

    def __init__(self, root: Path, console: FakeConsole, url: str) -> None:
        self.console = console
        self.url = url
        self.state = root / "state"
        self.home = root / "home"
        self.home.mkdir()

    def do(self, *args: str, stdin: str | Terminal = "", **env: str) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr("sys.stdin", io.StringIO(stdin) if isinstance(stdin, str) else stdin)
            for name, value in env.items():
                patch.setenv(name, value)
            exit_code = run(app, ["agent", *args, "--state", str(self.state)])
        return Done(exit_code, out.getvalue(), err.getvalue())

    def enrol(self, *args: str, **more: Any) -> Done:
        return self.do("enrol", "--console", self.url, "--watch", str(self.home), *args, **more)

    def items(self) -> list[dict[str, str]]:
        found = json.loads(self.do("quarantine", "list", "--json").stdout)["items"]
        assert isinstance(found, list)
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("anshin.agent.judge.start_engine", FakeJudge)
    monkeypatch.setenv("ANSHIN_LANG", "en")
    monkeypatch.delenv("ANSHIN_ENROL_TOKEN", raising=False)
    with serving() as (console, url):
        yield Desk(tmp_path.resolve(), console, url)


def test_token_by_environment(desk: Desk) -> None:
    done = desk.enrol(ANSHIN_ENROL_TOKEN=TOKEN)
    assert done.exit_code == 0, done.stderr
    assert "試験商店" in done.stdout
    assert desk.enrol(ANSHIN_ENROL_TOKEN=TOKEN).exit_code == 5
    assert desk.enrol("--replace", ANSHIN_ENROL_TOKEN=TOKEN).exit_code == 4  # the console: used already


def test_token_by_file(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "token"
    assert desk.enrol("--token-file", str(file)).exit_code == 1
    file.write_text(f"{TOKEN}\n")
    assert desk.enrol("--token-file", str(file)).exit_code == 0


def test_token_by_standard_input(desk: Desk) -> None:
    assert desk.enrol().exit_code == 1
    assert desk.enrol(stdin=f"{TOKEN}\n").exit_code == 0


def test_answer_as_json(desk: Desk) -> None:
    answer = json.loads(desk.enrol("--json", ANSHIN_ENROL_TOKEN=TOKEN).stdout)
    assert answer["organisation"] == "試験商店"
    assert answer["watched"] == [str(desk.home)]
    assert answer["device_id"] == str(load_config(StateFolder(desk.state)).device_id)
    refused = desk.enrol("--json", ANSHIN_ENROL_TOKEN=TOKEN)
    assert (refused.exit_code, refused.stdout, list(json.loads(refused.stderr))) == (5, "", ["error"])


def test_a_terminal_is_not_asked_with_no_input(desk: Desk) -> None:
    done = desk.enrol("--no-input", stdin=Terminal(f"{TOKEN}\n"))
    assert done.exit_code == 1
    assert "--token-file" in done.stderr


def test_there_is_no_flag_for_the_token(desk: Desk) -> None:
    assert desk.enrol("--token", TOKEN).exit_code == 2
    assert desk.enrol(stdin=f"{TOKEN}\n").exit_code == 0


def test_block_list_restore(desk: Desk) -> None:
    desk.enrol(stdin=TOKEN)
    bad = desk.home / "bad\nname.bin"
    bad.write_bytes(BAD)
    assert desk.do("run", "--once").exit_code == 0
    assert not bad.exists()
    (item,) = desk.items()
    assert item["reason_ja"]
    listed = desk.do("quarantine", "list").stdout
    assert item["item_id"] in listed
    assert "bad\\x0aname.bin" in listed
    status = json.loads(desk.do("status", "--json").stdout)
    assert (status["quarantined"], status["spooled"], status["running"]) == (1, 0, False)
    assert desk.do("quarantine", "restore", item["item_id"]).exit_code == 2  # --reason is missing
    assert desk.do("quarantine", "restore", item["item_id"], "--reason", " ").exit_code == 4
    done = desk.do("quarantine", "restore", item["item_id"], "--reason", "ours", "--json")
    assert done.exit_code == 0, done.stderr
    assert bad.read_bytes() == BAD
    assert desk.do("quarantine", "restore", item["item_id"], "--reason", "ours").exit_code == 5
    assert desk.items() == []
    assert json.loads(desk.do("status", "--json").stdout)["spooled"] == 1


def test_unknown_items(desk: Desk) -> None:
    desk.enrol(stdin=TOKEN)
    for item in (str(uuid4()), "nonsense"):
        done = desk.do("quarantine", "restore", item, "--reason", "x", "--json")
        assert done.exit_code == 3
        assert json.loads(done.stderr)["error"]["code"] in {"item_unknown", "item_id_invalid"}


@pytest.mark.parametrize("command", [["run"], ["run", "--once"], ["status"], ["quarantine", "list"]])
def test_not_enrolled(desk: Desk, command: list[str]) -> None:
    done = desk.do(*command)
    assert done.exit_code == 1
    assert "anshin agent enrol" in done.stderr
    assert "登録" in desk.do(*command, ANSHIN_LANG="ja").stderr


def test_status_for_people_in_both_languages(desk: Desk) -> None:
    desk.enrol(stdin=TOKEN)
    desk.do("run", "--once")
    english, japanese = desk.do("status").stdout, desk.do("status", ANSHIN_LANG="ja").stdout
    assert "Watched folders" in english
    assert "監視フォルダー" in japanese
    assert len(english.splitlines()) == len(japanese.splitlines())


def test_once_says_when_the_console_is_away(desk: Desk) -> None:
    desk.enrol(stdin=TOKEN)
    folder = StateFolder(desk.state)
    save_config(folder, load_config(folder).model_copy(update={"console": "http://127.0.0.1:9"}))
    (desk.home / "bad.bin").write_bytes(BAD)
    assert desk.do("run", "--once").exit_code == 1
    assert len(desk.items()) == 1
    status = json.loads(desk.do("status", "--json").stdout)
    assert status["spooled"] == 2
    assert status["last_error_ja"]


def test_only_one_agent_per_state_folder(desk: Desk) -> None:
    desk.enrol(stdin=TOKEN)
    with lock(StateFolder(desk.state).run_lock):
        done = desk.do("run", "--once")
        assert done.exit_code == 5
        assert "already running" in done.stderr
        assert json.loads(desk.do("status", "--json").stdout)["running"] is True
    assert desk.do("run", "--once").exit_code == 0


def test_restore_while_the_agent_runs(desk: Desk) -> None:
    from anshin.agent.run import Agent

    desk.enrol(stdin=TOKEN)
    folder = StateFolder(desk.state)
    bad = desk.home / "bad.bin"
    stop = threading.Event()
    agent = Agent(folder, load_config(folder), FakeJudge())
    thread = threading.Thread(target=agent.run, args=(stop,))
    thread.start()
    try:
        desk.console.wait_for(lambda console: bool(console.heartbeats))
        bad.write_bytes(BAD)
        desk.console.wait_for(lambda console: any(e.kind == "detection.blocked" for e in console.events.values()))
        (item,) = desk.items()
        assert desk.do("quarantine", "restore", item["item_id"], "--reason", "ours").exit_code == 0
        desk.console.wait_for(lambda console: any(e.kind == "quarantine.restored" for e in console.events.values()))
        beats = len(desk.console.requests)
        desk.console.wait_for(lambda console: len(console.requests) > beats)
        assert bad.read_bytes() == BAD
    finally:
        stop.set()
        thread.join(10)
        agent.close()
    assert sum(event.kind == "detection.blocked" for event in desk.console.events.values()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_cleanly_and_logs_are_json_without_names(desk: Desk, number: int) -> None:
    desk.enrol(stdin=TOKEN)
    program = (
        "import sys, anshin.agent.judge; from tests.agent.conftest import FakeJudge;"
        "anshin.agent.judge.start_engine = FakeJudge; from anshin.cli.app import main; main()"
    )
    command = [sys.executable, "-c", program, "agent", "run", "--state", str(desk.state), "--log", "json"]
    environment = {**os.environ, "ANSHIN_LANG": "en"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        desk.console.wait_for(lambda console: bool(console.heartbeats))
        (desk.home / "secret-plan.bin").write_bytes(BAD)
        desk.console.wait_for(lambda console: any(e.kind == "detection.blocked" for e in console.events.values()))
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert any("quarantined" in line["message"] for line in lines)
    assert "secret-plan" not in errors
    assert errors.rstrip().endswith("Stopped.")
