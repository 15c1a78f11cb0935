"""One client, in a thread of its own: what it says goes to the protocol, what the protocol understood is answered."""

import array
import contextlib
import logging
import os
import select
import socket
import threading
import time
from collections import deque
from typing import Protocol

from anshin.engine.clamd import replies
from anshin.engine.clamd.commands import Command
from anshin.engine.clamd.policy import Answer, error
from anshin.engine.clamd.session import Chunk, Event, Refusal, Session
from anshin.gateway.bounds import Bounds
from anshin.gateway.files import Files
from anshin.gateway.journal import Counts, tell
from anshin.gateway.stream import Pool, Stream

PACKET = 256 * 1024
PLAIN_SECONDS = 0.2
"""An old client sends a command without any ending; after this silence it is complete."""
CROWDED = b"INSTREAM: too many files at once, try again. ERROR"


class House(Protocol):
    """What a connection needs of the server."""

    bounds: Bounds
    counts: Counts
    streams: Pool
    files: Files
    stopping: threading.Event

    def simple(self, name: str) -> bytes | None:
        """Answer a command that is about the server itself; None when it is none."""

    def judge_stream(self, stream: Stream) -> Answer:
        """Judge what INSTREAM brought."""

    def judge_descriptor(self, fd: int) -> Answer:
        """Judge what FILDES brought."""

    def paths_allowed(self, connection: "Connection") -> bool:
        """Whether this client may name paths."""


