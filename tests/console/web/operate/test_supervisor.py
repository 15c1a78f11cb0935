"""Children are restarted with growing pauses and stopped in time; a leash ends what its owner leaves behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anshin.console.web.operate.supervisor import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Child, Supervisor

ROOT = Path(__file__).resolve().parents[4]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
END = [sys.executable, "-c", "pass"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
STUBBORN = [sys.executable, "-c", DEAF]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def supervisor(said: list[str], clock: Clock) -> Iterator[Supervisor]:
    made = Supervisor(said.append, clock)
    yield made
    made.clock = time.monotonic
    made.stop()


def process_of(child: Child) -> subprocess.Popen[bytes]:
    assert child.process is not None
    return child.process


def wait_until_ended(child: Child) -> None:
    process_of(child).wait(30)


def test_restarts_after_growing_pauses(supervisor: Supervisor, clock: Clock, said: list[str]):
    child = Child("toy", END, environment())
    supervisor.add(child)
    pauses = []
    for _round in range(8):
        wait_until_ended(child)
        supervisor.look()
        assert child.process is None
        pauses.append(child.due_at - clock.now)
        clock.now = child.due_at - 0.01
        supervisor.look()
        assert child.process is None, "it started before its time"
        clock.now = child.due_at
        supervisor.look()
        assert child.process is not None
    assert pauses == [min(FIRST_PAUSE_SECONDS * 2**n, LONGEST_PAUSE_SECONDS) for n in range(8)]
    assert len(said) == 8
    assert "toy" in said[0]


def test_a_long_run_forgives_earlier_deaths(supervisor: Supervisor, clock: Clock):
    child = Child("toy", END, environment(), pause=LONGEST_PAUSE_SECONDS)
    supervisor.add(child)
    wait_until_ended(child)
    clock.now += 3600
    supervisor.look()
    assert child.due_at == clock.now + FIRST_PAUSE_SECONDS


def test_stop_asks_and_then_kills(said: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("anshin.console.web.operate.supervisor.STOP_SECONDS", 0.5)
    supervisor = Supervisor(said.append)
    reader, writer = os.pipe()
    supervisor.add(Child("deaf", STUBBORN, environment(), output=writer))
    supervisor.add(Child("polite", SLEEP, environment()))
    processes = [process_of(child) for child in supervisor.children]
    try:
        assert os.read(reader, 4) == b"deaf"
        supervisor.stop()
    finally:
        os.close(reader)
        os.close(writer)
    assert processes[0].returncode == -signal.SIGKILL
    assert processes[1].returncode == -signal.SIGTERM


OWNER = """
import os, subprocess, sys, time
if sys.argv[1] == "watch":
    code = "import sys; from anshin.console.web.operate.leash import watch; watch(int(sys.argv[1]), sys.argv[2:])"
    command = [sys.executable, "-c", code]
else:
    command = [sys.executable, "-m", "anshin.console.web.operate.leash"]
toy = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
subprocess.Popen([*command, str(os.getpid()), *toy])
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
@pytest.mark.parametrize("way", ["kernel", "watch"])
def test_killing_the_owner_ends_the_program(way: str):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, way], env=environment(), stdout=subprocess.PIPE)
    assert owner.stdout is not None
    program = int(owner.stdout.readline())
    owner.kill()
    owner.wait(30)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and is_running(program):
        time.sleep(0.05)
    left = is_running(program)
    with contextlib.suppress(ProcessLookupError):
        if left:
            os.kill(program, signal.SIGKILL)
    owner.stdout.close()
    assert not left


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
