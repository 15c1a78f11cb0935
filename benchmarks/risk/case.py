"""The reference case, and how long things take on it."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

RATE, MEDIAN, SIGMA = 0.4, 3e6, 1.6
MEAN = RATE * MEDIAN * math.exp(SIGMA**2 / 2)  # 4,315,968 yen, exact
Q995 = 111.98e6  # FFT with 2^22 cells; an FFT with 2^22 cells of our own is shown beside it
LEF, MAGNITUDE = (0.0, 0.3, 1.2), (1e5, 3e6, 2e8)  # PERT low, mode, high: events a year, yen


@dataclass(frozen=True)
class Row:
    """One line: seconds of CPU (best of `runs`), and how far mean and 1-in-200 year are off."""

    who: str
    what: str
    seconds: float | None
    runs: int
    mean_error: float | None = None
    q995_error: float | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def best(runs: int, *works: Callable[[], Any]) -> list[tuple[float, Any]]:
    """Run the works in turn `runs` times; return the least CPU seconds of each and its last result.

    In turn, so that a busy machine is busy for all of them.
    """
    least = [math.inf] * len(works)
    results: list[Any] = [None] * len(works)
    for _ in range(runs):
        for index, work in enumerate(works):
            start = time.process_time()
            results[index] = work()
            least[index] = min(least[index], time.process_time() - start)
    return list(zip(least, results, strict=True))
