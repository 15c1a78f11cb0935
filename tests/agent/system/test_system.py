"""Both system layers keep the same promises where the computer under test can show them."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH110
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from anshin.agent import items
from anshin.agent.system import this_system
from anshin.agent.system.atomic import write_private
from anshin.agent.system.base import FileState, NotRegular, System, opened, state_of
from anshin.agent.system.locks import Locked, is_locked, lock
from anshin.agent.system.portable import PortableSystem
from tests.agent.conftest import Bench
from tests.agent.test_quarantine import drop, hold

SYSTEMS: list[System] = [this_system(), PortableSystem()]
both = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: type(system).__name__)


@both
def test_opened_once_with_its_metadata(system: System, tmp_path: Path) -> None:
    path = tmp_path.resolve() / "x"
    path.write_bytes(b"content")
    path.chmod(0o640)
    with opened(system, bytes(path)) as file:
        assert os.read(file.fd, 100) == b"content"
        assert file.metadata.mode == 0o640
        assert file.path == bytes(path)
        assert file.state == state_of(bytes(path))
        assert file.still_there()
        path.unlink()
        assert not file.still_there()
        path.write_bytes(b"another")
        assert not file.still_there() or path.stat().st_ino == file.status.st_ino


@both
@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_only_regular_files_are_opened(system: System, tmp_path: Path, what: str) -> None:
    path = tmp_path.resolve() / "x"
    if what == "link":
        (tmp_path / "target").write_bytes(b"x")
        path.symlink_to(tmp_path / "target")
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(NotRegular), opened(system, bytes(path)):
        pass
    assert state_of(bytes(path)) is None


@pytest.mark.skipif(sys.platform != "linux", reason="promised on Linux only")
def test_links_in_the_folders_above_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "real").mkdir()
    (root / "real" / "x").write_bytes(b"x")
    (root / "link").symlink_to(root / "real")
    with opened(this_system(), bytes(root / "real" / "x")):
        pass
    with pytest.raises(NotADirectoryError), opened(this_system(), bytes(root / "link" / "x")):
        pass


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root gives folders away")
def test_what_is_slipped_in_for_a_new_folder_is_not_given_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns the folder above may swap the new one before it gets its owner."""
    secret, make = tmp_path / "shadow", os.mkdir
    secret.write_bytes(b"x")

    def make_and_swap(name: bytes, mode: int, *, dir_fd: int) -> None:
        make(name, mode, dir_fd=dir_fd)
        os.rmdir(name, dir_fd=dir_fd)
        os.link(secret, name, dst_dir_fd=dir_fd)

    with monkeypatch.context() as patched:
        patched.setattr(os, "mkdir", make_and_swap)
        with pytest.raises(NotADirectoryError):
            this_system().open_folder(os.fsencode(tmp_path / "new"), create_for=(12345, 12345))
    assert secret.stat().st_uid == 0
    this_system().open_folder(os.fsencode(tmp_path / "right"), create_for=(12345, 12345)).close()
    assert (tmp_path / "right").stat().st_uid == 12345


@both
def test_publishing_never_replaces(system: System, tmp_path: Path) -> None:
    root = tmp_path.resolve()
    folder = system.open_folder(bytes(root / "new" / "deep"), create_for=(os.getuid(), os.getgid()))
    try:
        os.close(folder.create(b"temporary"))
        (root / "new" / "deep" / "taken").write_bytes(b"mine")
        with pytest.raises(FileExistsError):
            folder.publish(b"temporary", b"taken")
        folder.publish(b"temporary", b"free")
        folder.sync()
    finally:
        folder.close()
    assert {path.name for path in (root / "new" / "deep").iterdir()} == {"free", "taken"}
    assert (root / "new" / "deep" / "taken").read_bytes() == b"mine"


def test_quarantine_and_restore_on_the_portable_layer(bench: Bench) -> None:
    bench.system = PortableSystem()
    bench.crash()
    path = drop(bench, b"not-\xff-utf8")
    data = Path(os.fsdecode(path)).read_bytes()
    os.utime(path, ns=(1_000_000_000_123, 2_000_000_000_456))
    hold(bench, path)
    assert not os.path.exists(path)
    (item,) = items.in_state(bench.store, "held")
    done = bench.restorer.restore(item.id, reason="test", who="me", now=0)
    assert done.path == path
    assert done.not_restored == ()
    assert Path(os.fsdecode(path)).read_bytes() == data
    assert Path(os.fsdecode(path)).stat().st_mtime_ns == 2_000_000_000_456


@both
def test_owner_names(system: System) -> None:
    assert system.owner_name(0) == "root"
    assert system.owner_name(3_999_999) == "3999999"


def test_private_files_are_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    write_private(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def fail(fd: int) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="no"):
            write_private(path, b"two")
    assert path.read_bytes() == b"one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    program = (
        "import sys, time; from pathlib import Path; from anshin.agent.system.locks import lock\n"
        "with lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_locked(path)
        with pytest.raises(Locked), lock(path):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with lock(path, wait_seconds=10):
        assert is_locked(path)


def test_states_differ_when_a_file_is_rewritten_in_place(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"one")
    first = FileState.of(path.stat())
    path.write_bytes(b"two")
    os.utime(path, ns=(first.mtime_ns, first.mtime_ns))  # hiding the change does not help
    second = FileState.of(path.stat())
    assert (first.size, first.mtime_ns) == (second.size, second.mtime_ns)
    assert first.text() != second.text()
