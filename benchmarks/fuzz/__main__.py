"""`python -m benchmarks.fuzz [TARGET ...] [--runs N] [--folder DIR]` prints a table and writes results/fuzz.json.

Broken off, it goes on where it was. What makes a reader fail is kept below the folder, outside the project, and printed
as a test that fails until it is mended. Exit code 1 when there is such a thing.
"""

import argparse
import base64
import json
import pkgutil
import sys
import tempfile
from pathlib import Path

from benchmarks.fuzz import targets as package
from benchmarks.fuzz.session import Outcome, Session, module_of

RESULT = Path(__file__).parents[1] / "results" / "fuzz.json"
LONGEST_IN_TEST = 4096


def main() -> int:
    """Fuzz the targets one after the other."""
    there = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(there)}")
    parser.add_argument("--runs", type=int, default=100_000, help="runs for each target, earlier ones included")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "anshin-fuzz")
    parser.add_argument("--input-seconds", type=int, default=10, help="longest time for one input")
    parser.add_argument("--memory-mb", type=int, default=2048, help="most memory of one process")
    parser.add_argument("--result", type=Path, default=RESULT, help="where to write the figures")
    given = parser.parse_args()
    unknown = sorted(set(given.targets) - set(there))
    if unknown:
        parser.error(f"no target named {unknown[0]}; there are: {', '.join(there)}")
    outcomes = []
    print(f"{'target':14}{'runs':>10}{'seconds':>9}{'runs/s':>9}{'edges':>8}{'corpus':>8}{'failures':>10}", flush=True)
    for name in given.targets or there:
        session = Session(name, given.folder, input_seconds=given.input_seconds, memory_mb=given.memory_mb)
        before = session.done()
        outcome = session.run(given.runs)
        outcomes.append(outcome)
        speed = (outcome.runs - before) / outcome.seconds if outcome.seconds else 0
        print(
            f"{name:14}{outcome.runs:>10}{outcome.seconds:>9}{speed:>9.0f}{outcome.covered:>8}{outcome.corpus:>8}"
            f"{len(outcome.crashers):>10}",
            flush=True,
        )
    for outcome in outcomes:
        for crasher in outcome.crashers:
            print(regression(outcome, crasher, given.folder))
    given.result.parent.mkdir(parents=True, exist_ok=True)
    given.result.write_text(json.dumps([outcome.as_dict() for outcome in outcomes], indent=2) + "\n")
    return 1 if any(outcome.crashers for outcome in outcomes) else 0


def regression(outcome: Outcome, crasher: dict[str, str], folder: Path) -> str:
    """Return a test that fails until the reader is mended."""
    path = folder / outcome.target / "crashers" / f"{crasher['name']}.bin"
    data = path.read_bytes() if path.exists() else b""
    name = outcome.target.rpartition(".")[2]
    lines = [
        "",
        f"# {crasher['error']}",
        *(f"# {line}" for line in crasher["place"].splitlines()[-6:]),
        f"# {len(data)} bytes: {path}",
        f"def test_{name}_withstands_{crasher['name'].replace('-', 'nothing')}() -> None:",
        f"    from {module_of(outcome.target)} import run",
        "",
    ]
    if len(data) <= LONGEST_IN_TEST:
        lines.append(f'    run(base64.b64decode("{base64.b64encode(data).decode()}"))')
    else:
        lines.append(f"    run(Path({str(path)!r}).read_bytes())  # too long for a test: build it there instead")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
