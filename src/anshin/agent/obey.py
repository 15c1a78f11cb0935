"""Carries out what the console asks for: each command at most once, each answered by one event."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH112, PTH113

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from anshin.agent import items
from anshin.agent.clock import Clock
from anshin.agent.errors import AgentError, RestoreFailed, Unfinished
from anshin.agent.events import NOTHING, EventMaker
from anshin.agent.messages import Happening, Order, Spooled
from anshin.agent.restore import Restorer
from anshin.agent.sentences import Sentence, sentence
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.text import path_text
from anshin.agent.walk import files_below, is_below
from anshin.wire.documents import UNKNOWN_SHA256, Command, CommandKind, EventKind, Quarantined

_log = logging.getLogger("anshin.agent.obey")
_REFUSED = {
    CommandKind.RESTORE: EventKind.QUARANTINE_RESTORE_FAILED,
    CommandKind.SCAN: EventKind.SCAN_FINISHED,
}


@dataclass(slots=True)
class CommandDesk:
    """Everything that obeying needs. For the thread that touches files."""

    feed: Callable[[Happening], list[Order]]
    store: Store
    spool: Spool
    restorer: Restorer
    events: EventMaker
    clock: Clock
    own_folder: bytes
    watched: tuple[bytes, ...]
    scan: Callable[[Command, Iterator[bytes]], None]
    """Looks at each file in turn, without holding up fresh ones, and then calls `scanned`."""

    def obey(self, command: Command, *, expired: bool) -> None:
        """Claim the command, then carry it out. One that was claimed before is left alone."""
        if not self.store.claim_command(command, now=self.clock.wall()):
            return
        if expired:
            self._answer(command, sentence("command_expired"))
        elif command.kind is CommandKind.RESTORE:
            self._restore(command)
        else:
            self._scan(command)

    def answer_interrupted(self) -> None:
        """At start: say of every command that was claimed and not answered that it was interrupted."""
        for command in self.store.unanswered_commands():
            self._answer(command, sentence("command_interrupted"))

    def _restore(self, command: Command) -> None:
        if command.item_id is None:
            self._answer(command, sentence("command_incomplete"))
            return
        try:
            self.restorer.restore(
                command.item_id,
                reason=command.reason,
                who=command.asked_by,
                now=self.clock.wall(),
                command_id=command.id,
            )
        except (RestoreFailed, Unfinished) as error:  # the restore itself has answered, or recovery will
            _log.error("a restore for the console failed: %s", error.key)
        except AgentError as error:
            self._answer(command, Sentence(error.ja, error.en))
        self.feed(Spooled())

    def _scan(self, command: Command) -> None:
        if not command.path:  # everything that this device watches
            self.scan(command, files_below(self.watched, leave_out=self.own_folder))
            return
        path = os.path.realpath(os.fsencode(command.path))
        if is_below(path, self.own_folder):
            self._answer(command, sentence("scan_own_folder", path=path_text(path)))
        elif os.path.isdir(path):
            self.scan(command, files_below([path], leave_out=self.own_folder))
        elif os.path.isfile(path):
            self.scan(command, iter([path]))
        else:
            self._answer(command, sentence("scan_path_missing", path=path_text(path)))

    def scanned(self, command: Command, files: int) -> None:
        """Answer a scan that went through `files` files; what it found was reported file by file."""
        self._answer(command, NOTHING, files_scanned=files)

    def _about(self, command: Command) -> Quarantined | None:
        """Say which item an answer to a restore is about, also when this device does not have it."""
        if command.kind is not CommandKind.RESTORE:
            return None
        item = items.find(self.store, command.item_id) if command.item_id else None
        if item is not None:
            return item.quarantined()
        return Quarantined(item_id=command.item_id or UUID(int=0), original_path="", size=0, sha256=UNKNOWN_SHA256)

    def _answer(self, command: Command, error: Sentence, *, files_scanned: int | None = None) -> None:
        event = self.events.make(
            _REFUSED[command.kind],
            path=os.fsencode(command.path),
            user=command.asked_by,
            command_id=command.id,
            quarantine=self._about(command),
            reason=command.reason,
            error=error,
            files_scanned=files_scanned,
        )
        with self.store.transaction():
            self.spool.add(event)
            self.store.answer_command(command.id)
        self.feed(Spooled())
