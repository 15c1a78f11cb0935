"""What goes into the state machine (events that happened) and what comes out (commands to carry out)."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from anshin.agent.sentences import Sentence
from anshin.agent.system.base import FileState
from anshin.engine.verdict import Verdict
from anshin.wire.documents import Command, EventKind, HeartbeatReply

LinkTask = Literal["heartbeat", "poll", "upload"]


# What happened.


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed; `wall` is the PC's clock in seconds since 1970."""

    wall: float


@dataclass(frozen=True, slots=True)
class Noticed:
    """A path was seen. `state` is None when no regular file is there; `known` when this state is settled already."""

    path: bytes
    state: FileState | None
    known: bool
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The engine has spoken. `restored_here` when a person put this very content back on this PC."""

    path: bytes
    state: FileState
    verdict: Verdict
    restored_here: bool
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The file is in quarantine and its event in the spool."""

    path: bytes


@dataclass(frozen=True, slots=True)
class HoldFailed:
    """The malicious file is still in place."""

    path: bytes
    state: FileState
    verdict: Verdict
    error: Sentence
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MustRetry:
    """The file changed while it was handled, or something unexpected came between."""

    path: bytes


@dataclass(frozen=True, slots=True)
class EventsLost:
    """The operating system dropped file events, or a folder came back: everything must be looked through."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """There is something new to send."""


@dataclass(frozen=True, slots=True)
class LinkWorked:
    """The console answered. `waiting` is what is left in the spool."""

    task: LinkTask
    waiting: int
    reply: HeartbeatReply | None = None


@dataclass(frozen=True, slots=True)
class LinkFailed:
    """The console did not answer or refused. `jitter` is a random number in [0, 1)."""

    task: LinkTask
    jitter: float


Happening = Ticked | Noticed | Judged | Held | HoldFailed | MustRetry | EventsLost | Spooled | LinkWorked | LinkFailed


# What is to be done.


@dataclass(frozen=True, slots=True)
class Judge:
    """Open the file once and ask the engine."""

    path: bytes
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Move the judged file into quarantine."""

    path: bytes
    verdict: Verdict
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Remember:
    """Settle this state of the file: no further look until it changes."""

    path: bytes
    state: FileState
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """Spool an event, once per state of the file; with `only_if_unchanged` only while it still is in that state."""

    kind: EventKind
    path: bytes = b""
    state: FileState | None = None
    verdict: Verdict | None = None
    error: Sentence = field(default=Sentence("", ""))
    command_id: UUID | None = None
    only_if_unchanged: bool = False


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Queue the path for another look now."""

    path: bytes


@dataclass(frozen=True, slots=True)
class LookThrough:
    """Walk all watched folders."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Do one task with the console."""

    task: LinkTask


@dataclass(frozen=True, slots=True)
class Apply:
    """Keep these settings and hand the lists to the engine; `look_through` when files must be judged anew."""

    reply: HeartbeatReply
    allow_removed: frozenset[str]
    look_through: bool


@dataclass(frozen=True, slots=True)
class Obey:
    """Carry out a command of the console, unless it was claimed before."""

    command: Command
    expired: bool


@dataclass(frozen=True, slots=True)
class ShiftOffset:
    """The PC's clock moved by so many seconds: the measured offset to the console moves against it."""

    seconds: float


Order = Judge | Hold | Remember | Report | LookAgain | LookThrough | Talk | Apply | Obey | ShiftOffset
