"""A blocked file is never lost, whatever stops the agent, and is reported exactly once."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH108, PTH110, PTH114, PTH118, PTH119, PTH123, PTH208, PTH211

import errno
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from anshin.agent import items
from anshin.agent.errors import ChangedMeanwhile, NotBlocked
from anshin.agent.system.base import opened
from anshin.wire.documents import EventKind
from tests.agent.conftest import BAD, Bench

STEPS = ("journalled", "copied", "named", "durable", "checked", "unlinked", "removed", "held")


class Crash(BaseException):
    """Not an Exception, so that no clean-up code runs that a dead process could not run."""


def hold(bench: Bench, path: bytes) -> None:
    with opened(bench.system, path) as file:
        verdict = bench.judge.judge_file(file.fd, name="x")
        event = bench.events.make(EventKind.DETECTION_BLOCKED, path=path, user="someone", verdict=verdict)
        bench.quarantine.hold(file, event, now=bench.clock.wall())


def drop(bench: Bench, name: bytes = b"bad.bin", data: bytes = BAD + b"x" * 1000) -> bytes:
    path = os.path.join(os.fsencode(bench.home), name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def crash_at(bench: Bench, step: str) -> None:
    def fall(name: str) -> None:
        if name == step:
            raise Crash

    bench.step = fall


def test_file_goes_and_one_event_comes(bench: Bench) -> None:
    path = drop(bench)
    seen: list[str] = []
    bench.step = seen.append
    hold(bench, path)
    assert tuple(seen) == STEPS  # the crash test below goes through all there are
    assert not os.path.exists(path)
    (event,) = bench.spooled()
    (item,) = items.in_state(bench.store, "held")
    assert event.kind is EventKind.DETECTION_BLOCKED
    assert event.quarantine is not None
    assert event.quarantine.item_id == item.id
    blob = items.blob_path(bench.folder.blobs, item.id)
    assert BAD not in blob.read_bytes()
    assert blob.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", [0, 1, 256 * 1024, 256 * 1024 + 1, 1_000_000])
@pytest.mark.parametrize("step", STEPS)
def test_crash_after_any_step_loses_nothing(bench: Bench, step: str, size: int) -> None:
    data = BAD + random.Random(size).randbytes(size)
    path = drop(bench, data=data)
    crash_at(bench, step)
    with pytest.raises(Crash):
        hold(bench, path)
    bench.crash()
    for again in bench.quarantine.recover():
        assert again == path
        assert Path(os.fsdecode(path)).read_bytes() == data
        hold(bench, again)
    assert not os.path.exists(path)
    (event,) = bench.spooled()
    (item,) = items.in_state(bench.store, "held", "pending")
    assert item.event.id == event.id
    assert {p.name for p in bench.folder.blobs.iterdir()} == {f"{item.id}.blob"}
    done = bench.restorer.restore(item.id, reason="test", who="me", now=bench.clock.wall())
    assert Path(os.fsdecode(done.path)).read_bytes() == data


@pytest.mark.parametrize("step", STEPS[:5])
def test_crash_and_then_the_file_was_edited(bench: Bench, step: str) -> None:
    path = drop(bench)
    crash_at(bench, step)
    with pytest.raises(Crash):
        hold(bench, path)
    bench.crash()
    Path(os.fsdecode(path)).write_bytes(b"harmless now")
    assert bench.quarantine.recover() == [path]
    assert Path(os.fsdecode(path)).read_bytes() == b"harmless now"
    # What was judged lives in the sealed copy only: once that is whole, it stays and the one event is reported.
    whole = int(step in {"named", "durable", "checked"})
    assert len(bench.spooled()) == whole
    assert len(list(bench.folder.blobs.iterdir())) == whole


def test_crash_after_unlink_and_then_another_file_took_the_name(bench: Bench) -> None:
    path = drop(bench)
    crash_at(bench, "unlinked")
    with pytest.raises(Crash):
        hold(bench, path)
    bench.crash()
    keeper = bench.home / "keep-the-inode-busy"
    keeper.write_bytes(b"")
    Path(os.fsdecode(path)).write_bytes(b"new and harmless")
    # Also where the file system gave the new file the old inode number: the sealed copy is all that is left of ours.
    assert bench.quarantine.recover() == [path]
    assert Path(os.fsdecode(path)).read_bytes() == b"new and harmless"
    assert len(bench.spooled()) == 1


def test_file_that_changes_after_the_judgement_stays(bench: Bench) -> None:
    path = drop(bench)

    def edit(name: str) -> None:
        if name == "durable":
            Path(os.fsdecode(path)).write_bytes(b"harmless now")

    bench.step = edit
    with pytest.raises(ChangedMeanwhile):
        hold(bench, path)
    assert Path(os.fsdecode(path)).read_bytes() == b"harmless now"
    assert bench.spooled() == []
    assert items.in_state(bench.store, "pending", "held") == []


def test_name_swapped_for_a_link_is_not_followed(bench: Bench) -> None:
    path = drop(bench)
    precious = bench.home / "precious"
    precious.write_bytes(BAD + b"x" * 1000)

    def swap(name: str) -> None:
        if name == "durable":
            os.unlink(path)
            os.symlink(precious, path)

    bench.step = swap
    with pytest.raises(ChangedMeanwhile):
        hold(bench, path)
    assert precious.exists()
    assert os.path.islink(path)


def test_full_disk_leaves_the_file_and_no_rubbish(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(bench)

    def full(fd: int, data: bytes) -> None:
        os.write(fd, data[:7])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("anshin.agent.vault.write_full", full)
        with pytest.raises(NotBlocked) as caught:
            hold(bench, path)
    assert os.strerror(errno.ENOSPC) in caught.value.ja
    assert os.path.exists(path)
    assert list(bench.folder.blobs.iterdir()) == []
    assert items.in_state(bench.store, "pending", "held") == []
    hold(bench, path)  # and with room again it works
    assert not os.path.exists(path)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root on Linux")
def test_really_full_disk(bench: Bench) -> None:
    path = drop(bench, data=BAD + os.urandom(500_000))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(bench.folder.blobs)], check=True)
    try:
        with pytest.raises(NotBlocked):
            hold(bench, path)
        assert os.path.exists(path)
        assert list(bench.folder.blobs.iterdir()) == []
        subprocess.run(["mount", "-o", "remount,size=8m", str(bench.folder.blobs)], check=True)
        hold(bench, path)
        assert not os.path.exists(path)
    finally:
        subprocess.run(["umount", str(bench.folder.blobs)], check=True)


def test_file_that_cannot_be_removed_is_said_to_be_in_place(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(bench)

    def refuse(self: object, name: bytes) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("anshin.agent.system.linux.LinuxFolder.unlink", refuse)
    with pytest.raises(NotBlocked):
        hold(bench, path)
    assert os.path.exists(path)
    assert list(bench.folder.blobs.iterdir()) == []


KILLED = """
import os, sys, time
from pathlib import Path
from tests.agent.conftest import Bench
from tests.agent.test_quarantine import hold
bench = Bench(Path(sys.argv[1]))
print("ready", flush=True)
for again in bench.quarantine.recover():
    hold(bench, again)
