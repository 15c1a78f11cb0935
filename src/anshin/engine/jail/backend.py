"""Who does the judging: workers behind walls, or this process itself."""

import gc
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from anshin.engine.examination import Examination
from anshin.engine.jail.job import Job
from anshin.engine.jail.pool import Jailed
from anshin.engine.jail.report import JailReport
from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.models import ModelPackage
from anshin.engine.verdict import Verdict, Versions

if TYPE_CHECKING:
    from anshin.engine.judge import Judge


class Backend(Protocol):
    """What the broker needs."""

    def judge(self, job: Job, lists: Lists) -> Verdict:
        """Return the verdict; never raises for a bad file."""

    def examine(self, job: Job, lists: Lists) -> Examination:
        """Return the verdict and the vectors."""

    def report(self) -> JailReport:
        """Return which walls stand."""

    def close(self) -> None:
        """End it; a second call does nothing."""


class InProcess:
    """Judges in this process, one file after the other, in one thread: the rule scanner belongs to its thread."""

    def __init__(
        self, limits: Limits, versions: Versions, rules: bytes, packages: Sequence[ModelPackage], *, preload: bool
    ) -> None:
        """Load the rules, and with `preload` the models; else a model is loaded by the first file that it judges."""
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="anshin-judge")
        self._judge: Judge | None = None
        self._thread.submit(self._load, rules, limits, versions, packages, preload=preload).result()

    def _load(
        self, rules: bytes, limits: Limits, versions: Versions, packages: Sequence[ModelPackage], *, preload: bool
    ) -> None:
        # where the walls stand, no reader and no model is needed on this side: the start stays short
        from anshin.engine.judge import Judge
        from anshin.engine.models import ModelSet
        from anshin.engine.rules.scan import RuleScanner

        self._judge = Judge(RuleScanner(rules), limits, versions, ModelSet(packages, at_once=preload))

    def _unload(self) -> None:
        self._judge = None
        gc.collect()  # the scanner must not wait for a collection that runs in another thread

    def _work(self, job: Job, lists: Lists) -> Verdict:
        assert self._judge is not None
        return self._judge.judge(job.content, job.name, lists)

    def judge(self, job: Job, lists: Lists) -> Verdict:
        """Judge without walls."""
        return self._thread.submit(self._work, job, lists).result()

    def _examine(self, job: Job, lists: Lists) -> Examination:
        assert self._judge is not None
        return self._judge.examine(job.content, job.name, lists, stated=job.stated)

    def examine(self, job: Job, lists: Lists) -> Examination:
        """Examine without walls."""
        return self._thread.submit(self._examine, job, lists).result()

    def report(self) -> JailReport:
        """No wall stands."""
        return JailReport()

    def close(self) -> None:
        """End the thread, and the scanner in it."""
        if not self._closed:
            self._closed = True
            self._thread.submit(self._unload).result()
            self._thread.shutdown()


def open_backend(
    workers: int,
    limits: Limits,
    versions: Versions,
    rules: bytes,
    packages: Sequence[ModelPackage] = (),
    *,
    jail: bool,
    preload: bool = False,
) -> Backend:
    """Return the backend that the settings ask for; a system that cannot fork (Windows) judges in this process."""
    if jail and hasattr(os, "fork"):
        return Jailed(workers, limits, versions, rules, packages, preload=preload)
    return InProcess(limits, versions, rules, packages, preload=preload)
