"""Takes the times."""

import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status

PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """One line of the table; times in milliseconds of wall time."""

    who: str
    files: int
    median_ms: float
    p95_ms: float
    p99_ms: float
    mb_per_second: float  # 10**6 bytes
    memory_mb: float

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return asdict(self)


def row(who: str, times: list[float], size: int, memory: float = 0.0) -> Row:
    """Sum up the seconds per file."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Row(
        who,
        len(times),
        round(statistics.median(times) * 1000, 2),
        round(cuts[94] * 1000, 2),
        round(cuts[98] * 1000, 2),
        round(size / sum(times) / 1e6, 1),
        round(memory, 1),
    )


def timed(files: list[Path], scan: Callable[[Path], object], seconds: float) -> list[float]:
    """Scan file after file for at most `seconds`; return the seconds of each."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    for file in files:
        started = time.perf_counter()
        if started > end:
            break
        scan(file)
        times.append(time.perf_counter() - started)
    return times


def anshin(files: list[Path], seconds: float) -> tuple[Row, Row, dict[str, int], list[str]]:
    """Return a row for new files, one for files seen before, the count of every status, and what was not clean."""
    statuses: Counter[str] = Counter()
    noticed: list[str] = []

    with Engine(EngineSettings()) as engine:

        def judge(file: Path) -> None:
            verdict = engine.judge_path(file)
            statuses[str(verdict.status)] += 1
            if verdict.status is not Status.CLEAN:
                codes = [*(r.code for r in verdict.reasons), *(g.code for g in verdict.gaps)]
                noticed.append(f"{verdict.name}: {verdict.status} {sorted(set(codes))}")

        judge(files[0])  # starts the worker's late imports, as in a resident agent
        statuses.clear()
        noticed.clear()
        first = timed(files, judge, seconds)
        size = sum(f.stat().st_size for f in files[: len(first)])
        memory = memory_of_children()
        counts, seen = dict(statuses), list(noticed)
        again = timed(files[: len(first)], judge, seconds)
    return row("anshin (jailed worker)", first, size, memory), row("anshin, second look", again, size), counts, seen


def memory_of_children() -> float:
    """Return the proportional memory (PSS) of the zygote and its workers in MB; 0 where the system does not tell."""
    total = 0
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
            if pid != os.getpid():
                total += int(PSS.findall(Path(f"/proc/{pid}/smaps_rollup").read_text())[0]) * 1024
        except (OSError, IndexError):
            continue
    return total / 1e6
