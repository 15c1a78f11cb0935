"""The daemon: accepts clients, keeps them within bounds, and ends without breaking off an answer."""

import contextlib
import logging
import os
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field

from anshin.engine.clamd import replies
from anshin.engine.clamd.policy import Answer, Policy, answer, error
from anshin.engine.service import Engine
from anshin.gateway.bounds import Bounds
from anshin.gateway.connection import Connection
from anshin.gateway.files import Files, Roots
from anshin.gateway.journal import Counts, tell
from anshin.gateway.listen import Listener
from anshin.gateway.stream import Pool, Stream

YOUNG = 1.0
"""Seconds for which a connection that waits for its client is left alone even when all places are taken."""
SUMMARY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How the gateway serves."""

    policy: Policy = field(default_factory=Policy)
    bounds: Bounds = field(default_factory=Bounds)
    roots: Roots = field(default_factory=Roots)
    workers: int = 1


class Server:
    """Serves clamd's protocol on any number of sockets until `stop` is called."""

    def __init__(self, engine: Engine, listeners: list[Listener], settings: Settings) -> None:
        """Take over the sockets; the engine stays the caller's."""
        self._engine = engine
        self._listeners = listeners
        self._settings = settings
        self.bounds = settings.bounds
        self.counts = Counts()
        self.streams = Pool(settings.bounds.streams_bytes)
        self.files = Files(engine, settings.policy, settings.roots, settings.workers)
        self.stopping = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._lock = threading.Lock()
        self._open: dict[Connection, threading.Thread] = {}
        self._last_summary: dict[str, int] = {}

    def serve(self) -> None:
        """Serve until `stop`; then let what is under way end, and close everything."""
        with selectors.DefaultSelector() as selector:
            for listener in self._listeners:
                listener.socket.settimeout(0)
                selector.register(listener.socket, selectors.EVENT_READ, listener)
                tell("listening", address=listener.address, remote=listener.remote)
            selector.register(self._woken, selectors.EVENT_READ)
            _notify("READY=1")
            while not self.stopping.is_set():
                for key, _ in selector.select(SUMMARY_SECONDS):
                    if isinstance(key.data, Listener):
                        self._accept(key.data)
                self._summary(SUMMARY_SECONDS)
        self._drain()

    def stop(self) -> None:
        """Make `serve` end. Safe from a signal handler and from other threads."""
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    def _accept(self, listener: Listener) -> None:
        if not self._make_room():
            time.sleep(0.01)  # everybody is being served; the next client waits in the system's queue
            return
        try:
            line, address = listener.socket.accept()
        except BlockingIOError:
            return
        except OSError as problem:  # no descriptors left, or the client is gone already
            tell("accept_failed", level=logging.WARNING, why=problem.strerror)
            time.sleep(0.05)
            return
        line.settimeout(None)
        peer = "local" if listener.path is not None else f"{address[0]}:{address[1]}"
        connection = Connection(line, peer, self, remote=listener.remote)
        self.counts.add("connections")
        thread = threading.Thread(target=self._run, args=(connection,), name="anshin-client", daemon=True)
        with self._lock:
            self._open[connection] = thread
        try:
            thread.start()
        except RuntimeError:  # the system has no thread left for us
            with self._lock:
                del self._open[connection]
            line.close()

    def _run(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            with self._lock:
                self._open.pop(connection, None)

    def _make_room(self) -> bool:
        """Return whether one more client can be taken; the one that has kept us waiting longest leaves for it."""
        with self._lock:
            if len(self._open) < self.bounds.connections:
                return True
            now = time.monotonic()
            waiting = [(c.waits_since, c) for c in self._open if c.waits_since is not None]
            since, slowest = min(waiting, key=lambda pair: pair[0], default=(now, None))
        if slowest is not None and now - since >= YOUNG:
            slowest.hang_up(idle_only=False)
            self.counts.add("evicted")
        return False

    def _drain(self) -> None:
        tell("stopping", open=len(self._open))
        for listener in self._listeners:
            listener.close()
        deadline = time.monotonic() + self.bounds.drain_seconds
        while time.monotonic() < deadline:
            with self._lock:
                connections = list(self._open)
            if not connections:
                break
            for connection in connections:
                connection.hang_up(idle_only=True)
            time.sleep(0.02)
        with self._lock:
            left = dict(self._open)
        for connection in left:
            connection.hang_up(idle_only=False)
        for thread in left.values():
            thread.join(1.0)
        self.files.close()
        self._wake.close()
        self._woken.close()
        self._summary(0.0)
        tell("stopped", broken_off=len(left))

    def simple(self, name: str) -> bytes | None:
        """Answer a command that is about the server itself."""
        match name:
            case "PING":
                return b"PONG"
            case "VERSION":
                return self._version().encode()
            case "VERSIONCOMMANDS":
                return replies.commands(self._version())
            case "RELOAD":
                threading.Thread(target=self.reload, name="anshin-reload", daemon=True).start()
                return b"RELOADING"
            case "SELFCHECK":
                return b"RELOADING" if self.reload() else b"DBUPTODATE"
            case "SHUTDOWN":
                return replies.UNAVAILABLE
            case "STATS":
                return self._stats()
            case _:
                return None

    def reload(self) -> bool:
        """Read the user's rules anew; return whether they had changed."""
        try:
            changed = self._engine.reload_rules()
        except Exception as problem:  # noqa: BLE001 -- whatever is wrong with new rules, the old ones go on serving
            tell("reload_failed", level=logging.ERROR, why=str(problem))
            return False
        tell("reloaded", changed=changed, rules=self._engine.versions().rules)
        for refused in self._engine.rule_errors():
            tell("rule_refused", level=logging.WARNING, path=refused.path, line=refused.line, why=refused.message)
        return changed

    def judge_stream(self, stream: Stream) -> Answer:
        """Judge what INSTREAM brought."""
        return answer(stream.judge(self._engine), self._settings.policy)

    def judge_descriptor(self, fd: int) -> Answer:
        """Judge what FILDES brought."""
        verdict = self._engine.judge_file(fd, name=f"fd[{fd}]")
        if verdict.status == "unreadable":
            return error("Not a regular file")
        return answer(verdict, self._settings.policy)

    def paths_allowed(self, connection: Connection) -> bool:
        """Whether this client may name paths: one on another machine only below the roots that a person has set."""
        return not connection.remote or bool(self._settings.roots.folders)

    def _version(self) -> str:
        return f"Anshin {(v := self._engine.versions()).engine}/{v.rules}"

    def _stats(self) -> bytes:
        bounds = self.bounds
        with self._lock:
            open_now = len(self._open)
            idle = sum(c.waits_since is not None for c in self._open)
        lines = [
            "POOLS: 1",
            "",
            "STATE: VALID PRIMARY",
            f"THREADS: live {open_now}  idle {idle} max {bounds.connections} idle-timeout {bounds.command_seconds:.0f}",
            "QUEUE: 0 items",
            "",
            *(f"\t{name} {count}" for name, count in self.counts.now().items()),
            "",
            "MEMSTATS: heap N/A mmap N/A used N/A free N/A releasable N/A pools 0 pools_used 0.000M pools_total 0.000M",
        ]
        return ("\n".join(lines) + "\n").encode()

    def _summary(self, every: float) -> None:
        now = self.counts.now()
        counts = {k: v for k, v in now.items() if k != "uptime_seconds"}
        if now["uptime_seconds"] - self._last_summary.get("uptime_seconds", 0) >= every and counts != {
            k: v for k, v in self._last_summary.items() if k != "uptime_seconds"
        }:
            self._last_summary = now
            tell("counts", **now)


def _notify(state: str) -> None:
    """Tell systemd, where it asked for it (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
