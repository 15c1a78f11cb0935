"""Wires the parts to one running agent: one thread for files, one for the console, one that keeps the time."""

import contextlib
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator

import httpx

from anshin.agent.cache import SeenFiles
from anshin.agent.clock import Clock, SystemClock
from anshin.agent.config import AgentConfig, StateFolder
from anshin.agent.core import Core
from anshin.agent.errors import AgentError
from anshin.agent.events import EventMaker
from anshin.agent.files import FileDesk
from anshin.agent.judge import Judge
from anshin.agent.keys import ItemKeys, load_device_key
from anshin.agent.link import ConsoleLink, http_client
from anshin.agent.messages import (
    Apply,
    EventsLost,
    Happening,
    LinkTask,
    LookAgain,
    LookThrough,
    Obey,
    Order,
    ShiftOffset,
    Spooled,
    Talk,
    Ticked,
)
from anshin.agent.model_scores import ScoreBook
from anshin.agent.model_store import ModelStore
from anshin.agent.model_talk import ModelDesk
from anshin.agent.obey import CommandDesk
from anshin.agent.quarantine import Quarantine
from anshin.agent.restore import Restorer
from anshin.agent.schedule import LinkSchedule
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.system import this_system
from anshin.agent.system.base import System
from anshin.agent.talk import LinkDesk
from anshin.agent.walk import files_below
from anshin.agent.watch import Watcher
from anshin.agent.work import FRESH, URGENT, WALK, WALKED, WorkQueue
from anshin.wire.documents import Command, EventKind, HeartbeatReply

_log = logging.getLogger("anshin.agent.run")
_WALK_STEP = 64
_LONGEST_SLEEP = 0.5
_JOIN_SECONDS = 1.0
_RECOVER_SECONDS = 5.0


