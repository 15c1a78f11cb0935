"""What is left of the limits while one file is judged."""

import time
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from anshin.engine.errors import LimitHit
from anshin.engine.limits import Limits

T = TypeVar("T")
NOTED = 32 * 1024 * 1024
"""Bytes that notes may keep alive while one file is judged."""


class Budget:
    """Counts down; raises `LimitHit` where a limit is reached. One per file, shared by all depths."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock."""
        self.limits = limits
        self._clock = clock
        self._deadline = clock() + limits.seconds
        self._members = 0
        self._bytes = 0
        self._reported = 0
        self._passwords: dict[str, None] = {}
        self._notes: list[dict[Hashable, object]] = [{}]
        self._noted = [0]  # bytes that the notes hold, for each of them

    def begin(self) -> None:
        """Begin with a content; what is noted from now on is forgotten with its `end`."""
        self._notes.append({})
        self._noted.append(0)

    def end(self) -> None:
        """End with the content that was begun last."""
        self._notes.pop()
        self._noted.pop()

    def note(self, key: Hashable, found: object, *, size: int = 0) -> None:
        """Remember for this content and for what lies in it what would cost time to find out once more.

        `size` is what the note keeps in memory that would be free without it; beyond `NOTED` bytes nothing is noted.
        """
        if size + sum(self._noted) <= NOTED:
            self._notes[-1][key] = found
            self._noted[-1] += size

    def noted(self, key: Hashable) -> object:
        """Return what was noted of this content or of one around it, or None."""
        for notes in reversed(self._notes):
            if notes and key in notes:
                return notes[key]
        return None

    def once(self, key: Hashable, find: Callable[[], T], *, size: int = 0) -> T:
        """Return what was noted under `key`, which names its kind; else what `find` returns, which is noted."""
        known = self.noted(key)
        if known is None:
            known = find()
            self.note(key, known, size=size)
        return cast("T", known)

    def learn_password(self, word: str) -> None:
        """Remember a word from the mail around it that may open what is attached; 200 at most."""
        if 0 < len(word) <= 128 and len(self._passwords) < 200:
            self._passwords.setdefault(word)

    def passwords(self) -> tuple[str, ...]:
        """Return the words learnt so far, in the order in which they stood."""
        return tuple(self._passwords)

    def seconds_left(self) -> float:
        """Seconds until the deadline, at least zero."""
        return max(0.0, self._deadline - self._clock())

    def check_time(self) -> None:
        """Raise when the time is over."""
        if self._clock() >= self._deadline:  # asked thousands of times for one file
            raise LimitHit("time")

    def enter(self, depth: int) -> None:
        """Count one member at `depth`."""
        self.check_time()
        if depth > self.limits.depth:
            raise LimitHit("depth")
        if self._members >= self.limits.members:
            raise LimitHit("members")
        self._members += 1

    def spend(self, produced: int) -> None:
        """Count unpacked bytes."""
        self.check_time()
        self._bytes += produced
        if self._bytes > self.limits.total_bytes:
            raise LimitHit("bytes")

    def may_report(self) -> bool:
        """Whether one more member may stand in the verdict; counts it if so."""
        if self._reported >= self.limits.reported_members:
            return False
        self._reported += 1
        return True


class Meter:
    """Watches one archive: what came out of it against its own size."""

    def __init__(self, budget: Budget, packed: int) -> None:
        """Know the size of the archive in bytes."""
        self.budget = budget
        self._packed = max(1, packed)
        self._produced = 0

    @property
    def room(self) -> int:
        """The largest member that is taken as one piece, in bytes."""
        return self.budget.limits.file_bytes

    def spend(self, produced: int) -> None:
        """Count bytes that came out of the archive."""
        self.budget.spend(produced)
        self._produced += produced
        limits = self.budget.limits
        if self._produced > limits.ratio_floor_bytes and self._produced > limits.ratio * self._packed:
            raise LimitHit("ratio")
