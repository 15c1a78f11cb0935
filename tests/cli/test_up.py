"""`anshin up` as a real process: one line, one instance, restarts, a clean end, no orphans."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import eicar
from tests.postgres.run import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


def wait_for(what: Callable[[], object], why: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            if what():
                return
        time.sleep(0.05)
    raise AssertionError(f"gave up waiting until {why}")


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSHIN_", "COV_", "PYTEST", "DJANGO_"))}
    return kept | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "LC_ALL": "C.UTF-8"}


def children_of(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except FileNotFoundError:
        return ""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@dataclass
class Up:
    """One `anshin up`, and everything it started."""

    data: Path
    home: Path  # where its words go
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    def start(self) -> "Up":
        command = [sys.executable, "-m", "anshin.cli", "up", "--data", str(self.data), "--port", str(self.port)]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, *self.arguments], env=environment(), stdout=subprocess.PIPE, stderr=log, text=True
            )
        return self

    @property
    def log(self) -> Path:
        return self.home / "stderr"

    @property
    def running(self) -> subprocess.Popen[str]:
        assert self.process is not None
        return self.process

    def line(self) -> str:
        """Wait for the one line."""
        assert self.running.stdout is not None
        found = self.running.stdout.readline()
        assert found, f"it ended without its line: {self.errors()}"
        return found

    def errors(self) -> str:
        return self.log.read_text()

    def child(self, name: str) -> int:
        """Return the process id of a child, once it runs as itself and no longer as its leash."""
        found = {
            pid: text
            for pid in children_of(self.running.pid)
            if name in (text := command_of(pid)) and "operate.leash" not in text
        }
        if not found:
            raise OSError(f"no {name} yet")
        return next(iter(found))

    def ready(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as reply:
            return bool(reply.status == 200)

    def stop(self) -> int:
        """End it by SIGTERM and return its exit code."""
        self.running.send_signal(signal.SIGTERM)
        code = self.running.wait(PATIENCE)
        assert self.running.stdout is not None
        self.running.stdout.close()
        return code


@contextlib.contextmanager
def up(data: Path, *arguments: str, port: int | None = None, home: Path | None = None) -> Iterator[Up]:
    house = Up(data, home or data.parent, arguments, port or free_port()).start()
    try:
        yield house
    finally:
        if house.running.poll() is None:
            house.stop()
        assert house.running.stdout is not None
        house.running.stdout.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as a first start leaves it, to be copied: migrations take a while."""
    data = tmp_path_factory.mktemp("first") / "data"
    with up(data) as house:
        line = house.line()
        assert re.search(rf"http://127\.0\.0\.1:{house.port}/setup/[\w-]+/$", line.strip()), line
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    shutil.copytree(prepared, tmp_path / "data")
    return tmp_path / "data"


def test_first_start_made_a_private_folder(prepared: Path):
    assert prepared.stat().st_mode & 0o777 == 0o700
    for name in ("secret-key", "metrics-key"):
        secret = prepared / "secrets" / name
        assert secret.stat().st_mode & 0o777 == 0o600
        assert len(secret.read_text().strip()) >= 48
    assert list((prepared / "static").rglob("staticfiles.json"))


def test_starts_again_and_ends_cleanly(data: Path):
    with up(data, "--json") as house:
        said = json.loads(house.line())
        assert said["purpose"] == "set-up"
        assert said["link"].startswith(said["address"] + "setup/")
        assert house.ready()
        children = children_of(house.running.pid)
        assert len(children) == 2
        assert house.stop() == 0
    assert not any(is_running(pid) for pid in children)
    assert "Traceback" not in house.errors()


def test_ctrl_c_ends_it_cleanly_too(data: Path):
    with up(data) as house:
        house.line()
        house.running.send_signal(signal.SIGINT)
        assert house.running.wait(PATIENCE) == 0
    assert "Traceback" not in house.errors()


def test_no_link_prints_the_address_alone(data: Path):
    with up(data, "--no-link") as house:
        assert house.line().strip() == f"Anshin: http://127.0.0.1:{house.port}/"


def test_second_instance_is_refused(data: Path):
    with up(data) as first:
        first.line()
        with up(data) as second:
            assert second.running.wait(PATIENCE) == 5
        assert str(data) in second.errors()
        assert first.ready()


def test_busy_port_is_named_before_anything_starts(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with up(tmp_path / "data", port=port) as house:
            assert house.running.wait(PATIENCE) == 1
    assert str(port) in house.errors()
    assert not (tmp_path / "data" / "anshin.sqlite3").exists()


def test_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with up(tmp_path / "file" / "data", home=tmp_path) as house:
        assert house.running.wait(PATIENCE) == 1
    assert str(tmp_path / "file" / "data") in house.errors()


def test_killed_child_comes_back(data: Path):
    with up(data) as house:
        house.line()
        wait_for(lambda: house.child("web.server"), "the server runs")
        victim = house.child("web.server")
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: house.child("web.server") != victim and house.ready(), "the server is back")
    assert "starts again" in house.errors()


def test_killing_the_parent_leaves_no_orphan(data: Path):
    with up(data) as house:
        house.line()
        wait_for(lambda: house.child("web.server") and house.child("cli worker"), "both children run")
        children = children_of(house.running.pid)
        house.running.kill()
        house.running.wait(PATIENCE)
        wait_for(lambda: not any(is_running(pid) for pid in children), "the children are gone")


def test_older_database_is_saved_before_it_changes(data: Path):
    import sqlite3

    with contextlib.closing(sqlite3.connect(data / "anshin.sqlite3")) as database:
        database.execute("DROP TABLE web_workerheartbeat")
        database.execute("DELETE FROM django_migrations WHERE app = 'web' AND name = '0002_workerheartbeat'")
        database.commit()
    with up(data) as house:
        house.line()
    assert len(list((data / "backups").glob("*before-migration.tar.gz"))) == 1


def test_newer_database_is_refused(data: Path):
    import sqlite3

    with contextlib.closing(sqlite3.connect(data / "anshin.sqlite3")) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('web', '9999_later', '2030-01-01')"
        )
        database.commit()
    with up(data) as house:
        assert house.running.wait(PATIENCE) == 5
    assert "web.9999_later" in house.errors()


def test_demonstration_catches_the_test_file(prepared: Path, tmp_path: Path):
    data = tmp_path / "data"
    with up(data, "--demo") as house:
        assert f"http://127.0.0.1:{house.port}/enter/" in house.line()
        wait_for(lambda: house.child("agent run"), "the agent runs")
        wait_for(lambda: "Protecting" in house.errors(), "the agent watches")
        target = data / "demo-pc" / "harmless-test.com"
        target.write_bytes(eicar())
        wait_for(lambda: not target.exists(), "the agent has taken the test file away")
        wait_for(lambda: metric(house, 'anshin_detections_total{outcome="blocked"}') == 4, "the console knows it")
    assert "Traceback" not in house.errors()


def metric(house: Up, name: str) -> float | None:
    key = (house.data / "secrets" / "metrics-key").read_text().strip()
    asked = urllib.request.Request(f"http://127.0.0.1:{house.port}/metrics", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(asked, timeout=10) as reply:
        text = reply.read().decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return float(lines[name]) if name in lines else None
