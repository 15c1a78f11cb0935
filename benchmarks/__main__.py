"""Run every benchmark in turn: `python -m benchmarks`, or the named ones: `python -m benchmarks scan ingest`."""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent
ON_REQUEST = {"detection", "fuzz", "robustness", "tricks"}
"""What measures no speed: it takes hours, needs foreign files, or shows something to a person."""


def main() -> None:
    """Run the benchmarks named on the command line, or all of them."""
    there = sorted(path.parent.name for path in HERE.glob("*/__main__.py"))
    wanted = sys.argv[1:] or [name for name in there if name not in ON_REQUEST]
    unknown = sorted(set(wanted) - set(there))
    if unknown:
        sys.exit(f"No benchmark named {unknown[0]}. There are: {', '.join(there)}.")
    for name in wanted:
        print(f"== {name} ==", flush=True)
        sys.argv = [f"benchmarks.{name}"]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
