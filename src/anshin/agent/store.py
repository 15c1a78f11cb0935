"""The agent's SQLite database: one connection, one lock, every commit on the disk before it counts."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from anshin.agent.errors import AgentError
from anshin.wire.documents import Command

SCHEMA_VERSION = 1
_COMMANDS_KEPT = 10_000


class Store:
    """The database file. Safe to use from several threads, and beside another process that has it open."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._migrate(path)
        except BaseException:
            self._db.close()
            raise
        path.chmod(0o600)

    def _migrate(self, path: Path) -> None:
        with self.transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == SCHEMA_VERSION:
                return
            if version != 0:
                raise AgentError("database_too_new", path=path, version=version)
            script = files("anshin.agent").joinpath("schema.sql").read_text(encoding="utf-8")
            lines = (line for line in script.splitlines() if not line.lstrip().startswith("--"))
            for statement in "\n".join(lines).split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction: all of it is durable at the end, or none. May be nested."""
        with self._lock:
            if self._depth:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a read."""
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def count(self, query: str, *values: Any) -> int:
        """Return the one number a query gives."""
        return int(self.rows(query, *values)[0][0])

    def data_version(self) -> int:
        """Return a number that changes when another process has written."""
        return self.count("PRAGMA data_version")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()

    # settings

    def setting(self, key: str, default: Any = None) -> Any:
        """Return what was kept under `key`, or `default`."""
        found = self.rows("SELECT value FROM settings WHERE key=?", key)
        return json.loads(found[0][0]) if found else default

    def keep_setting(self, key: str, value: Any) -> None:
        """Keep a JSON value under `key`."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))

    # commands of the console

    def claim_command(self, command: Command, *, now: float) -> bool:
        """Remember a command before it runs. Returns False when it was claimed before: then it must not run."""
        with self.transaction() as db:
            added = db.execute(
                "INSERT OR IGNORE INTO commands VALUES (?, ?, 0, ?)", (str(command.id), command.model_dump_json(), now)
            )
            return added.rowcount == 1

    def answer_command(self, command_id: UUID) -> None:
        """Mark a command as answered; call it in the transaction that spools the answer."""
        with self.transaction() as db:
            db.execute("UPDATE commands SET answered=1 WHERE id=?", (str(command_id),))
            db.execute(
                "DELETE FROM commands WHERE answered=1 AND id NOT IN"
                " (SELECT id FROM commands ORDER BY claimed_at DESC LIMIT ?)",
                (_COMMANDS_KEPT,),
            )

    def unanswered_commands(self) -> list[Command]:
        """Return the commands that were claimed and then interrupted."""
        found = self.rows("SELECT body FROM commands WHERE answered=0 ORDER BY claimed_at")
        return [Command.model_validate_json(row[0]) for row in found]

    # files that a person put back

    def locally_allowed(self, sha256: str) -> bool:
        """Return whether a person put a file with this content back."""
        return bool(self.rows("SELECT 1 FROM local_allow WHERE sha256=?", sha256))

    def local_allow(self) -> frozenset[str]:
        """Return the SHA-256 of everything that was put back on this PC."""
        return frozenset(row[0] for row in self.rows("SELECT sha256 FROM local_allow"))
