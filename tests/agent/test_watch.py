"""Which paths deserve a look, on Linux and by the portable rule."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anshin.agent.watch import Watcher

DEADLINE = 20.0


class Heard:
    def __init__(self) -> None:
        self.files: list[bytes] = []
        self.folders: list[bytes] = []
        self.lost = 0
        self.changed = threading.Condition()

    def note(self, where: list[bytes]) -> Callable[[bytes], None]:
        def add(path: bytes) -> None:
            with self.changed:
                where.append(path)
                self.changed.notify_all()

        return add

    def lose(self) -> None:
        with self.changed:
            self.lost += 1
            self.changed.notify_all()

    def wait_for(self, what: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(what, DEADLINE), (self.files, self.folders, self.lost)


@contextmanager
def watching(folder: Path, *, linux: bool = True) -> Iterator[Heard]:
    heard = Heard()
    watcher = Watcher(
        [bytes(folder)], on_file=heard.note(heard.files), on_folder=heard.note(heard.folders), on_lost=heard.lose,
        linux=linux,
    )  # fmt: skip
    watcher.start()
    try:
        yield heard
    finally:
        watcher.stop()


@pytest.mark.parametrize("linux", [True, False])
def test_written_files_are_heard(tmp_path: Path, linux: bool) -> None:
    with watching(tmp_path, linux=linux) as heard:
        (tmp_path / "a").write_bytes(b"x")
        heard.wait_for(lambda: bytes(tmp_path / "a") in heard.files)


def test_portable_waits_until_writing_has_settled(tmp_path: Path) -> None:
    with watching(tmp_path, linux=False) as heard, (tmp_path / "a").open("wb", buffering=0) as file:
        for _ in range(10):
            file.write(b"x")
            time.sleep(0.05)
        last = time.monotonic()
        heard.wait_for(lambda: bool(heard.files))
        assert time.monotonic() - last > 0.5
        assert len(heard.files) == 1


def test_new_folders_are_heard_for_a_walk(tmp_path: Path) -> None:
    with watching(tmp_path) as heard:
        (tmp_path / "a" / "b" / "c").mkdir(parents=True)
        heard.wait_for(lambda: bytes(tmp_path / "a") in heard.folders)
        (tmp_path / "a" / "b" / "c" / "x").write_bytes(b"x")
        heard.wait_for(lambda: bytes(tmp_path / "a" / "b" / "c" / "x") in heard.files)


def test_a_folder_that_comes_later_is_taken_up(tmp_path: Path) -> None:
    late = tmp_path / "late"
    with watching(late) as heard:
        assert heard.lost == 0
        late.mkdir()
        heard.wait_for(lambda: heard.lost == 1)
        (late / "x").write_bytes(b"x")
        heard.wait_for(lambda: bytes(late / "x") in heard.files)


def test_a_lost_queue_is_noticed(tmp_path: Path) -> None:
    from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD

    with watching(tmp_path) as heard:
        before = heard.lost
        (fd,) = [thread for thread in threading.enumerate() if isinstance(thread, InotifyFD)]
        fd.handle_event(InotifyEvent(-1, InotifyConstants.IN_Q_OVERFLOW, 0, b""))  # type: ignore[arg-type]
        heard.wait_for(lambda: heard.lost > before)
        (tmp_path / "x").write_bytes(b"x")  # and the watches stand again
        heard.wait_for(lambda: bytes(tmp_path / "x") in heard.files)
    assert logging.getLogger("watchdog").handlers == []
