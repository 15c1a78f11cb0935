"""The state machine of the agent: what happened goes in, what to do comes out. No input or output, no clock, no chance.

Everything that decides stands here; everything that acts stands elsewhere and is told by the orders of `messages`.
"""

from dataclasses import dataclass, field

from anshin.agent.messages import (
    Apply,
    EventsLost,
    Happening,
    Held,
    Hold,
    HoldFailed,
    Judge,
    Judged,
    LinkFailed,
    LinkWorked,
    LookAgain,
    LookThrough,
    MustRetry,
    Noticed,
    Obey,
    Order,
    Remember,
    Report,
    ShiftOffset,
    Spooled,
    Talk,
    Ticked,
)
from anshin.agent.schedule import LinkSchedule
from anshin.agent.sentences import sentence
from anshin.engine.verdict import Status
from anshin.wire.documents import EventKind, HeartbeatReply

JUMP_SECONDS = 5.0
GRACE_SECONDS = 3.0
"""A file that could not be scanned is reported only if it is still in the same state after this time: a download or a
copy under way is not worth a word."""
AFTER_LOSS_SECONDS = 1.0
FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 300.0
MOST_RETRIES_KEPT = 1000


@dataclass(slots=True)
class _Retry:
    due: float
    pause: float
    running: bool = False  # the look is ordered; its outcome decides


@dataclass(slots=True)
class Core:
    """All state that decisions need. `handle` and `next_due` speak in seconds of one monotonic clock."""

    link: LinkSchedule
    rescan_seconds: float = 3600.0
    grace_seconds: float = GRACE_SECONDS
    protection: str = "protect"
    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    _retries: dict[bytes, _Retry] = field(default_factory=dict)
    _held_back: dict[bytes, tuple[float, Report]] = field(default_factory=dict)
    _look_through_due: float = 0.0
    _clocks_apart: float | None = None

    def handle(self, happening: Happening, now: float) -> list[Order]:  # noqa: C901 - one case per happening
        """Take in one happening and return the orders that follow from it, to be carried out in this order."""
        orders: list[Order] = []
        match happening:
            case Ticked():
                orders += self._tick(happening.wall, now)
            case Noticed():
                orders += self._notice(happening)
            case Judged():
                orders += self._judged(happening, now)
            case Held():
                self._retries.pop(happening.path, None)
                self.link.spooled()
            case HoldFailed():
                self._retry(happening.path, now)
                orders.append(
                    Report(
                        EventKind.DETECTION_NOT_BLOCKED,
                        happening.path,
                        happening.state,
                        happening.verdict,
                        happening.error,
                        happening.command_id,
                    )
                )
            case MustRetry():
                self._retry(happening.path, now)
            case EventsLost():
                # Not at once: what reported the loss may still be busy setting its watches up again.
                self._look_through_due = min(self._look_through_due, now + AFTER_LOSS_SECONDS)
            case Spooled():
                self.link.spooled()
            case LinkWorked():
                self.link.worked(happening.task, now, waiting=happening.waiting)
                if happening.reply is not None:
                    orders += self._settings(happening.reply)
            case LinkFailed():
                self.link.failed(now, jitter=happening.jitter)
        task = self.link.next_task(now)
        if task is not None:
            orders.append(Talk(task))
        return orders

    def next_due(self) -> float:
        """Return the next time at which a tick will have something to do."""
        times = [self.link.next_due(), self._look_through_due]
        times += [retry.due for retry in self._retries.values()]
        times += [due for due, _ in self._held_back.values()]
        return min(times)

    def release(self) -> list[Order]:
        """Return every report that is held back, without waiting any longer: for a run that ends now."""
        reports: list[Order] = [report for _, report in self._held_back.values()]
        self._held_back.clear()
        return reports

    def _tick(self, wall: float, now: float) -> list[Order]:
        orders: list[Order] = []
        apart = wall - now
        if self._clocks_apart is not None and abs(apart - self._clocks_apart) > JUMP_SECONDS:
            jump = apart - self._clocks_apart
            orders.append(ShiftOffset(jump))
            orders.append(Report(EventKind.CLOCK_JUMPED, error=sentence("clock_jumped", seconds=round(jump))))
        self._clocks_apart = apart
        if now >= self._look_through_due:
            self._look_through_due = now + self.rescan_seconds
            orders.append(LookThrough())
        for path, retry in list(self._retries.items()):
            if now >= retry.due:
                retry.due, retry.running = now + LONGEST_RETRY_SECONDS, True
                orders.append(LookAgain(path))
        for path, (due, report) in list(self._held_back.items()):
            if now >= due:
                del self._held_back[path]
                orders.append(report)
        return orders

    def _notice(self, seen: Noticed) -> list[Order]:
        if seen.state is None or (seen.known and seen.command_id is None):
            self._retries.pop(seen.path, None)
            return []
        return [Judge(seen.path, seen.command_id)]

    def _judged(self, judged: Judged, now: float) -> list[Order]:
        path, state, verdict = judged.path, judged.state, judged.verdict
        settled = Remember(path, state, verdict.sha256)
        self._held_back.pop(path, None)
        if verdict.status is Status.MALICIOUS and not judged.restored_here:
            if self.protection == "protect":
                return [Hold(path, verdict, judged.command_id)]
            self._retries.pop(path, None)
            said = sentence("watch_only")
            # Not settled: when protection comes back, the next look must find it.
            return [Report(EventKind.DETECTION_NOT_BLOCKED, path, state, verdict, said, judged.command_id)]
        self._retries.pop(path, None)
        if verdict.status is Status.SUSPICIOUS:
            report = Report(EventKind.DETECTION_SUSPICIOUS, path, state, verdict, command_id=judged.command_id)
            return [report, settled]
        if verdict.status in {Status.INCOMPLETE, Status.UNREADABLE}:
            report = Report(
                EventKind.FILE_NOT_SCANNED,
                path,
                state,
                verdict,
                command_id=judged.command_id,
                only_if_unchanged=judged.command_id is None,
            )
            if judged.command_id is not None:
                return [report, settled]
            self._held_back[path] = (now + self.grace_seconds, report)
            return []
        return [settled]

    def _retry(self, path: bytes, now: float) -> None:
        known = self._retries.get(path)
        if known is None and len(self._retries) >= MOST_RETRIES_KEPT:
            # Too many to name each: look through everything instead, later.
            self._look_through_due = min(self._look_through_due, now + LONGEST_RETRY_SECONDS)
            return
        if known is not None and not known.running:
            return  # one failure can have two causes; it counts once
        pause = FIRST_RETRY_SECONDS if known is None else min(known.pause * 2, LONGEST_RETRY_SECONDS)
        self._retries[path] = _Retry(now + pause, pause)

    def _settings(self, reply: HeartbeatReply) -> list[Order]:
        orders: list[Order] = []
        allow, deny = frozenset(reply.allow_sha256), frozenset(reply.deny_sha256)
        if (reply.protection, allow, deny) != (self.protection, self.allow, self.deny):
            removed = self.allow - allow
            stricter = bool(removed or deny - self.deny) or (self.protection, reply.protection) == ("watch", "protect")
            self.protection, self.allow, self.deny = reply.protection, allow, deny
            orders.append(Apply(reply, removed, look_through=stricter))
        orders += [Obey(command, expired=command.expires_at <= reply.server_time) for command in reply.commands]
        return orders