for name in sorted(os.listdir(os.fsencode(bench.home))):
    hold(bench, os.path.join(os.fsencode(bench.home), name))
bench.close()
print("done", flush=True)
"""


def test_real_kills_at_random_points(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    bench = Bench(root)
    contents = {b"f%03d" % n: BAD + b"%d" % n + os.urandom(20_000) for n in range(60)}
    for name, data in contents.items():
        drop(bench, name, data)
    bench.close()
    chance = random.Random()
    kills = 0
    for attempt in range(40):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(root)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == "ready\n"
            try:
                process.wait(chance.uniform(0.005, 0.12) if attempt < 4 else 60)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            finished = process.stdout.read() == "done\n"
        process.wait()
        if finished:
            break
    assert finished
    assert kills  # else the test has shown nothing
    bench = Bench(root)
    try:
        assert bench.quarantine.recover() == []
        assert os.listdir(bench.home) == []
        events = bench.spooled()
        held = items.in_state(bench.store, "held")
        assert len(events) == len({event.id for event in events}) == len(held) == len(contents)
        assert [event.sequence for event in events] == sorted(event.sequence for event in events)
        for item in held:
            done = bench.restorer.restore(item.id, reason="test", who="me", now=0)
            assert Path(os.fsdecode(done.path)).read_bytes() == contents[os.path.basename(item.path)]
    finally:
        bench.close()
