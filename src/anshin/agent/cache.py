"""Which files were judged in which state. A cache only: losing it costs a scan, never a detection."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH118

import contextlib
import os
import sqlite3
import threading
from pathlib import Path

from anshin.agent.system.base import FileState, state_of

_PRUNE_STEP = 500


class SeenFiles:
    """Files whose present state needs no further look, kept over restarts.

    A row counts only for the same state of the file and the same `judged_by` (versions and deny list).
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._db = self._open(path)
        except sqlite3.DatabaseError:  # a damaged cache is worth nothing; begin anew
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            self._db = self._open(path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")  # no wait for the disk: a lost row costs one scan
            db.execute(
                "CREATE TABLE IF NOT EXISTS seen (path BLOB PRIMARY KEY, state TEXT NOT NULL, judged_by TEXT NOT NULL,"
                " sha256 TEXT NOT NULL) WITHOUT ROWID"
            )
            db.execute("CREATE INDEX IF NOT EXISTS seen_by_content ON seen (sha256)")
        except BaseException:
            db.close()
            raise
        path.chmod(0o600)
        return db

    def knows(self, path: bytes, state: FileState, judged_by: str) -> bool:
        """Return whether this state of the file was settled by the same judge."""
        with self._lock:
            row = self._db.execute("SELECT state, judged_by FROM seen WHERE path=?", (path,)).fetchone()
        return row is not None and row == (state.text(), judged_by)

    def remember(self, path: bytes, state: FileState, judged_by: str, sha256: str) -> None:
        """Settle this state of the file. A full disk is no error here."""
        with self._lock, contextlib.suppress(sqlite3.OperationalError):
            self._db.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (path, state.text(), judged_by, sha256))

    def forget_content(self, hashes: frozenset[str]) -> None:
        """Forget every file with one of these contents, so that it is judged again."""
        with self._lock:
            self._db.executemany("DELETE FROM seen WHERE sha256=?", [(sha256,) for sha256 in hashes])

    def prune(self, folder: bytes) -> int:
        """Drop the rows of files below `folder` that are gone; returns how many."""
        prefix = os.path.join(folder, b"")
        last, gone = prefix, 0
        while True:
            with self._lock:
                rows = self._db.execute(
                    "SELECT path FROM seen WHERE path>? AND path<? ORDER BY path LIMIT ?",
                    (last, prefix[:-1] + bytes([prefix[-1] + 1]), _PRUNE_STEP),
                ).fetchall()
            if not rows:
                return gone
            missing = [row for row in rows if state_of(row[0]) is None]
            with self._lock:
                self._db.executemany("DELETE FROM seen WHERE path=?", missing)
            gone += len(missing)
            last = rows[-1][0]

    def close(self) -> None:
        """Close the cache."""
        with self._lock:
            self._db.close()
