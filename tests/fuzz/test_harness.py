"""The fuzzer finds what was planted, says it in words, and goes on where it was broken off."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("atheris", reason="atheris runs on Linux only")

from benchmarks.fuzz.__main__ import regression
from benchmarks.fuzz.session import Session

PLANTED = "tests.fuzz.planted"


def session(folder: Path, **changed: int) -> Session:
    return Session(PLANTED, folder, **({"input_seconds": 2, "memory_mb": 1024} | changed))


def test_what_is_planted_is_found_once_each_and_the_fuzzing_goes_on(tmp_path):
    outcome = session(tmp_path).run(20_000)
    assert outcome.runs >= 20_000
    errors = {c["error"] for c in outcome.crashers}
    assert {"IndexError: planted", "KeyError: 'planted too'"} <= errors
    assert len([c for c in outcome.crashers if "planted" in c["error"]]) == 2


def test_a_failure_is_told_as_a_test(tmp_path):
    outcome = session(tmp_path).run(20_000)
    crasher = next(c for c in outcome.crashers if "IndexError" in c["error"])
    text = regression(outcome, crasher, tmp_path)
    assert "IndexError: planted" in text
    assert "b64decode" in text
    compile(text, "test", "exec")


def test_a_hang_is_kept_and_the_rest_is_run(tmp_path):
    found = session(tmp_path, input_seconds=1)
    (found.folder / "corpus" / "hang").write_bytes(b"magic-3h")
    outcome = found.run(50)
    assert outcome.crashers[0]["error"] == "time-out"
    kept = next((found.folder / "crashers").glob("*.bin")).read_bytes()
    assert kept[:8] == b"magic-3h"


def test_broken_off_it_goes_on_where_it_was(tmp_path):
    first = session(tmp_path).run(500)
    assert first.runs >= 500
    again = session(tmp_path).run(1500)
    assert 1500 <= again.runs < 2100
    assert session(tmp_path).run(1500).runs == again.runs


def test_every_target_reads_its_seeds(tmp_path):
    command = [sys.executable, "-m", "benchmarks.fuzz", "--runs", "30", "--folder", str(tmp_path), "--result"]
    command.append(str(tmp_path / "fuzz.json"))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "archives" in done.stdout


def test_a_target_that_is_not_there_is_named(tmp_path):
    command = [sys.executable, "-m", "benchmarks.fuzz", "nonsense", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "no target named nonsense" in done.stderr
