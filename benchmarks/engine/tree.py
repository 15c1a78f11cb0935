"""A whole tree, two files at a time: anshin with two workers, and clamd with two threads on the same files."""

import os
import queue
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from anshin.engine.service import Engine
from benchmarks.scan import clamav


@dataclass(frozen=True)
class Speed:
    """One scanner over one tree."""

    who: str
    files: int
    megabytes: float
    seconds: float

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return asdict(self) | {"files_per_second": round(self.files / self.seconds, 1)}


def over(who: str, files: list[Path], scan: Callable[[Path], object], threads: int = 2) -> Speed:
    """Scan all files with some threads at once."""
    waiting: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
    for file in files:
        waiting.put(file)
    for _ in range(threads):
        waiting.put(None)

    def work() -> None:
        while (file := waiting.get()) is not None:
            scan(file)

    started = time.perf_counter()
    crew = [threading.Thread(target=work) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    size = sum(file.stat().st_size for file in files)
    return Speed(who, len(files), round(size / 1e6, 1), round(time.perf_counter() - started, 1))


def anshin(engine: Engine, files: list[Path]) -> tuple[Speed, Counter[str]]:
    """Scan a tree with the engine; return its speed and what it said."""
    said: Counter[str] = Counter()
    lock = threading.Lock()

    def scan(path: Path) -> None:
        verdict = engine.judge_path(path)
        with lock:
            said[str(verdict.status)] += 1

    return over("anshin, two workers", files, scan), said


def clamd(files: list[Path]) -> Speed | None:
    """Scan the same files with clamd and one signature; None where it is not installed."""
    if not clamav.installed():
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with clamav.clamd(clamav.write_database(folder), folder, threads=2) as daemon:
            daemon.scan(Path(os.devnull))
            return over("clamd, two threads", files, daemon.scan)
