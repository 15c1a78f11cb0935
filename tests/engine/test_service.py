"""The public face on files as they lie in a file system; once in this process and once behind walls."""

import os
import threading
from pathlib import Path

import pytest

from anshin.engine.limits import Limits
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status
from tests.engine.samples import eicar, gap_codes, reason_codes, zipped


@pytest.fixture(scope="module", params=[False, True], ids=["in process", "jailed"])
def engine(request):
    with Engine(EngineSettings(jail=request.param, workers=2)) as engine:
        yield engine


@pytest.fixture
def file(tmp_path):
    def made(data: bytes, name: bytes = b"file") -> Path:
        path = Path(tmp_path, os.fsdecode(name))
        path.write_bytes(data)
        return path

    return made


def test_good_bad_and_archived(engine, file):
    assert engine.judge_path(file(b"hello")).status is Status.CLEAN
    found = engine.judge_path(file(zipped({"a/t.com": eicar()})))
    assert (found.status, found.score, found.blocks) == (Status.MALICIOUS, 1.0, True)
    assert found.reasons[0].place.member == "a/t.com"
    assert found.versions == engine.versions()


def test_file_too_large_to_be_hashed_in_time_is_incomplete_and_soon(engine, file):
    path = file(b"MZ")
    os.truncate(path, 2**40)  # sparse: costs nothing to make, and ten minutes to read
    with Engine(EngineSettings(jail=False, limits=Limits(seconds=0.1))) as hurried:
        found = hurried.judge_path(path)
    assert (found.status, found.sha256, found.size) == (Status.INCOMPLETE, "", 2**40)
    assert gap_codes(found) == {"time"}


@pytest.mark.parametrize("size", [0, 1, 300_000, 5_000_000])
def test_small_and_large_files_go_both_ways_over_the_line(engine, file, size):
    found = engine.judge_path(file(b"\n" * size))
    assert (found.size, found.status) == (size, Status.CLEAN)
    inside = engine.judge_path(file(b"\n" * size + zipped({"t.com": eicar()})))
    assert inside.status is Status.MALICIOUS


@pytest.mark.parametrize(
    "name",
    [b"two\nlines", "turn\u202eed.txt".encode(), b"bad\xff\xfe", b"n" * 255, "報告書.txt".encode(), b"-rf", b" "],
)
def test_any_name_the_file_system_takes(engine, file, name):
    found = engine.judge_path(file(eicar(), name))
    assert found.status is Status.MALICIOUS
    found.model_dump_json().encode()
    assert found.name.isprintable()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda p: None, "missing"),
        (lambda p: p.mkdir(), "not_a_file"),
        (os.mkfifo, "not_a_file"),
        (lambda p: p.symlink_to("/etc/passwd"), "not_a_file"),
        (lambda p: p.symlink_to("nowhere"), "not_a_file"),
    ],
    ids=["vanished", "folder", "fifo", "link", "dangling link"],
)
def test_what_is_no_readable_file_is_unreadable_and_never_waited_for(engine, tmp_path, make, why):
    path = tmp_path / "x"
    make(path)
    found = engine.judge_path(path)
    assert found.status is Status.UNREADABLE
    assert reason_codes(found) == {f"unreadable.{why}"}
    assert found.sha256 == ""


def test_without_permission_a_file_is_unreadable(engine, file):
    """As a person without privileges would see it: the system says no when the file is opened."""
    path = file(eicar())
    path.chmod(0)
    if os.geteuid() != 0:
        assert reason_codes(engine.judge_path(path)) == {"unreadable.permission"}
        return
    seen = []

    def as_nobody() -> None:
        # Linux: identity belongs to the thread when set by the raw call
        import ctypes
        import platform

        number = {"x86_64": 117, "aarch64": 147}[platform.machine()]
        ctypes.CDLL(None).syscall(number, 65534, 65534, 65534)
        seen.append(engine.judge_path(path))

    thread = threading.Thread(target=as_nobody)
    thread.start()
    thread.join()
    assert reason_codes(seen[0]) == {"unreadable.permission"}


def test_a_name_with_a_nul_is_unreadable_and_no_error(engine):
    assert engine.judge_path("a\0b").status is Status.UNREADABLE


def test_an_open_descriptor_is_judged_whole_and_left_alone(engine, file):
    path = file(eicar())
    fd = os.open(path, os.O_RDONLY)
    os.lseek(fd, 10, os.SEEK_SET)
    path.unlink()
    assert engine.judge_file(fd, name="gone").status is Status.MALICIOUS
    assert os.lseek(fd, 0, os.SEEK_CUR) == 10
    os.close(fd)
    assert engine.judge_file(fd, name="closed").status is Status.UNREADABLE


def test_a_file_that_changes_meanwhile_is_never_clean(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_bytes(b"harmless")
    with Engine(EngineSettings(jail=False)) as engine:
        real = engine._judge

        def slow(job):
            verdict = real(job)
            path.write_bytes(b"changed!!")
            return verdict

        monkeypatch.setattr(engine, "_judge", slow)
        found = engine.judge_path(path)
    assert found.status is Status.INCOMPLETE
    assert "changed" in found.gaps[0].en


def test_many_threads_at_once(engine):
    seen = {}

    def work(number: int) -> None:
        data = eicar() if number % 3 == 0 else b"text %d" % number
        seen[number] = engine.judge_bytes(data, name=str(number)).status

    threads = [threading.Thread(target=work, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {n: Status.MALICIOUS if n % 3 == 0 else Status.CLEAN for n in range(24)}


def test_second_look_comes_from_memory_under_the_new_name(engine):
    first = engine.judge_bytes(b"the same bytes", name="/a/x.txt")
    second = engine.judge_bytes(b"the same bytes", name="/b/x.txt")
    assert second.cpu_ms == 0.0
    assert (first.name, second.name) == ("/a/x.txt", "/b/x.txt")


def test_closing_twice_is_fine():
    engine = Engine(EngineSettings())
    engine.close()
    engine.close()
    assert gap_codes(engine.judge_bytes(b"x", name="x")) == {"crashed"}
