"""The queue in front of the one thread that touches files: most urgent first, each thing once."""

import heapq
import itertools
import threading
from collections.abc import Callable, Hashable

Job = Callable[[], None]

URGENT, FRESH, WALKED, WALK = range(4)
"""Orders of the console; files just written; files found on a walk; and last the walk, so that it never floods."""


class WorkQueue:
    """A priority queue in which a key stands once, at its most urgent place."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Hashable]] = []
        self._jobs: dict[Hashable, tuple[int, Job]] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, priority: int, key: Hashable, job: Job) -> None:
        """Queue a job; a key that waits already stays where it is unless this is more urgent."""
        with self._changed:
            waiting = self._jobs.get(key)
            if self._closed or (waiting is not None and waiting[0] <= priority):
                return
            self._jobs[key] = (priority, job)
            heapq.heappush(self._heap, (priority, next(self._numbers), key))
            self._changed.notify()

    def get(self, timeout: float) -> Job | None:
        """Take the most urgent job, or None when none comes within `timeout` seconds or the queue is closed."""
        with self._changed:
            if not self._jobs and not self._closed and timeout > 0:
                self._changed.wait(timeout)
            while self._heap and not self._closed:
                priority, _, key = heapq.heappop(self._heap)
                waiting = self._jobs.get(key)
                if waiting is not None and waiting[0] == priority:
                    del self._jobs[key]
                    return waiting[1]
            return None

    def close(self) -> None:
        """Drop what waits and let the taker go."""
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._heap.clear()
            self._changed.notify_all()
