"""Verdicts already given, in memory: the same bytes under the same name are not judged twice."""

import threading
from collections import OrderedDict

from anshin.engine.lists import Lists
from anshin.engine.verdict import Verdict

Key = tuple[str, str, Lists, str]
"""SHA-256, base name (rules look at it), lists, versions of rules and models."""
CAPACITY = 4096
_PASSING = frozenset({"time", "memory", "crashed"})
"""Gaps that may not come back on a second try."""


class VerdictCache:
    """The latest verdicts, least recently used ones leave first. For several threads."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Start empty."""
        self._capacity = capacity
        self._kept: OrderedDict[Key, Verdict] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Verdict | None:
        """Return the verdict, or None."""
        with self._lock:
            verdict = self._kept.get(key)
            if verdict is not None:
                self._kept.move_to_end(key)
            return verdict

    def put(self, key: Key, verdict: Verdict) -> None:
        """Keep a verdict unless it hangs on the moment."""
        if any(g.code in _PASSING for g in verdict.gaps):
            return
        with self._lock:
            self._kept[key] = verdict
            self._kept.move_to_end(key)
            if len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
