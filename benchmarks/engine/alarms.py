"""How many honest files are taken for bad ones, by format, and what that proves."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from anshin.engine.service import Engine
from anshin.engine.verdict import Status
from benchmarks.engine.bound import upper


@dataclass
class Count:
    """One format."""

    files: int = 0
    alarms: list[str] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, object]:
        """Return plain values, with the upper bound of the rate."""
        bound = upper(len(self.alarms), self.files)
        return {"files": self.files, "alarms": self.alarms, "upper_95": bound, "gaps": dict(self.gaps)}


class Alarms:
    """Judges and counts; for one thread, or several that hold a lock around `take`."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.kinds: dict[str, Count] = defaultdict(Count)

    def judge(self, engine: Engine) -> Callable[[Path], object]:
        """Return what judges one path and counts it; a list and a counter take one entry at a time in any thread."""

        def one(path: Path) -> None:
            verdict = engine.judge_path(path)
            count = self.kinds[verdict.type.kind]
            count.files += 1
            if verdict.status in {Status.SUSPICIOUS, Status.MALICIOUS}:
                codes = sorted({r.code for r in verdict.reasons if r.weight >= 0.2})
                count.alarms.append(f"{verdict.status} {verdict.score:.2f} {path} {codes}")
            elif verdict.status is not Status.CLEAN:
                count.gaps.update({str(gap.code) for gap in verdict.gaps} or {str(verdict.status)})

        return one
