"""Looks at files: opens each once, asks the engine, and carries out what the state machine orders."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH119

import errno
import hashlib
import logging
import os
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from anshin.agent.cache import SeenFiles
from anshin.agent.clock import Clock
from anshin.agent.errors import ChangedMeanwhile, NotBlocked, Unfinished
from anshin.agent.events import EventMaker
from anshin.agent.judge import Judge as Engine
from anshin.agent.messages import (
    Happening,
    Held,
    Hold,
    HoldFailed,
    Judge,
    Judged,
    MustRetry,
    Noticed,
    Order,
    Remember,
    Report,
    Spooled,
)
from anshin.agent.quarantine import Quarantine
from anshin.agent.sentences import Sentence, sentence
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.system.base import FileState, NotRegular, OpenedFile, System, opened, state_of
from anshin.agent.text import path_text
from anshin.agent.walk import is_below
from anshin.engine.verdict import FileType, Gap, Status, Verdict
from anshin.wire.documents import EventKind

_TRIES = 3
_VANISHED = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ESTALE, errno.ENAMETOOLONG}
_log = logging.getLogger("anshin.agent.files")


@dataclass(slots=True)
class FileDesk:
    """Everything that a look at a file needs. For one thread."""

    feed: Callable[[Happening], list[Order]]
    engine: Engine
    system: System
    store: Store
    spool: Spool
    seen: SeenFiles
    quarantine: Quarantine
    events: EventMaker
    clock: Clock
    own_folder: bytes
    judged_by: str = ""
    lists: str = ""
    denied: frozenset[str] = frozenset()
    unfinished: bool = False

    def set_lists(self, allow: Collection[str], deny: Collection[str]) -> None:
        """Hand the lists to the engine. What was put back on this PC is allowed here too; a denied file never is."""
        self.denied = frozenset(deny)
        denied = sorted(self.denied)
        self.engine.set_lists(allow=(set(allow) | self.store.local_allow()) - self.denied, deny=denied)
        self.lists = hashlib.sha256("\n".join(denied).encode()).hexdigest()[:16]
        self._note_versions()

    def _note_versions(self) -> None:
        """Ask the engine what judges now, before a file is looked at: the owner's rules change while it runs.

        Should they change during the look, the file counts as judged by the old ones and is looked at again.
        """
        versions = self.engine.versions()
        self.judged_by = f"{versions.engine}/{versions.rules}/{versions.model}/{self.lists}"

    def needs_look(self, path: bytes) -> bool:
        """Return whether a file found on a walk is new or changed; costs no read."""
        self._note_versions()
        state = state_of(path)
        return state is not None and not self._knows(path, state)

    def _knows(self, path: bytes, state: FileState) -> bool:
        try:
            return self.seen.knows(path, state, self.judged_by)
        except sqlite3.Error:  # a cache that cannot answer knows nothing
            return False

    def look(self, path: bytes, command_id: UUID | None = None) -> None:
        """Look at one path; whatever goes wrong is retried later and never stops the agent."""
        if is_below(path, self.own_folder):
            return
        self._note_versions()
        state = state_of(path)
        known = state is not None and self._knows(path, state)
        try:
            self.carry_out(self.feed(Noticed(path, state, known, command_id)))
        except Exception as error:  # noqa: BLE001 - one file, whatever it does, must not end the protection of the others
            _log.warning("a file could not be handled and will be tried again: %s", type(error).__name__)
            _log.debug("it was %s", path_text(path), exc_info=error)
            self.carry_out(self.feed(MustRetry(path)))

    def carry_out(self, orders: list[Order], file: OpenedFile | None = None) -> None:
        """Do what the state machine ordered for files."""
        for order in orders:
            match order:
                case Judge():
                    self._judge(order.path, order.command_id)
                case Hold() if file is not None:
                    self._hold(file, order)
                case Remember():
                    self.seen.remember(order.path, order.state, self.judged_by, order.sha256)
                case Report():
                    self._report(order)
                case _:
                    raise TypeError(f"not an order for files: {type(order).__name__}")

    def _judge(self, path: bytes, command_id: UUID | None) -> None:
        for _ in range(_TRIES):
            try:
                with opened(self.system, path) as file:
                    verdict = self.engine.judge_file(file.fd, name=path_text(file.name))
                    self._judged(path, file.state, verdict, command_id, file)
            except ChangedMeanwhile:
                continue
            except NotRegular:
                return
            except OSError as error:
                if error.errno not in _VANISHED:
                    self._unreadable(path, error, command_id)
            return
        self.carry_out(self.feed(MustRetry(path)))

    def _judged(
        self, path: bytes, state: FileState, verdict: Verdict, command_id: UUID | None, file: OpenedFile | None
    ) -> None:
        restored = verdict.sha256 not in self.denied and self.store.locally_allowed(verdict.sha256)
        self.carry_out(self.feed(Judged(path, state, verdict, restored, command_id)), file)

    def _unreadable(self, path: bytes, error: OSError, command_id: UUID | None) -> None:
        state = state_of(path)
        if state is None:
            return
        said = sentence("unreadable", cause=error.strerror or str(error))
        gap = Gap(code="damaged", ja=said.ja, en=said.en)
        verdict = Verdict(
            sha256="",
            size=state.size,
            name=path_text(os.path.basename(path)),
            type=FileType(kind="unknown", mime="application/octet-stream", decided_by="none"),
            status=Status.UNREADABLE,
            score=0,
            gaps=(gap,),
            versions=self.engine.versions(),
            cpu_ms=0,
        )
        self._judged(path, state, verdict, command_id, None)

    def _hold(self, file: OpenedFile, order: Hold) -> None:
        event = self.events.make(
            EventKind.DETECTION_BLOCKED,
            path=file.path,
            user=self.system.owner_name(file.status.st_uid),
            verdict=order.verdict,
            command_id=order.command_id,
        )
        try:
            item_id = self.quarantine.hold(file, event, now=self.clock.wall())
        except NotBlocked as error:
            said = Sentence(error.ja, error.en)
            failed = HoldFailed(order.path, file.state, order.verdict, said, order.command_id)
            _log.error("a malicious file could not be quarantined and is still in place")
            self.carry_out(self.feed(failed))
            return
        except Unfinished as error:
            self.unfinished = True
            _log.error("%s", error.en)
        else:
            _log.warning("a malicious file was quarantined as %s", item_id)
        self.carry_out(self.feed(Held(order.path)))

    def _report(self, order: Report) -> None:
        if order.only_if_unchanged:
            if order.state is None or state_of(order.path) != order.state:
                return  # gone, or written to since: it is judged again when the writer is done
            self.seen.remember(order.path, order.state, self.judged_by, order.verdict.sha256 if order.verdict else "")
        event = self.events.make(
            order.kind,
            path=order.path,
            user=self._owner(order.path),
            verdict=order.verdict,
            error=order.error,
            command_id=order.command_id,
        )
        try:
            if order.state is None:
                self.spool.add(event)
            elif not self.spool.add_once(event, path=order.path, state=order.state.text()):
                return
        except sqlite3.Error as error:
            _log.error("an event could not be stored and will be tried again: %s", error)
            if order.path:
                self.carry_out(self.feed(MustRetry(order.path)))
            return
        self.carry_out(self.feed(Spooled()))

    def _owner(self, path: bytes) -> str:
        if not path:
            return ""
        try:
            return self.system.owner_name(os.lstat(path).st_uid)
        except OSError:
            return ""

    def recover(self) -> list[bytes]:
        """Finish or undo interrupted quarantines; returns the paths that must be looked at again."""
        again = self.quarantine.recover()
        self.unfinished = False
        return again
