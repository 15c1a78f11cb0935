"""Puts a quarantined file back: same bytes, owner, rights, times and attributes, and never over another file.

Order: journal (state "restoring", local allow entry) → private temporary file in the target folder → its inode and the
name it will get are journalled → it gets the name only if that is free → one transaction writes "restored" and spools
the event → the sealed copy goes. After a stop, `recover` finishes when the file has its name, else undoes.
"""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH118, PTH119, PTH120, PTH122

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from anshin.agent import items
from anshin.agent.errors import AgentError, Conflict, DamagedBlob, NotAllowed, RestoreFailed, Unfinished, UnknownItem
from anshin.agent.events import NOTHING, EventMaker
from anshin.agent.items import Item, RestorePlan
from anshin.agent.keys import ItemKeys
from anshin.agent.sentences import Sentence, sentence
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.system.base import Folder, System
from anshin.agent.system.locks import Locked, lock
from anshin.agent.text import path_text
from anshin.agent.vault import decrypt, write_full
from anshin.wire.documents import EventKind

LOCK_WAIT_SECONDS = 30.0
TEMPORARY_PREFIX = b".anshin-restore-"
_MOST_NAMES_TRIED = 1000
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Restored:
    """Where the file is now, and what could not be put back with it."""

    path: bytes
    not_restored: tuple[str, ...] = ()


def _nothing(step: str) -> None:
    """Take no notice of the steps; the fault tests do."""


