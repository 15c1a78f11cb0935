"""`python -m benchmarks.ingest [--seconds S] [--devices N]`: events a second on SQLite and on PostgreSQL.

PostgreSQL is a cluster of its own in a temporary folder, with its normal durability; where its programs are not
installed, the table has SQLite only. Every event is a blocked detection. Clients and server share the machine.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.ingest.console import ROOT, Console, console
from tests.postgres.run import cluster, find_programs

SIZES = (1, 20, 200)
CLIENTS = 2


def main() -> None:
    """Measure, print a table, write benchmarks/results/ingest.json."""
    parser = argparse.ArgumentParser(prog="benchmarks.ingest")
    parser.add_argument("--seconds", type=float, default=5.0, help="time for each batch size")
    parser.add_argument("--devices", type=int, default=10)
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    print(f"{'database':<12}{'batch':>6}{'events/s':>10}{'requests':>10}{'p50 ms':>9}{'p95 ms':>9}")
    for name, database in databases():
        with tempfile.TemporaryDirectory() as folder, console(Path(folder), database) as started:
            for row in measure(started, devices=given.devices, seconds=given.seconds):
                rows.append({"database": name} | row)
                print(
                    f"{name:<12}{row['batch']:>6}{row['events_per_second']:>10.0f}{row['requests']:>10}"
                    f"{row['p50_ms']:>9.1f}{row['p95_ms']:>9.1f}",
                    flush=True,
                )
    out = ROOT / "benchmarks" / "results" / "ingest.json"
    out.parent.mkdir(exist_ok=True)
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "clients": CLIENTS}
    out.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")
    print(f"written: {out.relative_to(ROOT)}")


def databases() -> Iterator[tuple[str, str]]:
    """Yield name and address of each database to measure; the address is empty for SQLite."""
    yield "sqlite", ""
    programs = find_programs()
    if programs is None:
        print("postgresql: its programs are not installed (Debian: apt-get install postgresql-15)")
        return
    with cluster(programs, durable=True) as url:
        yield "postgresql", url


def measure(started: Console, *, devices: int, seconds: float) -> list[dict[str, Any]]:
    """Run all batch sizes with two client processes; check that what was acknowledged is stored."""
    tokens = json.loads(started.ask("tokens", str(devices)))
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.ingest.sender"],
            env=started.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(CLIENTS)
    ]
    rows, acknowledged = [], 0
    try:
        for number, client in enumerate(clients):
            plan = {"url": started.url, "tokens": tokens[number::CLIENTS], "sizes": SIZES, "seconds": seconds}
            _tell(client, json.dumps(plan))
        for client in clients:
            _hear(client)
        for size in SIZES:
            before = time.perf_counter()
            for client in clients:
                _tell(client, "go")
            answers = [json.loads(_hear(client)) for client in clients]
            wall = time.perf_counter() - before
            times = sorted(t for answer in answers for t in answer["times"])
            stored = sum(answer["stored"] for answer in answers)
            acknowledged += stored
            rows.append(
                {
                    "batch": size,
                    "events_per_second": round(stored / wall, 1),
                    "requests": len(times),
                    "p50_ms": round(statistics.median(times) * 1000, 2),
                    "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 2),
                }
            )
    finally:
        for client in clients:
            if client.poll() is None:
                client.kill()
            client.communicate()
    found = json.loads(started.ask("counts"))
    if found != {"events": acknowledged, "detections": acknowledged}:
        sys.exit(f"acknowledged {acknowledged} events, stored {found}")
    return rows


def _tell(client: subprocess.Popen[str], line: str) -> None:
    assert client.stdin is not None
    client.stdin.write(line + "\n")
    client.stdin.flush()


def _hear(client: subprocess.Popen[str]) -> str:
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        sys.exit("a client process ended early; its error stands above")
    return line


if __name__ == "__main__":
    main()
