"""`python -m benchmarks.engine [--only latency,start,tree,alarms] [--folders ...] [--pages docs]` prints tables.

It writes results/engine.json. The machine should have nothing else to do. Folders hold honest files only: what is
found in them counts as false alarm.
"""

import argparse
import datetime as dt
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from anshin.engine.limits import MIB
from anshin.engine.service import Engine, EngineSettings
from benchmarks.engine import latency, tree
from benchmarks.engine.alarms import Alarms
from benchmarks.engine.bound import upper
from benchmarks.engine.files import below, samples
from benchmarks.engine.page import write_pages

RESULT = Path(__file__).parents[1] / "results" / "engine.json"
PARTS = ("latency", "start", "tree", "alarms")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {', '.join(PARTS)}")
    parser.add_argument("--folders", nargs="*", type=Path, default=[Path("/usr"), Path(sys.prefix)])
    parser.add_argument("--each", type=int, default=200, help="most files of each format for the latency")
    parser.add_argument("--every", type=int, default=1, help="for tree and alarms: only every n-th file")
    parser.add_argument("--pages", type=Path, help="folder of the docs; write the page of false alarms there")
    given = parser.parse_args()
    parts = given.only.split(",")
    document: dict[str, Any] = {
        "machine": platform.platform(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg(),
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "folders": [told(folder) for folder in given.folders],
    }
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    if "start" in parts:
        document |= _start()
    with Engine(EngineSettings(workers=2, preload=True)) as engine:
        if "latency" in parts:
            document |= _latency(engine, given.folders, given.each)
        if "tree" in parts or "alarms" in parts:
            files = list(below(given.folders))[:: given.every]
            document |= _tree(engine, files, with_clamd="tree" in parts)
    if given.pages is not None and "alarms" in document:
        write_pages(document, given.pages)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def told(folder: Path) -> str:
    """Return how a folder is called in a page: that of this project without the path to it."""
    root = Path(__file__).parents[2]
    return str(folder.relative_to(root)) if folder.is_relative_to(root) else str(folder)


def _start() -> dict[str, Any]:
    wall, cpu = latency.cold_start(Path(sys.executable).resolve())
    print(f"cold start of `anshin scan` for one file: {wall} s wall, {cpu} s of CPU in all processes (best of 5)")
    return {"cold_start_s": wall, "cold_start_cpu_s": cpu}


def _latency(engine: Engine, folders: list[Path], each: int) -> dict[str, Any]:
    rows = latency.formats(engine, samples(folders, largest=MIB, each=each))
    print(f"\n{'format (<= 1 MB)':18}{'files':>6}{'CPU p50':>9}{'p95':>9}{'wall p50':>10}{'p95':>9}  slowest, ms")
    for r in rows:
        print(f"{r.kind:18}{r.files:>6}{r.cpu_p50:>9}{r.cpu_p95:>9}{r.wall_p50:>10}{r.wall_p95:>9}  {r.slowest[-60:]}")
    again = latency.cached(engine, Path("/bin/ls").resolve())
    cpu, wall = latency.large(engine, 25 * MIB)
    memory = latency.memory_mb()
    print(f"second look {again} ms · program of 25 MiB {cpu} ms CPU, {wall} ms wall")
    print(f"zygote and workers {memory} MB (PSS)")
    return {
        "formats": [r.as_dict() for r in rows],
        "cached_ms": again,
        "large_pe_cpu_ms": cpu,
        "large_pe_wall_ms": wall,
        "memory_mb": memory,
    }


def _tree(engine: Engine, files: list[Path], *, with_clamd: bool) -> dict[str, Any]:
    alarms = Alarms()
    speeds = [tree.over("anshin, two workers", files, alarms.judge(engine))]
    if with_clamd and (peer := tree.clamd(files)) is not None:
        speeds.append(peer)
    print(f"\n{'whole tree':22}{'files':>8}{'MB':>9}{'seconds':>9}{'files/s':>9}{'MB/s':>8}")
    for s in speeds:
        rates = f"{s.files / s.seconds:>9.0f}{s.megabytes / s.seconds:>8.1f}"
        print(f"{s.who:22}{s.files:>8}{s.megabytes:>9}{s.seconds:>9}{rates}")
    print(f"\n{'false alarms':18}{'files':>8}{'alarms':>8}{'upper 95 %':>12}  not fully scanned")
    for kind, count in sorted(alarms.kinds.items(), key=lambda pair: -pair[1].files):
        gaps = ", ".join(f"{name} {n}" for name, n in count.gaps.most_common())
        print(f"{kind:18}{count.files:>8}{len(count.alarms):>8}{upper(len(count.alarms), count.files):>12.5%}  {gaps}")
    total, found = sum(c.files for c in alarms.kinds.values()), [a for c in alarms.kinds.values() for a in c.alarms]
    print(f"{'all':18}{total:>8}{len(found):>8}{upper(len(found), total):>12.5%}")
    for line in found:
        print(f"  {line}")
    return {
        "tree": [s.as_dict() for s in speeds],
        "alarms": {kind: count.as_dict() for kind, count in sorted(alarms.kinds.items())},
    }


if __name__ == "__main__":
    main()
