"""Counts of answered requests in this process, for /metrics."""

import threading
from collections import Counter

BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Traffic:
    """Requests by method and status class, and a histogram of how long they took. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str]] = Counter()
        self._buckets = [0] * len(BUCKETS_SECONDS)
        self._seconds = 0.0

    def note(self, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        known = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
        with self._lock:
            self._requests[known, f"{status // 100}xx"] += 1
            self._seconds += seconds
            for position, edge in enumerate(BUCKETS_SECONDS):
                if seconds <= edge:
                    self._buckets[position] += 1

    def snapshot(self) -> tuple[dict[tuple[str, str], int], list[int], float]:
        """Return requests by (method, status class), requests within each bucket, and all seconds together."""
        with self._lock:
            return dict(self._requests), list(self._buckets), self._seconds


traffic = Traffic()
