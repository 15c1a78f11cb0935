"""File events through watchdog: says which path deserves a look, and when nothing can be relied upon any more.

Linux: a file is looked at when a writer closes it, when it is moved in or appears, and once more shortly after it
appeared (a hard link or a memory-mapped writer never closes). Elsewhere: when its last change has settled.
"""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH116

import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

SETTLE_SECONDS = 1.0
CHECK_SECONDS = 2.0
_log = logging.getLogger("anshin.agent.watch")


class _Trouble(logging.Handler):
    """Watchdog only logs a lost queue or a lost watch; any warning of its makes us look through everything."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - the face of logging.Handler
        self._lost()


class Watcher(FileSystemEventHandler):
    """Watches folders and all below them. The callbacks come from other threads."""

    def __init__(
        self,
        folders: Sequence[bytes],
        *,
        on_file: Callable[[bytes], None],
        on_folder: Callable[[bytes], None],
        on_lost: Callable[[], None],
        linux: bool = sys.platform == "linux",
    ) -> None:
        self._folders = tuple(folders)
        self._on_file = on_file
        self._on_folder = on_folder
        self._on_lost = on_lost
        self._linux = linux
        self._settling: dict[bytes, float] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._observer: BaseObserver = Observer()
        self._watched: dict[bytes, tuple[ObservedWatch, tuple[int, int]]] = {}
        self._trouble = _Trouble(on_lost)
        self._thread = threading.Thread(target=self._run, name="watch-settle", daemon=True)

    def start(self) -> None:
        """Begin. Folders that do not exist yet are taken up when they appear."""
        # Watchdog warns when two of its own events lead to one new folder; that is the normal case for `mkdir -p`.
        warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)
        logging.getLogger("watchdog").addHandler(self._trouble)
        self._observer.start()
        self._check_folders()
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the threads."""
        self._stop.set()
        logging.getLogger("watchdog").removeHandler(self._trouble)
        self._observer.stop()
        self._observer.join(timeout=1.0)
        self._thread.join(timeout=1.0)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Turn one event of watchdog into a look now, a look later, or a walk."""
        path = os.fsencode(event.dest_path or event.src_path)
        if isinstance(event, (DirCreatedEvent, DirMovedEvent)):
            self._on_folder(path)  # what was put into it before its watch stood
        elif isinstance(event, (FileClosedEvent, FileMovedEvent)):
            self._on_file(path)
        elif isinstance(event, FileCreatedEvent):
            if self._linux:
                self._on_file(path)
            self._settle(path)
        elif isinstance(event, FileModifiedEvent) and not self._linux:
            self._settle(path)

    def _settle(self, path: bytes) -> None:
        with self._lock:
            self._settling[path] = time.monotonic() + SETTLE_SECONDS

    def _run(self) -> None:
        check_due = time.monotonic() + CHECK_SECONDS
        while not self._stop.wait(0.2):
            now = time.monotonic()
            with self._lock:
                due = [path for path, when in self._settling.items() if when <= now]
                for path in due:
                    del self._settling[path]
            for path in due:
                self._on_file(path)
            if now >= check_due:
                check_due = now + CHECK_SECONDS
                self._check_folders()

    def _check_folders(self) -> None:
        """Watch every folder that is there and is not watched: new ones, and those replaced by a namesake."""
        for folder in self._folders:
            try:
                status = os.stat(folder)
            except OSError:
                continue
            identity = (status.st_dev, status.st_ino)
            known = self._watched.get(folder)
            if known is not None and known[1] == identity and self._alive(known[0]):
                continue
            try:
                if known is not None:
                    self._observer.unschedule(known[0])
                watch = self._observer.schedule(self, os.fsdecode(folder), recursive=True, event_filter=self._kinds())
            except (OSError, KeyError) as error:
                _log.warning("a watched folder cannot be watched: %s", error.__class__.__name__)
                continue
            self._watched[folder] = (watch, identity)
            self._on_lost()

    def _alive(self, watch: ObservedWatch) -> bool:
        return any(emitter.watch == watch and emitter.is_alive() for emitter in self._observer.emitters)

    def _kinds(self) -> list[type[FileSystemEvent]]:
        kinds: list[type[FileSystemEvent]] = [FileMovedEvent, FileCreatedEvent, DirCreatedEvent, DirMovedEvent]
        return [*kinds, FileClosedEvent if self._linux else FileModifiedEvent]
