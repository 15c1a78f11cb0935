"""`python -m benchmarks.robustness --repo NAME=GITDIR ... [--workers N] [--seconds S]` prints a table for each corpus.

NAME is one of corpora.yaml, or any other (then the whole repository is read). Writes results/robustness.json. Exit code
1 when a worker crashed or a file took longer than the engine's own limit.
"""

import argparse
import json
import sys
import time
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import yaml

from anshin.engine.limits import MIB, Limits
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Verdict
from benchmarks.robustness.repository import Entry, contents, entries

RESULT = Path(__file__).parents[1] / "results" / "robustness.json"
SLOWEST = 5


@dataclass
class Tally:
    """What became of one corpus."""

    corpus: str
    files: int = 0
    bytes: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    gave_up: Counter[str] = field(default_factory=Counter)  # readers that stopped at an error nobody foresaw
    reasons: Counter[str] = field(default_factory=Counter)
    crashed: list[str] = field(default_factory=list)
    timed_out: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0

    def take(self, entry: Entry, verdict: Verdict, wall_ms: float) -> None:
        """Count one file."""
        self.files += 1
        self.bytes += entry.size
        self.statuses[str(verdict.status)] += 1
        self.kinds[verdict.type.kind] += 1
        codes = {gap.code for gap in verdict.gaps}
        self.gaps.update(codes)
        self.gave_up.update(
            {g.place.detail for g in verdict.gaps if g.code == "damaged" and g.place.detail.startswith("format ")}
        )
        self.reasons.update({reason.code for reason in verdict.reasons})
        if "crashed" in codes:
            self.crashed.append(entry.path)
        if "time" in codes:
            self.timed_out.append(entry.path)
        self.slowest = sorted([*self.slowest, (round(wall_ms, 1), entry.path)], reverse=True)[:SLOWEST]

    def print(self) -> None:
        """Print it."""
        print(f"\n{self.corpus}: {self.files} files, {self.bytes / 1e6:.1f} MB in {self.seconds:.0f} s")
        print(f"  status   {_told(self.statuses)}")
        print(f"  gaps     {_told(self.gaps)}")
        print(f"  gave up  {_told(self.gave_up)}")
        print(f"  reasons  {_told(self.reasons, 12)}")
        print(f"  crashed  {len(self.crashed)} {self.crashed[:5]}")
        print(f"  time-out {len(self.timed_out)} {self.timed_out[:5]}")
        for wall_ms, path in self.slowest:
            print(f"  slowest  {wall_ms:9.1f} ms  {path}")


def _told(counts: Counter[str], most: int = 30) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common(most)) or "-"


def main(arguments: list[str] | None = None) -> int:
    """Judge every corpus that was given."""
    corpora = yaml.safe_load((Path(__file__).parent / "corpora.yaml").read_text(encoding="utf-8"))
    known = ", ".join(f"{name} ({row['repository']})" for name, row in corpora.items())
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robustness", epilog=f"Corpora: {known}.")
    parser.add_argument("--repo", action="append", default=[], metavar="NAME=GITDIR")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=int, default=0, help="most files of each corpus; 0: all")
    parser.add_argument("--seconds", type=float, default=30.0, help="the engine's limit for one file")
    parser.add_argument("--largest-mb", type=int, default=64)
    parser.add_argument("--result", type=Path, default=RESULT, help="where to write the figures")
    given = parser.parse_args(arguments)
    if not given.repo:
        print("No repository was given: --repo corkami=/path/to/pocs.git and so on; nothing was judged.")
        return 0
    tallies = []
    for pair in given.repo:
        name, _, git_dir = pair.partition("=")
        wanted = list(entries(Path(git_dir), corpora.get(name, {}).get("under", []), given.largest_mb * MIB))
        wanted = wanted[: given.limit or None]
        tally = judged(name, Path(git_dir), wanted, given.workers, Limits(seconds=given.seconds))
        tally.print()
        tallies.append(tally)
    given.result.parent.mkdir(parents=True, exist_ok=True)
    given.result.write_text(json.dumps([vars(t) for t in tallies], indent=2, ensure_ascii=False) + "\n")
    return 1 if any(t.crashed for t in tallies) else 0


def judged(name: str, git_dir: Path, wanted: list[Entry], workers: int, limits: Limits) -> Tally:
    """Judge the files in jailed workers."""
    tally, began = Tally(name), time.monotonic()
    waiting: deque[tuple[Entry, Future[tuple[Verdict, float]]]] = deque()
    with (
        Engine(EngineSettings(workers=workers, limits=limits, preload=True)) as engine,
        ThreadPoolExecutor(workers) as pool,
    ):

        def one(entry: Entry, data: bytes) -> tuple[Verdict, float]:
            started = time.perf_counter()
            verdict = engine.judge_bytes(data, name=PurePosixPath(entry.path).name)
            return verdict, (time.perf_counter() - started) * 1000

        for entry, data in contents(git_dir, wanted):
            waiting.append((entry, pool.submit(one, entry, data)))
            if len(waiting) > 2 * workers:
                first, future = waiting.popleft()
                tally.take(first, *future.result())
        for entry, future in waiting:
            tally.take(entry, *future.result())
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


if __name__ == "__main__":
    sys.exit(main())
