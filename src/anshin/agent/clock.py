"""Where the agent gets the time from, so that tests can hand it another one."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Two clocks: one for people, which may jump, and one for timers, which never does."""

    def wall(self) -> float:
        """Return seconds since 1970 by the PC's clock."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever grow, sleep of the PC included where the system can tell."""
        ...


class SystemClock:
    """The computer's own clocks."""

    def wall(self) -> float:
        """Return seconds since 1970 by the PC's clock."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds since start; on Linux those asleep count too, so that waking up is no jump of the clock."""
        boottime = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if boottime is None else time.clock_gettime(boottime)


def moment(seconds: float) -> datetime:
    """Turn seconds since 1970 into an aware time."""
    return datetime.fromtimestamp(seconds, UTC)
