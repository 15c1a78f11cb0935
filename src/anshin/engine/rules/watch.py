"""Notices that the user's rules changed. It looks once a second; a file being written is taken when it rests."""

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from anshin.engine.rules.compile import user_files

_log = logging.getLogger(__name__)
SECONDS = 1.0
Fingerprint = frozenset[tuple[str, int, int, int]]


def fingerprint(folders: Iterable[Path]) -> Fingerprint:
    """Return what tells one state of the rule files from another: name, size, time of change, inode."""
    found = set()
    try:
        for path in user_files(folders):
            seen = path.stat()
            found.add((str(path), seen.st_size, seen.st_mtime_ns, seen.st_ino))
    except OSError:  # a file or folder that went while we looked: the next look will see it as it is
        found.add(("changing", 0, 0, 0))
    return frozenset(found)


class Watch:
    """A thread that calls `changed` when the files have changed and then stayed the same for one look."""

    def __init__(self, folders: tuple[Path, ...], changed: Callable[[], object], seconds: float = SECONDS) -> None:
        """Start looking."""
        self._folders = folders
        self._changed = changed
        self._seconds = seconds
        self._end = threading.Event()
        self._taken = fingerprint(folders)
        self._thread = threading.Thread(target=self._look, name="anshin-rules", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking. A second call does nothing."""
        self._end.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _look(self) -> None:
        before = self._taken
        while not self._end.wait(self._seconds):
            now = fingerprint(self._folders)
            settled, before = now == before, now
            if not settled or now == self._taken:
                continue
            self._taken = now
            try:
                self._changed()
            except Exception:  # noqa: BLE001 -- whatever is wrong with the new rules, the old ones stay in use
                _log.warning("the new rules could not be taken over", exc_info=True)
