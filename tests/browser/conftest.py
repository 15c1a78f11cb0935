"""A real installation started by `anshin up --demo`, and Debian's Chromium to look at it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.house import ROOT, wait_for
from tests.postgres.run import free_port

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@dataclass
class Installation:
    """One running demonstration."""

    folder: Path
    url: str
    link: str

    @property
    def pc(self) -> Path:
        return self.folder / "demo-pc"

    def run(self, *arguments: str) -> str:
        """Run `anshin …` on this installation and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "anshin.cli", *arguments],
            env=environment(self.folder), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def users(self) -> list[dict[str, Any]]:
        """Return everyone of the demonstration, with their roles."""
        found: list[dict[str, Any]] = json.loads(self.run("user", "list", "--json"))["users"]
        return found

    def sign_in_link(self, email: str) -> str:
        return self.run("user", "link", email).split()[-1]


def environment(data: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSHIN_", "COV_", "PYTEST", "DJANGO"))}
    return kept | {"ANSHIN_DATA": str(data), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def start_up(data: Path, *options: str) -> tuple[subprocess.Popen[str], list[str]]:
    """Start `anshin up`; return the process and the lines it has printed on stdout so far (a living list)."""
    variables = {k: v for k, v in environment(data).items() if k != "ANSHIN_DATA"}
    with (data.parent / f"{data.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "anshin.cli", "up", "--data", str(data), "--port", str(free_port()), *options],
            env=variables, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
    lines: list[str] = []
    assert process.stdout is not None
    read = process.stdout.readline
    threading.Thread(target=lambda: lines.extend(iter(read, "")), daemon=True).start()
    return process, lines


def stop(process: subprocess.Popen[str]) -> int:
    """Press Ctrl-C and return the exit code."""
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()


def shown(thing: Any) -> Any:
    """Return Playwright's assertions about `thing`, each of which waits: after a click the old page stands a moment."""
    from playwright.sync_api import expect

    expect.set_options(timeout=20_000)
    return expect(thing)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """`anshin up --demo` in an empty folder."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed; as root on Debian `make test` installs it")
    data = tmp_path_factory.mktemp("up") / "data"
    process, lines = start_up(data, "--demo")
    try:
        wait_for(lambda: lines or process.poll() is not None, seconds=90, why="`anshin up` prints its line")
        assert lines, (data.parent / f"{data.name}.log").read_text()[-3000:]
        found = re.findall(r"https?://\S+", lines[0])
        yield Installation(data, found[0].split("/enter")[0].rstrip("/"), found[-1])
    finally:
        stop(process)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread. Django would take every later test of this worker for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
