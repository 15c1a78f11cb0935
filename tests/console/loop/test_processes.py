"""Real worker processes on a real SQLite file: two at once, and killed at random points."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
EVENTS = 24


class House:
    """A data folder, and programs that run on it."""

    def __init__(self, folder: Path) -> None:
        (folder / "secrets").mkdir()
        (folder / "secrets" / "secret-key").write_text("only for this test, " * 4)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSHIN_", "COV_", "PYTEST"))}
        self.environment = kept | {
            "ANSHIN_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "anshin.console.web.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str]) -> str:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors[-2000:]
        return out

    def call(self, *arguments: str) -> str:
        return self.finish(self.start(*arguments))

    def program(self, command: str) -> tuple[str, ...]:
        return ("-m", "tests.console.loop.outbox_program", command)


@pytest.fixture
def house(tmp_path: Path) -> House:
    built = House(tmp_path)
    built.call("-m", "django", "migrate", "-v", "0")
    built.call(*built.program(f"make {EVENTS}"))
    return built


def expect_each_case_once(house: House) -> None:
    found = json.loads(house.call(*house.program("look")))
    assert found["waiting"] == found["dead"] == 0
    assert found["cases"] == [f"{found['year']}-{number:04}" for number in range(1, EVENTS + 1)]
    assert found["evidence"] == EVENTS
    assert found["whole"] is True


def test_two_workers_at_once_open_each_case_once(house: House):
    workers = [house.start(*house.program("deliver")) for _ in range(2)]
    handled = [int(house.finish(worker)) for worker in workers]
    assert sum(handled) == EVENTS
    expect_each_case_once(house)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX thing")
def test_killed_workers_lose_and_double_nothing(house: House):
    chance = random.Random(20261124)
    for _ in range(3):
        worker = house.start(*house.program("deliver-slowly"))
        assert worker.stdout is not None
        worker.stdout.readline()  # it has begun
        time.sleep(chance.uniform(0.0, 0.25))
        worker.send_signal(signal.SIGKILL)
        worker.communicate(timeout=30)
    house.call(*house.program("deliver"))
    expect_each_case_once(house)
