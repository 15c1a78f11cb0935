"""What comes out of quarantine is what went in, and nothing is ever overwritten."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH101, PTH110, PTH116, PTH119, PTH208
import errno
import os
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from anshin.agent import items
from anshin.agent.errors import Conflict, NotAllowed, RestoreFailed, UnknownItem
from anshin.agent.restore import free_names
from anshin.wire.documents import EventKind
from tests.agent.conftest import BAD, Bench
from tests.agent.test_quarantine import Crash, crash_at, drop, hold

STEPS = ("journalled", "written", "named", "published", "durable", "restored", "removed")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="kept on Linux only")


def restore(bench: Bench, **more: object) -> bytes:
    (item,) = items.in_state(bench.store, "held")
    values: dict[str, object] = {"reason": "it is ours", "who": "me", "now": bench.clock.wall(), **more}
    return bench.restorer.restore(item.id, **values).path  # type: ignore[arg-type]


@linux_only
def test_everything_comes_back(bench: Bench) -> None:
    path = drop(bench, data=BAD + os.urandom(300_000))
    before_bytes = Path(os.fsdecode(path)).read_bytes()
    os.chmod(path, 0o4751)
    if os.geteuid() == 0:
        os.chown(path, 12345, 23456)
        os.chmod(path, 0o4751)
    os.setxattr(path, "user.note", b"kept \xff")
    acl = bytes.fromhex("02000000 01000700ffffffff 02000400d2040000 04000500ffffffff 10000500ffffffff 20000100ffffffff")
    os.setxattr(path, "system.posix_acl_access", acl)
    os.utime(path, ns=(1_111_111_111_123_456_789, 1_222_222_222_987_654_321))
    before = os.stat(path)
    hold(bench, path)
    assert restore(bench) == path
    after = os.stat(path)
    for name in ("st_mode", "st_uid", "st_gid", "st_mtime_ns", "st_atime_ns", "st_size"):
        assert getattr(after, name) == getattr(before, name), name
    assert os.getxattr(path, "user.note") == b"kept \xff"
    assert os.getxattr(path, "system.posix_acl_access") == acl
    assert Path(os.fsdecode(path)).read_bytes() == before_bytes


@linux_only
@pytest.mark.parametrize(
    "name", [b"new\nline", "\u202egpj.exe".encode(), b"not-\xff\xfe-utf8", b"n" * 255, "安心.exe".encode(), b" -rf *"]
)
def test_strange_names(bench: Bench, name: bytes) -> None:
    path = drop(bench, name)
    data = Path(os.fsdecode(path)).read_bytes()
    hold(bench, path)
    event = bench.spooled()[0]
    assert event.path.isprintable()
    assert event.quarantine is not None
    assert event.quarantine.original_path == event.path
    assert restore(bench) == path
    assert os.listdir(os.fsencode(bench.home)) == [name]
    assert Path(os.fsdecode(path)).read_bytes() == data


def test_the_event_says_who_and_why_and_the_file_is_allowed_from_now_on(bench: Bench) -> None:
    path = drop(bench)
    hold(bench, path)
    sha256 = bench.spooled()[0].verdict.sha256  # type: ignore[union-attr]
    assert not bench.store.locally_allowed(sha256)
    restore(bench)
    event = bench.spooled()[-1]
    assert (event.kind, event.reason, event.user) == (EventKind.QUARANTINE_RESTORED, "it is ours", "me")
    assert bench.store.locally_allowed(sha256)
    assert list(bench.folder.blobs.iterdir()) == []


def test_an_existing_file_is_never_overwritten(bench: Bench) -> None:
    path = drop(bench, b"report.tar.gz")
    hold(bench, path)
    Path(os.fsdecode(path)).write_bytes(b"mine")
    restored = restore(bench)
    assert os.path.basename(restored) == b"report.tar (restored).gz"
    assert Path(os.fsdecode(path)).read_bytes() == b"mine"
    event = bench.spooled()[-1]
    assert "(restored)" in event.path
    assert "(restored)" in event.error_ja
    assert "(restored)" in event.error_en


def test_missing_folders_are_made_and_links_are_not_followed(bench: Bench) -> None:
    deep = bench.home / "a" / "b"
    deep.mkdir(parents=True)
    path = drop(bench, b"a/b/bad.bin")
    hold(bench, path)
    deep.rmdir()
    deep.parent.rmdir()
    elsewhere = bench.home / "elsewhere"
    elsewhere.mkdir()
    (bench.home / "a").symlink_to(elsewhere)
    with pytest.raises(RestoreFailed):
        restore(bench)
    assert list(elsewhere.iterdir()) == []
    (bench.home / "a").unlink()
    assert restore(bench) == path


@pytest.mark.parametrize("step", STEPS)
def test_crash_after_any_step(bench: Bench, step: str) -> None:
    path = drop(bench)
    data = Path(os.fsdecode(path)).read_bytes()
    hold(bench, path)
    crash_at(bench, step)
    with pytest.raises(Crash):
        restore(bench)
    bench.crash()
    bench.restorer.recover()
    bench.quarantine.recover()
    kinds = [event.kind for event in bench.spooled()[1:]]
    if os.path.exists(path):
        assert kinds == [EventKind.QUARANTINE_RESTORED]
        assert list(bench.folder.blobs.iterdir()) == []
    else:
        assert kinds == [EventKind.QUARANTINE_RESTORE_FAILED]
        assert bench.store.local_allow() == frozenset()
        assert restore(bench) == path
    assert Path(os.fsdecode(path)).read_bytes() == data
    assert os.listdir(bench.home) == ["bad.bin"]


def test_steps_are_all_there_are(bench: Bench) -> None:
    hold(bench, drop(bench))
    seen: list[str] = []
    bench.step = seen.append
    restore(bench)
    assert tuple(seen) == STEPS


def test_full_disk_keeps_the_item_and_says_why(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(bench)
    hold(bench, path)

    def full(fd: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("anshin.agent.restore.write_full", full)
        with pytest.raises(RestoreFailed):
            restore(bench)
    event = bench.spooled()[-1]
    assert event.kind is EventKind.QUARANTINE_RESTORE_FAILED
    assert os.strerror(errno.ENOSPC) in event.error_ja
    assert os.listdir(bench.home) == []
    assert bench.store.local_allow() == frozenset()
    assert restore(bench) == path


@pytest.mark.parametrize("damage", ["cut", "flip", "longer", "gone"])
def test_damaged_copy_is_never_restored(bench: Bench, damage: str) -> None:
    path = drop(bench, data=BAD + os.urandom(600_000))
    hold(bench, path)
    (item,) = items.in_state(bench.store, "held")
    blob = items.blob_path(bench.folder.blobs, item.id)
    sealed = blob.read_bytes()
    chunk = 12 + 256 * 1024 + 16
    changed = {
        "cut": sealed[:chunk],
        "flip": sealed[:400_000] + b"\0\0\0\0" + sealed[400_004:],
        "longer": sealed + b"x",
    }
    if damage == "gone":
        blob.unlink()
    else:
        blob.write_bytes(changed[damage])
    with pytest.raises(RestoreFailed):
        restore(bench)
    assert os.listdir(bench.home) == []
    if damage != "gone":
        blob.write_bytes(sealed)
        assert restore(bench) == path


def test_refusals(bench: Bench) -> None:
    path = drop(bench)
    hold(bench, path)
    (item,) = items.in_state(bench.store, "held")
    with pytest.raises(UnknownItem):
        bench.restorer.restore(uuid4(), reason="x", who="me", now=0)
    with pytest.raises(NotAllowed):
        restore(bench, reason="  ")
    bench.store.keep_setting("deny", [item.sha256])
    with pytest.raises(NotAllowed):
        restore(bench)
    bench.store.keep_setting("deny", [])
    assert restore(bench) == path
    with pytest.raises(Conflict):
        bench.restorer.restore(item.id, reason="x", who="me", now=0)


def test_restore_into_another_folder(bench: Bench) -> None:
    hold(bench, drop(bench))
    other = bench.home / "other"
    other.mkdir()
    assert restore(bench, folder=os.fsencode(other)) == os.fsencode(other / "bad.bin")


def test_free_names_fit_into_a_directory_entry() -> None:
    names = free_names(b"n" * 251 + b".exe")
    first = [next(names) for _ in range(3)]
    assert len(set(first)) == 3
    assert max(map(len, first)) <= 255
    assert all(name.endswith(b".exe") for name in first)