class Connection:
    """Serves one client until it leaves, is too slow, or has its answer."""

    def __init__(self, line: socket.socket, peer: str, house: House, *, remote: bool = False) -> None:
        """Take over the socket."""
        self._line = line
        self._house = house
        self._session = Session(house.bounds.stream_bytes)
        self._descriptors: deque[int] = deque()
        self._stream: Stream | None = None
        self._deadline = 0.0
        self.peer = peer
        self.remote = remote
        self.waits_since: float | None = None  # for its client; None while it works

    def run(self) -> None:
        """Serve; never raises."""
        try:
            self._serve()
        except TimeoutError:
            self._house.counts.add("timeouts")
            tell("timeout", level=logging.WARNING, peer=self.peer)
        except OSError:
            self._house.counts.add("disconnects")
        except Exception:
            self._house.counts.add("failures")
            tell("failure", level=logging.ERROR, peer=self.peer)
            logging.getLogger("anshin.gateway").debug("trace", exc_info=True)
        finally:
            for fd in self._descriptors:
                os.close(fd)
            if self._stream is not None:
                self._stream.close()
            self._line.close()

    def hang_up(self, *, idle_only: bool) -> bool:
        """Make it end: at once, or only if it is between two commands. Safe from another thread."""
        if idle_only and (self.waits_since is None or self._session.unfinished):
            return False
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RD if idle_only else socket.SHUT_RDWR)
        return True

    def _serve(self) -> None:
        bounds = self._house.bounds
        self._deadline = time.monotonic() + bounds.command_seconds
        while not self._session.ended:
            if self._house.stopping.is_set() and not self._session.unfinished:
                return
            data = self._receive()
            if data == b"":
                events = self._session.pause()
                self._answer_all(events)
                return
            busy = self._session.unfinished
            self._answer_all(self._session.receive(data) if data is not None else self._session.pause())
            self._drop_unclaimed()
            if not self._session.unfinished:
                self._deadline = time.monotonic() + bounds.command_seconds
            elif not busy:
                wait = bounds.stream_seconds if self._session.streaming else bounds.command_seconds
                self._deadline = time.monotonic() + wait
        self._say_goodbye()

    def _receive(self) -> bytes | None:
        """Return bytes, b"" at the end, None when a plain command was followed by silence. Raises `TimeoutError`."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        pausing = self._session.plain_pending
        # within a stream too no client may be silent for long
        self._line.settimeout(min(left, PLAIN_SECONDS if pausing else self._house.bounds.command_seconds))
        self.waits_since = time.monotonic()
        try:
            return self._read()
        except TimeoutError:
            if pausing:
                return None
            raise
        finally:
            self.waits_since = None

    def _read(self) -> bytes:
        if self._line.family != socket.AF_UNIX:
            return self._line.recv(PACKET)
        size = array.array("i").itemsize
        data, ancillary, _, _ = self._line.recvmsg(PACKET, socket.CMSG_SPACE(4 * size), socket.MSG_CMSG_CLOEXEC)
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors = array.array("i")
                descriptors.frombytes(content[: len(content) - len(content) % size])
                self._descriptors += descriptors
        return data

    def _drop_unclaimed(self) -> None:
        """Close files that came without FILDES; a client could otherwise make us hold any number of them."""
        if self._session.unfinished and not self._session.streaming:
            spare = len(self._descriptors) - 1
        else:
            spare = len(self._descriptors)
        for _ in range(spare):
            os.close(self._descriptors.pop())

    def _answer_all(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Chunk):
                self._keep(event.data)
            elif isinstance(event, Refusal):
                self._house.counts.add("refused")
                self._send(event.reply)
            else:
                self._house.counts.add(f"command_{event.name.lower()}")
                self._answer(event)

    def _keep(self, data: bytes) -> None:
        if self._stream is None:
            self._stream = Stream(self._house.streams)
        if not self._stream.write(data):
            self._house.counts.add("crowded")
            self._send(replies.line(self._session.pending, CROWDED))
            raise ConnectionAbortedError

    def _answer(self, command: Command) -> None:
        simple = self._house.simple(command.name)
        if simple is not None:
            self._send(replies.line(command, simple) if command.name != "STATS" else _stats(command, simple))
        elif command.name == "INSTREAM":
            stream, self._stream = self._stream or Stream(self._house.streams), None
            try:
                self._tell(command, b"stream", self._house.judge_stream(stream))
            finally:
                stream.close()
        elif command.name == "FILDES":
            self._fildes(command)
        elif not self._house.paths_allowed(self):
            self._tell(command, command.argument, error("Access denied."))
        else:
            for path, told in self._house.files.scan(command.name, command.argument, self._gone):
                self._tell(command, path, told)

    def _fildes(self, command: Command) -> None:
        if not self._descriptors:
            self._send(replies.line(command, replies.NO_DESCRIPTOR))
            return
        fd = self._descriptors.popleft()
        try:
            self._tell(command, b"fd[%d]" % fd, self._house.judge_descriptor(fd))
        finally:
            os.close(fd)

    def _tell(self, command: Command, path: bytes, told: Answer) -> None:
        self._house.counts.add(f"answer_{told.outcome.lower()}")
        level = logging.INFO if told.outcome == "FOUND" else logging.DEBUG
        if told.outcome == "ERROR":
            level = logging.WARNING
        # the name of a file stays out of the log unless something is wrong with it
        tell(
            "answer",
            level=level,
            peer=self.peer,
            command=command.name,
            path=os.fsdecode(path).encode("utf-8", "backslashreplace").decode(),
            answer=told.text.decode("utf-8", "replace"),
        )
        self._send(replies.line(command, told.text, path=path))

    def _send(self, data: bytes) -> None:
        self._line.settimeout(self._house.bounds.command_seconds)
        self._line.sendall(data)

    def _gone(self) -> bool:
        """Whether the client has left; one that only said that it has no more to say has not."""
        poll = select.poll()
        poll.register(self._line, 0)
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))

    def _say_goodbye(self) -> None:
        """End the connection so that the answer arrives: bytes that nobody read would make the system reset it."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)
            self._line.settimeout(0.5)
            end = time.monotonic() + 1.0
            while time.monotonic() < end and self._line.recv(PACKET):
                pass


def _stats(command: Command, text: bytes) -> bytes:
    """Return the answer to STATS, the only one of several lines: its lines end with a newline, its end as wanted."""
    number = b"%d: " % command.number if command.number else b""
    return number + text + b"END" + command.end
