"""Foreign files come out of a git repository without a working tree, and every one is counted."""

import json
import subprocess
from pathlib import Path

import pytest

from anshin.engine.limits import Limits
from benchmarks.robustness.__main__ import judged, main
from benchmarks.robustness.repository import contents, entries
from tests.engine.samples import zipped


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    (work / "in").mkdir(parents=True)
    (work / "in" / "plain.txt").write_bytes(b"hello\n")
    (work / "in" / "same.txt").write_bytes(b"hello\n")
    (work / "in" / "cut 名.zip").write_bytes(zipped({"a": b"x" * 300})[:-40])
    (work / "outside.txt").write_bytes(b"not wanted\n")
    name = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*name, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=work, check=True, capture_output=True)
    return work / ".git"


def test_each_content_comes_once_from_the_wanted_folders(repository):
    wanted = list(entries(repository, ["in"], 1000))
    found = {entry.path: data for entry, data in contents(repository, wanted)}
    assert set(found) == {"in/cut 名.zip", "in/plain.txt"}
    assert found["in/plain.txt"] == b"hello\n"
    assert [e.path for e in entries(repository, ["in"], 10)] == ["in/plain.txt"]


def test_everything_is_judged_and_counted(repository):
    wanted = list(entries(repository, ["in"], 1000))
    tally = judged("mine", repository, wanted, 1, Limits())
    assert (tally.files, tally.statuses) == (2, {"clean": 1, "incomplete": 1})
    assert tally.gaps == {"damaged": 1}
    assert (tally.crashed, tally.timed_out) == ([], [])
    assert len(tally.slowest) == 2


def test_the_command_prints_a_table_and_writes_figures(repository, tmp_path, capsys):
    result = tmp_path / "figures.json"
    assert main(["--repo", f"mine={repository}", "--workers", "1", "--result", str(result)]) == 0
    assert "mine: 3 files" in capsys.readouterr().out
    (tally,) = json.loads(result.read_text())
    assert tally["statuses"] == {"clean": 2, "incomplete": 1}
    assert main([]) == 0
    assert "nothing was judged" in capsys.readouterr().out
