"""Plans a run, gives its blocks of years to threads or to a dask scheduler, and keeps finished blocks in a folder."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from anshin.risk import check
from anshin.risk.errors import PortfolioError
from anshin.risk.portfolio.causes import VendorCause
from anshin.risk.portfolio.folder import BlockFolder
from anshin.risk.portfolio.kernel import Kernel
from anshin.risk.portfolio.model import Portfolio
from anshin.risk.portfolio.report import PortfolioReport
from anshin.risk.portfolio.summary import YearBlock, joined

VERSION = 1
"""Of the streams and the kernel: a change of either makes old folders useless, so it is part of a run's name."""
FIRMS = 4096
"""Firms to a stream."""
EVENTS = 1 << 16
"""Events that one block of firms and years should have, so that its columns stay in the processor's cache."""

TASK_EVENTS = 4_000_000
"""Events of all firms that a block of years should have at most, so that a large portfolio gives many workers work."""

Told = Callable[[int, int], None]
"""Called with the number of blocks done and of all blocks."""


class Task(NamedTuple):
    """One block of years: its number, first year and length."""

    number: int
    first: int
    years: int


@dataclass(frozen=True, slots=True)
class Run:
    """A portfolio, its common causes, a number of years and a seed: everything that the result depends on.

    `block_years` None chooses the length of a block from the portfolio alone, never from the machine.
    """

    portfolio: Portfolio
    years: int
    seed: int
    causes: tuple[VendorCause, ...] = ()
    block_years: int | None = None
    _name: list[str] = field(init=False, default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse an empty portfolio and numbers without meaning."""
        if len(self.portfolio) == 0:
            raise PortfolioError("portfolio.empty", where=self.portfolio.name)
        check.whole("portfolio run", "years", self.years, least=1)
        check.whole("portfolio run", "seed", self.seed)
        if self.block_years is not None:
            check.whole("portfolio run", "block_years", self.block_years, least=1)
        for cause in self.causes:
            check.known(cause.code, cause.vendor, self.portfolio.vendor_names.get(cause.kind, ()))

    def tasks(self) -> list[Task]:
        """Return the blocks of years."""
        length = self.block_years or self._length()
        starts = range(0, self.years, length)
        return [Task(number, first, min(length, self.years - first)) for number, first in enumerate(starts)]

    def _length(self) -> int:
        whole = float(self.portfolio.rate.sum())
        part = whole * min(1.0, FIRMS / len(self.portfolio))
        return int(np.clip(min(EVENTS / part, TASK_EVENTS / whole), 20, 4000))

    def kernel(self) -> Kernel:
        """Return what simulates the blocks."""
        return Kernel(self.portfolio, self.causes, self.seed, FIRMS)

    def name(self) -> str:
        """Return a SHA-256 of everything that the result depends on; blocks and tasks are named by it."""
        if not self._name:
            told = [VERSION, FIRMS, self.portfolio.digest(), self.years, self.seed, self.tasks()[0].years]
            told += [[c.code, c.rate, c.hit, c.sigma] for c in self.causes]
            self._name.append(hashlib.sha256(json.dumps(told).encode()).hexdigest())
        return self._name[0]

    def block(self, task: Task) -> YearBlock:
        """Return one finished block; the same whenever and wherever it is run."""
        return self.kernel().years(task.number, task.first, task.years)


def run_portfolio(
    run: Run,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    resume: Path | None = None,
    told: Told | None = None,
) -> PortfolioReport:
    """Simulate and return the report.

    `workers`: threads (default: one per core). `scheduler`: the address of a dask scheduler instead of threads (extra
    `scale`). `resume`: a folder where finished blocks are kept and from which a broken run goes on. The result is the
    same to the byte in every case. Raises PortfolioError when the scheduler does not answer or the folder belongs to
    another run, BlockDamagedError for a damaged block file.
    """
    folder = None if resume is None else BlockFolder(resume, run.name())
    tasks = run.tasks()
    done: dict[int, YearBlock] = {}
    if folder is not None:
        for task in tasks:
            if (block := folder.read(task.number)) is not None:
                done[task.number] = block
    missing = [task for task in tasks if task.number not in done]
    if told is not None:
        told(len(done), len(tasks))
    for number, block in _finished(run, missing, workers, scheduler):
        done[number] = block
        if folder is not None:
            folder.write(number, block)
        if told is not None:
            told(len(done), len(tasks))
    return PortfolioReport(run.portfolio, run.causes, joined([done[task.number] for task in tasks]), run.name())


def _finished(
    run: Run, tasks: list[Task], workers: int | None, scheduler: str | None
) -> Iterable[tuple[int, YearBlock]]:
    if scheduler is not None:
        from anshin.risk.portfolio.cluster import on_cluster

        return on_cluster(run, tasks, scheduler)
    return _on_threads(run, tasks, check.whole("run_portfolio", "workers", workers or os.cpu_count() or 1, least=1))


def _on_threads(run: Run, tasks: list[Task], workers: int) -> Iterator[tuple[int, YearBlock]]:
    kernel = run.kernel()
    with ThreadPoolExecutor(workers, thread_name_prefix="anshin-risk") as pool:
        futures = {pool.submit(kernel.years, *task): task.number for task in tasks}
        try:
            while futures:
                future = next(iter(futures))
                number = futures.pop(future)
                yield number, future.result()
        finally:
            for future in futures:
                future.cancel()
