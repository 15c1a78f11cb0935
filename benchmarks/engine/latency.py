"""Time for one file, by format; the second look; one large program; the start of everything; memory."""

import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from anshin.engine.service import Engine
from benchmarks.engine.files import Sample
from benchmarks.scan.measure import memory_of_children
from tests.engine.samples import minimal_pe, noise


@dataclass(frozen=True)
class Row:
    """One format; milliseconds."""

    kind: str
    files: int
    cpu_p50: float
    cpu_p95: float
    wall_p50: float
    wall_p95: float
    slowest: str

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return asdict(self)


def formats(engine: Engine, files: dict[str, list[Sample]]) -> list[Row]:
    """Judge every file once and sum up by kind; CPU is that of the worker, wall that of the caller."""
    rows = []
    for kind, found in files.items():
        engine.judge_bytes(found[0].read(), name="first")  # late imports are the resident agent's past
        cpu: list[float] = []
        wall: list[float] = []
        slowest = (0.0, "")
        for one in found:
            data = one.read()
            name = f"{len(cpu)}-{PurePosixPath(one.name).name}"  # a name of its own: never from memory
            started = time.perf_counter()
            verdict = engine.judge_bytes(data, name=name)
            wall.append((time.perf_counter() - started) * 1000)
            cpu.append(verdict.cpu_ms)
            slowest = max(slowest, (verdict.cpu_ms, one.name))
        made = " (made)" if all(one.data is not None for one in found) else ""
        rows.append(Row(kind + made, len(cpu), *_two(cpu), *_two(wall), f"{slowest[0]:.0f} {slowest[1]}"))
    return rows


def _two(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20, method="inclusive") if len(times) > 1 else [times[0]] * 19
    return round(statistics.median(times), 2), round(cuts[18], 2)


def cached(engine: Engine, path: Path) -> float:
    """Return the median milliseconds of a second look at a file, its reading and hashing included."""
    engine.judge_path(path)
    times = []
    for _ in range(200):
        started = time.perf_counter()
        engine.judge_path(path)
        times.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(times), 3)


def large(engine: Engine, size: int) -> tuple[float, float]:
    """Return CPU and wall milliseconds for a made program of `size` bytes."""
    data = minimal_pe() + noise(size)
    started = time.perf_counter()
    verdict = engine.judge_bytes(data, name="large.exe")
    return round(verdict.cpu_ms, 1), round((time.perf_counter() - started) * 1000, 1)


def cold_start(path: Path, times: int = 5) -> tuple[float, float]:
    """Return the best wall seconds and CPU seconds (all processes) of `anshin scan` for one file."""
    import resource

    best_wall, best_cpu = float("inf"), float("inf")
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        command = [sys.executable, "-m", "anshin.cli", "scan", "--quiet", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        best_wall = min(best_wall, time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best_cpu = min(best_cpu, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return round(best_wall, 2), round(best_cpu, 2)


def memory_mb() -> float:
    """Return the proportional memory of the zygote and its workers, now."""
    return round(memory_of_children(), 1)
