"""`python -m benchmarks.parity [FOLDER …]` prints the table and writes benchmarks/results/parity.json.

The folders are searched for files besides /usr and /opt. The first run makes the reference's environment in the cache.
"""

import argparse
import json
import os
import platform
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.parity import environment
from benchmarks.parity.compare import Outcome, compare
from benchmarks.parity.sample import PLACES, sample

RESULT = Path(__file__).parents[1] / "results" / "parity.json"
FORMATS = ("pe", "elf", "pdf", "apk")


def main() -> None:
    """Extract with both, compare and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parity")
    parser.add_argument("folders", nargs="*", help="folders with more files")
    parser.add_argument("--most", type=int, default=300, help="most files of one format")
    parser.add_argument("--largest", type=int, default=2_000_000, help="largest file in bytes")
    parser.add_argument("--repository", default=environment.REPOSITORY, help="where the reference is cloned from")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "anshin" / "parity")
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    python = environment.prepare(arguments.cache, arguments.repository)
    results = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        chosen = sample((*PLACES, *arguments.folders), FORMATS, arguments.most, arguments.largest, scratch)
        for kind, files in chosen.items():
            results[kind] = _one(python, arguments.cache, kind, files, scratch)
    _print(results)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": platform.platform(), "cpus": os.cpu_count(), **{k: r.summary() for k, r in results.items()}}
    RESULT.write_text(json.dumps(document, indent=2) + "\n")


def _one(python: Path, cache: Path, kind: str, files: list[Path], scratch: Path) -> Outcome:
    if not files:
        return Outcome()
    listed, out = scratch / f"{kind}.txt", scratch / kind
    listed.write_text("\n".join(map(str, files)))
    script = Path(__file__).with_name("reference.py")
    subprocess.run([python, "-W", "ignore", script, cache, listed, out], check=True)
    return compare(json.loads(out.with_suffix(".json").read_text()), np.load(out.with_suffix(".npy")))


def _print(results: dict[str, Outcome]) -> None:
    print(f"{'':6}{'files':>7}{'equal':>7}{'reference ms':>14}{'ours ms':>9}{'ratio':>8}   medians of CPU time")
    for kind, outcome in results.items():
        row = outcome.summary()
        print(f"{kind:6}{outcome.files:>7}{outcome.whole:>7}", end="")
        if outcome.files:
            print(f"{row['reference_median_ms']:>14}{row['our_median_ms']:>9}{row['speed_ratio_median']:>8}", end="")
        print()
        for group, number in outcome.equal.items():
            if number < outcome.files:
                print(f"      {group}: equal in {number} of {outcome.files}")
        for place, number in outcome.differences.most_common(12):
            print(f"      {place}: differs in {number}")
        for error, number in outcome.failed.items():
            print(f"      the reference failed with {error} on {number}")


if __name__ == "__main__":
    main()
