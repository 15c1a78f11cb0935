"""Does one task with the console at a time, and tells the state machine how it went."""

import contextlib
import logging
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from anshin.agent import items
from anshin.agent.clock import Clock, moment
from anshin.agent.config import AgentConfig
from anshin.agent.errors import AgentError, ConsoleRefused
from anshin.agent.events import NOTHING
from anshin.agent.judge import Judge
from anshin.agent.link import ConsoleLink
from anshin.agent.machine import describe
from anshin.agent.messages import Happening, LinkFailed, LinkTask, LinkWorked, Order
from anshin.agent.model_talk import ModelDesk
from anshin.agent.sentences import Sentence
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.wire.documents import MAX_EVENTS, Heartbeat, HeartbeatReply

_log = logging.getLogger("anshin.agent.talk")
_CONTENT_FAULTS = {400, 413, 422}
_MOST_WATCHED = 100


@dataclass(slots=True)
class LinkDesk:
    """Everything that talking needs. For one thread."""

    feed: Callable[[Happening], list[Order]]
    link: ConsoleLink
    store: Store
    spool: Spool
    engine: Judge
    config: AgentConfig
    clock: Clock
    models: ModelDesk | None = None
    last_error: Sentence = NOTHING
    _most_events: int = MAX_EVENTS

    def do(self, task: LinkTask) -> bool:
        """Do the task; returns whether the console answered as hoped."""
        try:
            reply = self._do(task)
            waiting = self.spool.size()
        except AgentError as error:
            self._note(Sentence(error.ja, error.en))
            self.feed(LinkFailed(task, random.random()))  # noqa: S311 - spreads load, guards nothing
            return False
        except (OSError, sqlite3.Error, ValueError) as error:
            self._note(Sentence(str(error), str(error)))
            self.feed(LinkFailed(task, random.random()))  # noqa: S311 - spreads load, guards nothing
            return False
        self._note(NOTHING)
        self.feed(LinkWorked(task, waiting, reply))
        if task == "heartbeat" and self.models is not None:
            self.models.beat()
        return True

    def _do(self, task: LinkTask) -> HeartbeatReply | None:
        if task == "poll":
            return self.link.commands()
        if task == "heartbeat":
            reply = self.link.heartbeat(self._beat())
            self._note_contact()
            return reply
        self._upload()
        return None

    def _beat(self) -> Heartbeat:
        return Heartbeat(
            machine=describe(self.engine.versions()),
            sent_at=moment(self.clock.wall()),
            spooled=self.spool.size(),
            watched=tuple(folder[:4096] for folder in self.config.watch[:_MOST_WATCHED]),
            quarantined=items.held_count(self.store),
        )

    def _upload(self) -> None:
        batch = self.spool.batch(max_events=self._most_events)
        if batch is None:
            return
        try:
            receipt = self.link.upload(batch.body)
        except ConsoleRefused as refused:
            if refused.status not in _CONTENT_FAULTS:
                raise  # it is about us, not about these events: they wait
            if len(batch.ids) > 1:
                self._most_events = len(batch.ids) // 2  # find the one that is at fault
                return
            self.spool.set_aside(batch, code=refused.code, message=refused.en, now=self.clock.wall())
            self._most_events = MAX_EVENTS
            return
        if self.spool.settle(batch, receipt, now=self.clock.wall()) == 0:
            raise AgentError("receipt_empty")
        self._most_events = min(MAX_EVENTS, self._most_events * 2)
        self._note_contact()

    def _note_contact(self) -> None:
        with contextlib.suppress(sqlite3.Error), self.store.transaction():  # a full disk must not look like a lost link
            self.store.keep_setting("last_contact", self.clock.wall())
            self.store.keep_setting("clock_offset", self.link.offset)

    def _note(self, error: Sentence) -> None:
        if error == self.last_error:
            return
        self.last_error = error
        if error != NOTHING:
            _log.warning("talking to the console failed: %s", error.en)
        else:
            _log.info("talking to the console works again")
        try:
            self.store.keep_setting("last_error", error._asdict())
        except sqlite3.Error as fault:
            _log.debug("the error could not be noted: %s", fault)
