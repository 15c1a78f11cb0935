"""Who does the judging: workers behind walls, or this process itself."""

import os
import threading
from dataclasses import dataclass
from typing import Protocol

from anshin.engine.content import Content
from anshin.engine.jail.report import JailReport
from anshin.engine.judge import Judge
from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.rules.scan import RuleScanner
from anshin.engine.verdict import Verdict, Versions


@dataclass(frozen=True, slots=True)
class Job:
    """One file to judge."""

    content: Content
    name: str  # safe text
    sha256: str
    fd: int | None  # None: the content is in memory


class Backend(Protocol):
    """What the broker needs."""

    def judge(self, job: Job, lists: Lists) -> Verdict:
        """Return the verdict; never raises for a bad file."""

    def report(self) -> JailReport:
        """Return which walls stand."""

    def close(self) -> None:
        """End it; a second call does nothing."""


class InProcess:
    """Judges in this process, one file after the other."""

    def __init__(self, limits: Limits, versions: Versions, rules: bytes) -> None:
        """Load the rules."""
        self._judge = Judge(RuleScanner(rules), limits, versions)
        self._lock = threading.Lock()

    def judge(self, job: Job, lists: Lists) -> Verdict:
        """Judge without walls."""
        with self._lock:
            return self._judge.judge(job.content, job.name, lists)

    def report(self) -> JailReport:
        """No wall stands."""
        return JailReport()

    def close(self) -> None:
        """Nothing to end."""


def open_backend(workers: int, limits: Limits, versions: Versions, rules: bytes, *, jail: bool) -> Backend:
    """Return the backend that the settings ask for; a system that cannot fork (Windows) judges in this process."""
    if jail and hasattr(os, "fork"):
        from anshin.engine.jail.pool import Jailed

        return Jailed(workers, limits, versions, rules)
    return InProcess(limits, versions, rules)
