"""A whole installation on one machine, as real processes that a test may kill: web server, worker, agent."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.postgres.run import free_port

ROOT = Path(__file__).resolve().parents[2]


def wait_for(what: Callable[[], object], *, seconds: float, why: str) -> None:
    """Wait generously for something to become true; the test does not measure how long it took."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            if what():
                return
        time.sleep(0.05)
    raise AssertionError(f"gave up after {seconds:.0f} s waiting until {why}")


@dataclass
class House:
    """Starts, kills and asks the processes of one installation in `folder`."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def watched(self) -> Path:
        return self.folder / "pc"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSHIN_", "COV_", "PYTEST"))}
        return kept | {
            "ANSHIN_DATA": str(self.folder / "data"),
            "ANSHIN_PUBLIC_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "anshin.console.web.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }

    def call(self, *arguments: str, **extra: str) -> str:
        """Run a program of ours to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment | extra,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr[-2000:]}"
        return done.stdout

    def set_up(self) -> None:
        """Make data folder, database, company and an enrolled agent."""
        (self.folder / "data" / "secrets").mkdir(parents=True)
        (self.folder / "data" / "secrets" / "secret-key").write_text("only for this test, " * 4)
        self.watched.mkdir()
        self.call("-m", "django", "migrate", "-v", "0")
        self.call("-m", "django", "collectstatic", "-v", "0", "--no-input")
        token = self.call("-m", "tests.faults.company").strip()
        self.start("console")
        self.call(
            "-m", "anshin.cli", "agent", "enrol", "--console", self.url, "--watch", str(self.watched),
            "--state", str(self.folder / "agent"), ANSHIN_ENROL_TOKEN=token,
        )  # fmt: skip

    def command(self, name: str) -> list[str]:
        return {
            "console": [
                sys.executable,
                "-m",
                "anshin.console.web.server",
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
            ],
            "worker": [sys.executable, "-m", "anshin.cli", "worker"],
            "agent": [sys.executable, "-m", "anshin.cli", "agent", "run", "--state", str(self.folder / "agent")],
        }[name]

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(self.command(name), env=self.environment, stdout=log, stderr=log)
        if name == "console":
            wait_for(self.answers, seconds=60, why="the console answers")

    def answers(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as reply:
            return bool(reply.status == 200)

    def kill(self, name: str) -> None:
        """Kill -9, as a power cut of one program."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)

    def stop(self) -> None:
        """End everything that still runs, by id."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=20)
        self.running.clear()

    def agent_json(self, *arguments: str) -> Any:
        return json.loads(
            self.call("-m", "anshin.cli", "agent", *arguments, "--json", "--state", str(self.folder / "agent"))
        )

    def ask_console(self, question: str) -> Any:
        """Ask the console's database through a program of its own: `tests.faults.company QUESTION`."""
        return json.loads(self.call("-m", "tests.faults.company", question))
