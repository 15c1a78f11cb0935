"""Workers that hang, crash or grow, and brokers that die."""

import gzip
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import Pipe
from pathlib import Path

import pytest

from anshin.engine.examination import Examination, read
from anshin.engine.jail import wire
from anshin.engine.jail.pool import Jailed, Worker, WorkerLostError
from anshin.engine.jail.worker import _written
from anshin.engine.limits import MIB, Limits
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status, Verdict
from tests.engine.samples import eicar, gap_codes, noise, zipped

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")


def backend(engine: Engine) -> Jailed:
    assert isinstance(engine._shift.backend, Jailed)
    return engine._shift.backend


def worker_pid(engine: Engine) -> int:
    worker = backend(engine)._slots.queue[-1]
    assert worker is not None
    return worker.pid


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 20
    while any(alive(p) for p in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [p for p in pids if alive(p)]


def test_file_whose_worker_was_killed_is_judged_by_another():
    with Engine() as engine:
        pid = worker_pid(engine)
        os.kill(pid, signal.SIGKILL)
        assert engine.judge_bytes(eicar(), name="x").status is Status.MALICIOUS
        assert worker_pid(engine) != pid


def test_file_that_costs_two_workers_is_incomplete(monkeypatch):
    def ask(_self: Jailed, worker: Worker, *_more: object) -> None:
        os.kill(worker.pid, signal.SIGKILL)
        raise WorkerLostError("crashed")

    with Engine() as engine:
        with monkeypatch.context() as patched:
            patched.setattr(Jailed, "_ask", ask)
            lost = engine.judge_bytes(eicar(), name="x")
        assert lost.status is Status.INCOMPLETE
        assert gap_codes(lost) == {"crashed"}
        assert engine.judge_bytes(eicar(), name="x").status is Status.MALICIOUS


@pytest.mark.parametrize("begun", [b"", b"\0\0", b"\0\0\1\0half"], ids=["nothing", "half a header", "half an answer"])
def test_worker_that_never_ends_its_answer_cannot_hold_the_broker(monkeypatch, begun):
    """What a worker that a file has taken over may do: here another process answers in its place."""
    with Engine(EngineSettings(limits=Limits(seconds=0.2))) as engine:
        ours, theirs = Pipe()
        theirs._send(begun)  # type: ignore[attr-defined]
        worker = backend(engine)._slots.queue[-1]
        assert worker is not None
        worker.line.close()
        worker.line = ours
        assert gap_codes(engine.judge_bytes(b"hello", name="x")) == {"time"}
        theirs.close()
        assert engine.judge_bytes(b"hello", name="x").status is Status.CLEAN


def test_names_of_members_cannot_make_the_verdict_too_long_to_arrive():
    """Each name takes 60 kB here, and stands in the verdict several times."""
    long = "\x01" * 60_000
    members = {"t.com": eicar()} | {f"{n}/../{long}.txt": b"x" for n in range(300)}
    with Engine() as engine:
        found = engine.judge_bytes(zipped(members), name="x")
        assert found.status is Status.MALICIOUS
        assert len(found.model_dump_json()) < 4 * MIB
        assert all(c.name.endswith(".txt") for c in found.children[1:])


def test_members_that_make_the_verdict_too_long_are_not_listed(monkeypatch):
    monkeypatch.setattr(wire, "LONGEST_VERDICT", 4000)
    assert read(_written(Examination(_with_children(40), ()))).verdict.children == ()
    assert len(read(_written(Examination(_with_children(1), ()))).verdict.children) == 1


def _with_children(count: int) -> Verdict:
    with Engine(EngineSettings(jail=False)) as engine:
        return engine.judge_bytes(zipped({f"{n}.txt": b"x" for n in range(count)}), name="x")


def test_worker_killed_in_the_middle_of_a_file():
    with Engine() as engine:
        pid = worker_pid(engine)
        os.kill(pid, signal.SIGSTOP)  # holds the file for as long as the test needs
        threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
        assert engine.judge_bytes(zipped({"a": noise(2 * MIB), "t.com": eicar()}), name="x").status is Status.MALICIOUS
        assert engine.judge_bytes(b"hello", name="x").status is Status.CLEAN


def test_worker_that_hangs_is_killed_after_the_time_limit():
    with Engine(EngineSettings(limits=Limits(seconds=0.2))) as engine:
        pid = worker_pid(engine)
        os.kill(pid, signal.SIGSTOP)
        lost = engine.judge_bytes(b"#!/bin/sh", name="x")
        assert gap_codes(lost) == {"time"}
        assert lost.status is Status.INCOMPLETE
        wait_until_gone([pid])
        assert engine.judge_bytes(b"#!/bin/sh", name="x").status is Status.CLEAN


def test_worker_that_does_not_read_cannot_block_a_long_message():
    with Engine(EngineSettings(limits=Limits(seconds=0.2))) as engine:
        os.kill(worker_pid(engine), signal.SIGSTOP)
        assert gap_codes(engine.judge_bytes(noise(5 * MIB), name="x")) == {"time"}
        assert engine.judge_bytes(b"#!/bin/sh", name="x").status is Status.CLEAN


def test_file_that_needs_too_much_memory_is_incomplete_and_the_worker_goes_on():
    limits = Limits(memory_bytes=320 * MIB, ratio=100_000, file_bytes=1024 * MIB)
    with Engine(EngineSettings(limits=limits)) as engine:
        lost = engine.judge_bytes(gzip.compress(bytes(400 * MIB), 1), name="x")
        assert lost.status is Status.INCOMPLETE
        assert gap_codes(lost) <= {"memory", "crashed"}
        assert engine.judge_bytes(eicar(), name="x").status is Status.MALICIOUS


def test_bomb_ends_at_the_time_limit_by_itself_and_keeps_what_was_found():
    bomb = zipped({"t.com": eicar(), "z": bytes(256 * MIB)})
    limits = Limits(seconds=0.4, ratio=10_000_000, total_bytes=10**12)
    with Engine(EngineSettings(limits=limits)) as engine:
        found = engine.judge_bytes(zipped({f"{n}.zip": bomb for n in range(30)}), name="x")
        assert found.status is Status.MALICIOUS or gap_codes(found) == {"time"}
        assert "time" in gap_codes(found)


def test_more_workers_than_slots_wait_for_each_other():
    with Engine(EngineSettings(workers=2)) as engine:
        seen = []
        threads = [
            threading.Thread(target=lambda n=n: seen.append(engine.judge_bytes(noise(300_000, n), name="x").status))
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [Status.CLEAN] * 8
        assert backend(engine)._slots.qsize() == 2


def test_zygote_that_dies_is_started_anew():
    with Engine() as engine:
        pid = worker_pid(engine)
        os.kill(backend(engine)._zygote._process.pid, signal.SIGKILL)
        wait_until_gone([pid])  # its workers die with it
        assert engine.judge_bytes(eicar(), name="x").status is Status.MALICIOUS


def test_closing_leaves_no_process_behind():
    with Engine(EngineSettings(workers=2)) as engine:
        pids = [worker_pid(engine), backend(engine)._zygote._process.pid]
        assert all(alive(p) for p in pids)
    wait_until_gone(pids)


BROKER = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with it ignored
import sys, time
from anshin.engine.service import Engine, EngineSettings
engine = Engine()
print(engine._shift.backend._slots.queue[-1].pid, engine._shift.backend._zygote._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_broker_that_is_killed_leaves_no_process_and_no_noise(ending):
    environment = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", BROKER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as broker:
        assert broker.stdout is not None
        pids = [int(word) for word in broker.stdout.readline().split()]
        assert all(alive(p) for p in pids)
        broker.send_signal(ending)
        _, errors = broker.communicate(timeout=20)
    wait_until_gone(pids)
    assert errors.count(b"Traceback") <= (ending == signal.SIGINT)


def test_report_tells_which_walls_stand():
    with Engine() as engine:
        report = engine.jail_report()
        assert report.separate_process
        if sys.platform == "linux":
            assert report.seccomp
            assert report.no_new_privs
    with Engine(EngineSettings(jail=False)) as engine:
        assert not any(engine.jail_report().as_dict().values())
