"""Moves a judged file into quarantine so that a stop at any point loses neither the file nor its one event.

Order: journal (item id and event id are fixed here) → sealed copy beside its final name → durable name → the original
is checked once more → the original is removed → one transaction writes "held" and spools the event. After a stop,
`recover` reads the journal and either finishes or undoes.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

from anshin.agent import items
from anshin.agent.errors import AgentError, ChangedMeanwhile, DamagedBlob, NotBlocked, Unfinished
from anshin.agent.items import Item
from anshin.agent.keys import ItemKeys
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.system.atomic import sync_folder
from anshin.agent.system.base import OpenedFile, System, opened
from anshin.agent.text import path_text
from anshin.agent.vault import decrypt, encrypt, hash_file
from anshin.wire.documents import AgentEvent, Quarantined


def _nothing(step: str) -> None:
    """Take no notice of the steps; the fault tests do."""


class Quarantine:
    """The encrypted folder of blocked files. `hold` and `recover` are for one thread of one process."""

    def __init__(
        self,
        *,
        store: Store,
        spool: Spool,
        blobs: Path,
        keys: ItemKeys,
        system: System,
        on_step: Callable[[str], None] = _nothing,
    ) -> None:
        self._store = store
        self._spool = spool
        self._blobs = blobs
        self._keys = keys
        self._system = system
        self._on_step = on_step

    def hold(self, file: OpenedFile, event: AgentEvent, *, now: float) -> UUID:
        """Quarantine the open file that `event.verdict` judged, and spool the event; returns the item's id.

        Raises ChangedMeanwhile (judge again), NotBlocked (file still in place) or Unfinished (file away, entry owing).
        """
        if event.verdict is None:
            raise ValueError("only a judged file can be quarantined")
        item_id = uuid4()
        key, wrapped = self._keys.new(str(item_id))
        sha256 = event.verdict.sha256
        text = path_text(file.path)
        where = Quarantined(item_id=item_id, original_path=text, size=file.status.st_size, sha256=sha256)
        event = event.model_copy(update={"quarantine": where})
        try:
            self._journal(item_id, file, event, wrapped, now=now)
            self._on_step("journalled")
            self._seal(item_id, file, key, sha256)
            self._remove_original(file, sha256)
        except (OSError, sqlite3.Error) as error:
            self._undo(item_id)
            raise NotBlocked("not_blocked", path=text, cause=_cause(error)) from error
        except AgentError:
            self._undo(item_id)
            raise
        try:
            self._finish(item_id, event)
        except sqlite3.Error as error:
            raise Unfinished("quarantine_unfinished", item=item_id, cause=str(error)) from error
        self._on_step("held")
        return item_id

    def _journal(self, item_id: UUID, file: OpenedFile, event: AgentEvent, wrapped: bytes, *, now: float) -> None:
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO items"
                " (id, state, path, sha256, size, dev, inode, metadata, wrapped_key, event, created_at)"
                " VALUES (?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    str(item_id),
                    file.path,
                    event.quarantine.sha256 if event.quarantine else "",
                    file.status.st_size,
                    file.status.st_dev,
                    file.status.st_ino,
                    file.metadata.to_json(),
                    wrapped,
                    event.model_dump_json(),
                    now,
                ),
            )

    def _seal(self, item_id: UUID, file: OpenedFile, key: bytes, sha256: str) -> None:
        part = items.part_path(self._blobs, item_id)
        sink = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            copied, _ = encrypt(file.fd, sink, key)
            os.fsync(sink)
        finally:
            os.close(sink)
        self._on_step("copied")
        if copied != sha256:
            raise ChangedMeanwhile("changed_meanwhile", path=path_text(file.path))
        part.rename(items.blob_path(self._blobs, item_id))
        self._on_step("named")
        sync_folder(self._blobs)
        self._on_step("durable")

    def _remove_original(self, file: OpenedFile, sha256: str) -> None:
        if not file.still_there() or hash_file(file.fd) != sha256:
            raise ChangedMeanwhile("changed_meanwhile", path=path_text(file.path))
        self._on_step("checked")
        file.folder.unlink(file.name)
        self._on_step("unlinked")
        with contextlib.suppress(OSError):  # it is gone for every program; only a power cut could bring it back
            file.folder.sync()
        self._on_step("removed")

    def _finish(self, item_id: UUID, event: AgentEvent) -> None:
        with self._store.transaction() as db:
            done = db.execute("UPDATE items SET state='held' WHERE id=? AND state='pending'", (str(item_id),))
            if done.rowcount == 1:
                self._spool.add(event)

    def _undo(self, item_id: UUID) -> None:
        items.part_path(self._blobs, item_id).unlink(missing_ok=True)
        items.blob_path(self._blobs, item_id).unlink(missing_ok=True)
        with contextlib.suppress(sqlite3.Error), self._store.transaction() as db:  # a full disk: `recover` does it
            db.execute("DELETE FROM items WHERE id=? AND state='pending'", (str(item_id),))

    def recover(self) -> list[bytes]:
        """Finish or undo every interrupted quarantine; returns the paths that must be judged again."""
        again = []
        for item in items.in_state(self._store, "pending"):
            if self._blob_is_whole(item) and self._original_is_away(item):
                self._finish(item.id, item.event)
            else:
                self._undo(item.id)
            if os.path.lexists(item.path):  # whatever has the name now is judged by itself
                again.append(item.path)
        self._sweep()
        return again

    def _blob_is_whole(self, item: Item) -> bool:
        try:
            fd = os.open(items.blob_path(self._blobs, item.id), os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return False
        try:
            key = self._keys.unwrap(str(item.id), item.wrapped_key)
            found, _ = decrypt(fd, len, key, item=str(item.id))
        except DamagedBlob:
            return False
        finally:
            os.close(fd)
        return found == item.sha256

    def _original_is_away(self, item: Item) -> bool:
        """Remove the original if it still is what was judged; False when it cannot be read or removed.

        Other content under the name, even under the same inode number (file systems use them again), means that ours
        lives in the sealed copy only: it must be kept.
        """
        try:
            with opened(self._system, item.path) as file:
                if (file.status.st_dev, file.status.st_ino) != (item.dev, item.inode):
                    return True  # another file has the name now; ours was removed, and this one is judged by itself
                self._remove_original(file, item.sha256)
        except (FileNotFoundError, NotADirectoryError, ChangedMeanwhile):
            return True
        except OSError:
            return False
        return True

    def _sweep(self) -> None:
        """Remove copies without an owner: half-written ones, and those of files that were put back."""
        kept = {str(item.id) for item in items.in_state(self._store, "pending", "held", "restoring")}
        for path in self._blobs.iterdir():
            if path.stem not in kept:
                path.unlink(missing_ok=True)


def _cause(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