class Agent:
    """The whole agent on one state folder. The caller holds the run lock and owns the engine."""

    def __init__(
        self,
        folder: StateFolder,
        config: AgentConfig,
        engine: Judge,
        *,
        system: System | None = None,
        clock: Clock | None = None,
        client: httpx.Client | None = None,
        grace_seconds: float | None = None,
    ) -> None:
        folder.prepare()
        self.clock = clock or SystemClock()
        system = system or this_system()
        self.watched = tuple(os.fsencode(path) for path in config.watch)
        self._own = os.fsencode(os.path.realpath(folder.root))
        key = load_device_key(folder.device_key)
        self.store = Store(folder.database)
        self.seen = SeenFiles(folder.cache)
        self.spool = Spool(self.store)
        self.work = WorkQueue()
        self.talks: queue.SimpleQueue[LinkTask | None] = queue.SimpleQueue()
        self.core = Core(LinkSchedule(config.heartbeat_seconds, config.poll_seconds), config.rescan_seconds)
        if grace_seconds is not None:
            self.core.grace_seconds = grace_seconds
        link = ConsoleLink(
            console=config.console,
            device_id=config.device_id,
            key=key,
            clock=self.clock,
            client=client or http_client(config.console, ca_file=config.ca_file),
            offset=float(self.store.setting("clock_offset", 0.0)),
        )
        events = EventMaker(self.clock, lambda: link.offset)
        keys = ItemKeys(folder.master_key)
        quarantine = Quarantine(store=self.store, spool=self.spool, blobs=folder.blobs, keys=keys, system=system)
        self.restorer = Restorer(
            store=self.store,
            spool=self.spool,
            blobs=folder.blobs,
            lock_file=folder.restore_lock,
            keys=keys,
            system=system,
            events=events,
        )
        self.files = FileDesk(
            feed=self.feed,
            engine=engine,
            system=system,
            store=self.store,
            spool=self.spool,
            seen=self.seen,
            quarantine=quarantine,
            events=events,
            clock=self.clock,
            own_folder=self._own,
        )
        self.models = ModelStore(folder.models)
        self._engine = engine
        self.model_desk = ModelDesk(link, self.models, engine, ScoreBook(folder.models / "scores.json"))
        self.desk = LinkDesk(self.feed, link, self.store, self.spool, engine, config, self.clock, self.model_desk)
        self.commands = CommandDesk(
            feed=self.feed,
            store=self.store,
            spool=self.spool,
            restorer=self.restorer,
            events=events,
            clock=self.clock,
            own_folder=self._own,
            watched=self.watched,
            scan=self._scan,
        )
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._broken = threading.Event()
        self._walking = False
        self._walk_again = False

    # the state machine and its orders

    def feed(self, happening: Happening) -> list[Order]:
        """Tell the state machine what happened; returns the orders for files, which the caller carries out."""
        with self._lock:
            orders = self.core.handle(happening, self.clock.monotonic())
        return [order for order in orders if not self._carry_out(order)]

    def _carry_out(self, order: Order) -> bool:
        match order:
            case Talk():
                self.talks.put(order.task)
            case LookAgain():
                self._look(order.path)
            case LookThrough():
                self.work.put(WALK, "walk through", self.look_through)
            case Apply():
                self.work.put(URGENT, ("apply", id(order)), lambda: self._apply(order))
            case Obey():
                self.work.put(
                    URGENT,
                    ("obey", order.command.id),
                    lambda: self.commands.obey(order.command, expired=order.expired),
                )
            case ShiftOffset():
                self.desk.link.offset -= order.seconds
            case _:
                return False
        return True

    def _apply(self, order: Apply) -> None:
        self._keep(order.reply)
        self.files.set_lists(order.reply.allow_sha256, order.reply.deny_sha256)
        self.seen.forget_content(order.allow_removed)
        if order.look_through:
            self.look_through()

    def _keep(self, reply: HeartbeatReply) -> None:
        with self.store.transaction():
            self.store.keep_setting("protection", reply.protection)
            self.store.keep_setting("allow", list(reply.allow_sha256))
            self.store.keep_setting("deny", list(reply.deny_sha256))

    # files

    def _look(self, path: bytes, priority: int = FRESH) -> None:
        self.work.put(priority, ("look", path), lambda: self.files.look(path))

    def _look_below(self, folder: bytes) -> None:
        found = files_below([folder], leave_out=self._own)
        self.work.put(WALKED, ("below", folder), lambda: self._walk_on(found, ("below", folder), WALKED, _nothing))

    def look_through(self) -> None:
        """Begin a walk over all watched folders; one that is under way is followed by another. For the file thread."""
        if self._walking:
            self._walk_again = True
            return
        self._walking = True
        found = files_below(self.watched, leave_out=self._own)
        self.work.put(WALK, "walk", lambda: self._walk_on(found, "walk", WALK, self._walked))

    def _walk_on(self, found: Iterator[bytes], key: object, priority: int, done: Callable[[], None]) -> None:
        """Go a few files further, then queue behind everything more urgent."""
        for _ in range(_WALK_STEP):
            path = next(found, None)
            if path is None:
                done()
                return
            if self.files.needs_look(path):
                self._look(path, WALKED)
        self.work.put(priority, key, lambda: self._walk_on(found, key, priority, done))

    def _walked(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            for folder in self.watched:
                self.seen.prune(folder)
        self._walking = False
        if self._walk_again:
            self._walk_again = False
            self.look_through()

    def _scan(self, command: Command, found: Iterator[bytes], looked: int = 0) -> None:
        for _ in range(_WALK_STEP):
            path = next(found, None)
            if path is None:
                self.commands.scanned(command, looked)
                return
            self.files.look(path, command.id)
            looked += 1
        self.work.put(WALKED, ("scan", command.id), lambda: self._scan(command, found, looked))

    def step(self, timeout: float) -> bool:
        """Do the most urgent piece of work on files; False when there was none within `timeout` seconds."""
        job = self.work.get(timeout)
        if job is None:
            return False
        try:
            job()
        except Exception as error:  # noqa: BLE001 - the thread must outlive any single job
            if not self._stopping.is_set():
                _log.error("a piece of work failed: %s", type(error).__name__, exc_info=error)
        return True

    # the life of the agent

    def begin(self) -> None:
        """Take up the last known settings, and finish or undo what an earlier stop interrupted."""
        self._take_up_models()
        self.core.protection = self.store.setting("protection", "protect")
        self.core.allow = frozenset(self.store.setting("allow", []))
        self.core.deny = frozenset(self.store.setting("deny", []))
        self.files.set_lists(self.core.allow, self.core.deny)
        self._recover()
        try:
            self.commands.answer_interrupted()
            self.spool.add(self.files.events.make(EventKind.AGENT_STARTED))
        except sqlite3.Error as error:  # a full disk must not keep the agent from protecting
            _log.error("the start could not be recorded: %s", error)

    def _take_up_models(self) -> None:
        try:
            self.models.begin()
            self.models.switch(self._engine)
        except (AgentError, OSError) as error:  # the models that came with the engine judge
            _log.error("the models of this device could not be taken up: %s", error)

    def run(self, stop: threading.Event) -> None:
        """Protect until `stop` is set."""
        self.begin()
        watcher = Watcher(
            self.watched,
            on_file=self._look,
            on_folder=self._look_below,
            on_lost=lambda: self._for_files(self.feed(EventsLost())),
        )
        threads = [
            threading.Thread(target=self._guarded, args=(self._work_on,), name="files", daemon=True),
            threading.Thread(target=self._guarded, args=(self._talk_on,), name="console", daemon=True),
        ]
        watcher.start()
        for thread in threads:
            thread.start()
        try:
            self._keep_time(stop)
            if self._broken.is_set():
                raise AgentError("thread_died")
        finally:
            self._stopping.set()
            self.talks.put(None)
            self.work.close()
            watcher.stop()
            for thread in threads:
                thread.join(_JOIN_SECONDS / len(threads))

    def run_once(self) -> bool:
        """Scan the watched folders, flush the spool, and return whether the console has everything."""
        self.begin()
        self._for_files(self.feed(Ticked(self.clock.wall())))
        answered = self._talk_out()  # lists and commands first
        while self.step(0):
            pass
        self.files.carry_out(self.core.release())
        while answered and self.spool.size():
            self._for_files(self.feed(Spooled()))
            answered = self._talk_out()
            while self.step(0):
                pass
        return answered and not self.spool.size()

    def close(self) -> None:
        """Close files and connections; the engine is the caller's."""
        self.work.close()
        with contextlib.suppress(OSError):
            self.model_desk.note_scores()
        self.desk.link.close()
        self.store.close()
        self.seen.close()

    def _keep_time(self, stop: threading.Event) -> None:
        version = self.store.data_version()
        recover_due = 0.0
        while not stop.is_set() and not self._broken.is_set():
            self._for_files(self.feed(Ticked(self.clock.wall())))
            now_version = self.store.data_version()
            if now_version != version:  # another process wrote: a restore from the command line
                version = now_version
                self._for_files(self.feed(Spooled()))
            if self.files.unfinished and self.clock.monotonic() >= recover_due:
                recover_due = self.clock.monotonic() + _RECOVER_SECONDS
                self.work.put(URGENT, "recover", self._recover)
            with self._lock:
                due = self.core.next_due()
            pause = min(max(due - self.clock.monotonic(), 0.05), _LONGEST_SLEEP)
            stop.wait(pause)

    def _recover(self) -> None:
        try:
            self.restorer.recover()
            for path in self.files.recover():
                self._look(path)
        except (AgentError, OSError, sqlite3.Error) as error:
            self.files.unfinished = True
            _log.error("recovery will be tried again: %s", error)

    def _for_files(self, orders: list[Order]) -> None:
        if orders:
            self.work.put(URGENT, ("orders", id(orders)), lambda: self.files.carry_out(orders))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a thread's work. If it ends other than by stopping, the agent ends too, for its service to start anew."""
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a panic of a native library is no Exception
            if not self._stopping.is_set():
                _log.critical("a thread of the agent died: %s", type(error).__name__, exc_info=error)
                self._broken.set()

    def _work_on(self) -> None:
        while not self._stopping.is_set():
            self.step(1.0)

    def _talk_on(self) -> None:
        while (task := self.talks.get()) is not None and not self._stopping.is_set():
            self.desk.do(task)

    def _talk_out(self) -> bool:
        """Do every queued talk; False as soon as the console does not answer."""
        while not self.talks.empty():
            task = self.talks.get()
            if task is not None and not self.desk.do(task):
                return False
        return True


def _nothing() -> None:
    """Nothing follows the walk below a new folder."""
