"""When to talk to the console next. Pure: it is told the time and only counts."""

from dataclasses import dataclass, field

from anshin.agent.messages import LinkTask

LONGEST_PAUSE = 30.0
_FIRST_PAUSE = 1.0


@dataclass(slots=True)
class LinkSchedule:
    """One talk at a time. After a failure pauses grow, with jitter, up to `LONGEST_PAUSE` seconds.

    All times are seconds of a monotonic clock.
    """

    heartbeat_seconds: float
    poll_seconds: float
    heartbeat_due: float = 0.0
    poll_due: float = 0.0
    waiting: bool = True  # ask the spool once at start
    busy: bool = False
    failures: int = 0
    paused_until: float = field(default=0.0)

    def next_task(self, now: float) -> LinkTask | None:
        """Return what to do now, if anything; the caller then reports `worked` or `failed`."""
        if self.busy or now < self.paused_until:
            return None
        task: LinkTask | None = None
        if now >= self.heartbeat_due:
            task = "heartbeat"
        elif self.waiting:
            task = "upload"
        elif now >= self.poll_due:
            task = "poll"
        self.busy = task is not None
        return task

    def worked(self, task: LinkTask, now: float, *, waiting: int) -> None:
        """Count an answer of the console."""
        self.busy = False
        self.failures = 0
        self.paused_until = now
        if task == "upload" or waiting:
            self.waiting = waiting > 0
        if task == "heartbeat":
            self.heartbeat_due = now + self.heartbeat_seconds
        if task != "upload":
            self.poll_due = now + self.poll_seconds

    def failed(self, now: float, *, jitter: float) -> None:
        """Count a failure: pause 0.5 to 1 times 1, 2, 4 ... 30 seconds."""
        self.busy = False
        longest = min(LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self.failures, 10))
        self.failures += 1
        self.paused_until = now + longest * (0.5 + jitter / 2)

    def spooled(self) -> None:
        """Note that there is something to send; it goes at once unless the console is away."""
        self.waiting = True

    def next_due(self) -> float:
        """Return when `next_task` will next have something to do; infinity while a talk is under way."""
        if self.busy:
            return float("inf")
        first = min(self.heartbeat_due, self.poll_due)
        return max(self.paused_until, 0.0 if self.waiting else first)
