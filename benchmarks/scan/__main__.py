"""`python -m benchmarks.scan [--files N] [--seconds S]` prints the table and writes benchmarks/results/scan.json."""

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.scan import clamav
from benchmarks.scan.measure import Row, anshin, row, timed
from benchmarks.scan.sample import sample

RESULT = Path(__file__).parents[1] / "results" / "scan.json"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scan")
    parser.add_argument("--files", type=int, default=600, help="most files in the sample")
    parser.add_argument("--seconds", type=float, default=90, help="most seconds per scanner")
    arguments = parser.parse_args()
    files = sample(["/usr/bin", "/usr/lib"], arguments.files)
    new, again, statuses, noticed = anshin(files, arguments.seconds)
    files = files[: new.files]
    rows = [new, again, *_peers(files, arguments.seconds)]
    size = sum(f.stat().st_size for f in files)
    print(f"{len(files)} files below /usr/bin and /usr/lib, {size / 1e6:.1f} MB")
    print(f"{os.cpu_count()} CPUs, one scan at a time")
    print(f"{'':28}{'files':>7}{'median ms':>11}{'p95 ms':>9}{'p99 ms':>9}{'MB/s':>8}{'MB RAM':>8}")
    for r in rows:
        print(f"{r.who:28}{r.files:>7}{_or_dash(r.median_ms):>11}{_or_dash(r.p95_ms):>9}", end="")
        print(f"{_or_dash(r.p99_ms):>9}{r.mb_per_second:>8}{_or_dash(r.memory_mb):>8}")
    alarms = statuses.get("malicious", 0) + statuses.get("suspicious", 0)
    print(f"false alarms of anshin on this sample: {alarms} of {len(files)}; statuses: {statuses}")
    for text in noticed:
        print(f"  {text}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "machine": platform.platform(),
        "cpus": os.cpu_count(),
        "bytes": size,
        "rows": [r.as_dict() for r in rows],
        "false_alarms": alarms,
        "statuses": statuses,
        "not_clean": noticed,
    }
    RESULT.write_text(json.dumps(document, indent=2) + "\n")


def _peers(files: list[Path], seconds: float) -> list[Row]:
    if not clamav.installed():
        print("ClamAV is not installed and could not be installed: no row for it")
        return []
    print(clamav.version(), "with one signature, its cache off")
    size = sum(f.stat().st_size for f in files)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = clamav.write_database(folder)
        whole = clamav.clamscan(database, files, folder)
        rows = [Row("clamscan (all in one start)", len(files), 0, 0, 0, round(size / whole / 1e6, 1), 0)]
        with clamav.clamd(database, folder) as daemon:
            daemon.scan(files[0])
            times = timed(files, daemon.scan, seconds)
        rows.append(row("clamd (SCAN)", times, sum(f.stat().st_size for f in files[: len(times)])))
    return rows


def _or_dash(value: float) -> str:
    return str(value) if value else "-"


if __name__ == "__main__":
    main()