class Restorer:
    """Restores items. Works beside a running agent and without the console; the lock file keeps two restores apart."""

    def __init__(
        self,
        *,
        store: Store,
        spool: Spool,
        blobs: Path,
        lock_file: Path,
        keys: ItemKeys,
        system: System,
        events: EventMaker,
        on_step: Callable[[str], None] = _nothing,
    ) -> None:
        self._store = store
        self._spool = spool
        self._blobs = blobs
        self._lock_file = lock_file
        self._keys = keys
        self._system = system
        self._events = events
        self._on_step = on_step

    def restore(
        self,
        item_id: UUID,
        *,
        reason: str,
        who: str,
        now: float,
        folder: bytes | None = None,
        command_id: UUID | None = None,
    ) -> Restored:
        """Put an item back where it was, or into `folder`.

        Raises UnknownItem, Conflict (not in quarantine), NotAllowed (no reason, or on the console's deny list) and
        RestoreFailed (disk, rights, damage: the item stays, and the event says why).
        """
        if not reason.strip():
            raise NotAllowed("restore_needs_reason")
        with self._alone():
            self._recover()
            item = items.find(self._store, item_id)
            if item is None:
                raise UnknownItem("item_unknown", item=item_id)
            if item.state != "held":
                raise Conflict("item_not_held", item=item_id)
            if item.sha256 in self._store.setting("deny", []):
                raise NotAllowed("restore_denied", item=item_id)
            target = folder if folder is not None else os.path.dirname(item.path)
            plan = RestorePlan(self._events.new_id(), reason, who, target, command_id)
            self._begin(item, plan, now=now)
            self._on_step("journalled")
            try:
                restored = self._put_back(item, plan)
            except (OSError, sqlite3.Error, DamagedBlob) as error:
                said = _sentence_of(error, item)
                with contextlib.suppress(sqlite3.Error):  # the journal entry stays; `recover` undoes it
                    self._give_up(item, plan, said)
                raise RestoreFailed("restore_failed", path=path_text(item.path), cause=said.en) from error
            try:
                self._finish(item, plan, restored)
            except sqlite3.Error as error:  # the file is back and whole; `recover` writes the entry
                raise Unfinished("restore_unfinished", path=path_text(restored.path), cause=str(error)) from error
            self._on_step("restored")
            items.blob_path(self._blobs, item.id).unlink(missing_ok=True)
            self._on_step("removed")
            return restored

    def recover(self) -> None:
        """Finish or undo what an interrupted restore left behind."""
        with self._alone():
            self._recover()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            with lock(self._lock_file, wait_seconds=LOCK_WAIT_SECONDS):
                yield
        except Locked as error:
            raise Conflict("restore_busy") from error

    def _begin(self, item: Item, plan: RestorePlan, *, now: float) -> None:
        with self._store.transaction() as db:
            changed = db.execute(
                "UPDATE items SET state='restoring', restore=?, target=NULL, target_dev=NULL, target_inode=NULL"
                " WHERE id=? AND state='held'",
                (plan.to_json(), str(item.id)),
            )
            if changed.rowcount != 1:
                raise Conflict("item_not_held", item=item.id)
            # Allowed before the first byte is written, or the watcher would take it away again.
            values = (item.sha256, str(item.id), plan.reason, plan.who, now)
            db.execute("INSERT OR IGNORE INTO local_allow VALUES (?, ?, ?, ?, ?)", values)

    def _put_back(self, item: Item, plan: RestorePlan) -> Restored:
        owner = (item.metadata.uid, item.metadata.gid)
        folder = self._system.open_folder(plan.folder, create_for=owner)
        try:
            temporary = TEMPORARY_PREFIX + str(item.id).encode()
            with contextlib.suppress(FileNotFoundError):
                folder.unlink(temporary)
            try:
                not_restored, file_id = self._write(folder, temporary, item)
                self._on_step("written")
                name = self._publish(folder, temporary, item, plan, file_id)
            except Exception:
                with contextlib.suppress(OSError):
                    folder.unlink(temporary)
                raise
            self._on_step("published")
            with contextlib.suppress(OSError):  # it has its name; only a power cut could take it back
                folder.sync()
            self._on_step("durable")
        finally:
            folder.close()
        return Restored(os.path.join(plan.folder, name), not_restored)

    def _write(self, folder: Folder, temporary: bytes, item: Item) -> tuple[tuple[str, ...], tuple[int, int]]:
        key = self._keys.unwrap(str(item.id), item.wrapped_key)
        source = os.open(items.blob_path(self._blobs, item.id), os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            sink = folder.create(temporary)
            try:
                found, _ = decrypt(source, lambda chunk: write_full(sink, chunk), key, item=str(item.id))
                if found != item.sha256:
                    raise DamagedBlob("blob_damaged", item=item.id)
                not_restored = self._system.apply(sink, item.metadata)
                os.fsync(sink)
                status = os.fstat(sink)
            finally:
                os.close(sink)
        finally:
            os.close(source)
        return not_restored, (status.st_dev, status.st_ino)

    def _publish(
        self, folder: Folder, temporary: bytes, item: Item, plan: RestorePlan, file_id: tuple[int, int]
    ) -> bytes:
        for name in free_names(os.path.basename(item.path)):
            with self._store.transaction() as db:
                target = (os.path.join(plan.folder, name), *file_id, str(item.id))
                db.execute("UPDATE items SET target=?, target_dev=?, target_inode=? WHERE id=?", target)
            self._on_step("named")
            try:
                folder.publish(temporary, name)
            except FileExistsError:
                continue
            return name
        raise FileExistsError(f"no free name beside {path_text(item.path)}")

    def _finish(self, item: Item, plan: RestorePlan, restored: Restored) -> None:
        event = self._events.make(
            EventKind.QUARANTINE_RESTORED,
            path=restored.path,
            user=plan.who,
            quarantine=item.quarantined(),
            command_id=plan.command_id,
            reason=plan.reason,
            error=_remark(item, restored),
            event_id=plan.event_id,
        )
        with self._store.transaction() as db:
            db.execute("UPDATE items SET state='restored', target=? WHERE id=?", (restored.path, str(item.id)))
            self._spool.add(event)
            if plan.command_id is not None:
                self._store.answer_command(plan.command_id)

    def _give_up(self, item: Item, plan: RestorePlan, said: Sentence) -> None:
        event = self._events.make(
            EventKind.QUARANTINE_RESTORE_FAILED,
            path=item.path,
            user=plan.who,
            quarantine=item.quarantined(),
            command_id=plan.command_id,
            reason=plan.reason,
            error=said,
            event_id=plan.event_id,
        )
        with self._store.transaction() as db:
            db.execute(
                "UPDATE items SET state='held', restore='', target=NULL, target_dev=NULL, target_inode=NULL WHERE id=?",
                (str(item.id),),
            )
            db.execute("DELETE FROM local_allow WHERE item_id=?", (str(item.id),))
            self._spool.add(event)
            if plan.command_id is not None:
                self._store.answer_command(plan.command_id)

    def _recover(self) -> None:
        for item in items.in_state(self._store, "restoring"):
            plan = item.restore
            if plan is None:  # cannot be: the plan is written with the state
                continue
            if item.target is not None and self._arrived(item, plan):
                self._finish(item, plan, Restored(item.target))
                items.blob_path(self._blobs, item.id).unlink(missing_ok=True)
            else:
                self._give_up(item, plan, sentence("restore_interrupted"))

    def _arrived(self, item: Item, plan: RestorePlan) -> bool:
        """Clear the temporary name away, and return whether the file has its final one."""
        try:
            folder = self._system.open_folder(plan.folder)
        except OSError:
            return False
        try:
            with contextlib.suppress(OSError):
                folder.unlink(TEMPORARY_PREFIX + str(item.id).encode())
            status = folder.lstat(os.path.basename(item.target or b"."))
        except OSError:
            return False
        else:
            return (status.st_dev, status.st_ino) == item.target_file
        finally:
            folder.close()


def free_names(name: bytes) -> Iterator[bytes]:
    """Yield the name itself, then names with " (restored)" before the suffix, each at most 255 bytes."""
    yield name
    stem, suffix = os.path.splitext(name)
    for number in range(1, _MOST_NAMES_TRIED):
        mark = b" (restored)" if number == 1 else b" (restored %d)" % number
        yield stem[: _LONGEST_NAME - len(mark) - len(suffix)] + mark + suffix[: _LONGEST_NAME - len(mark)]


def _remark(item: Item, restored: Restored) -> Sentence:
    """Say what is not as it was: another name, or metadata the system refused."""
    said = []
    if os.path.basename(restored.path) != os.path.basename(item.path):
        said.append(sentence("restored_beside", path=path_text(restored.path)))
    if restored.not_restored:
        said.append(sentence("metadata_not_restored", what=", ".join(restored.not_restored)))
    return Sentence(" ".join(one.ja for one in said), " ".join(one.en for one in said)) if said else NOTHING


def _sentence_of(error: Exception, item: Item) -> Sentence:
    if isinstance(error, AgentError):
        return Sentence(error.ja, error.en)
    cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return sentence("cannot_write_back", path=path_text(item.path), cause=cause)
