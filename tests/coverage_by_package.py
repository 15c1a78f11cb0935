"""Prints how much of each package the last `pytest` run executed: `python tests/coverage_by_package.py`."""

import sys
from collections import defaultdict
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parents[1] / "src" / "anshin"


def package_of(file: Path) -> str:
    """Return the package a person would name: the console's apps count by themselves."""
    parts = file.relative_to(ROOT).parts
    return "/".join(parts[:2] if parts[0] == "console" and len(parts) > 2 else parts[:1] if len(parts) > 1 else [""])


def main() -> int:
    """Print statements, executed statements and the share for each package; 1 when there is nothing to read."""
    measured = coverage.Coverage()
    try:
        measured.load()
    except coverage.CoverageException as error:
        sys.exit(f"No coverage to read ({error}). Run pytest first.")
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file in sorted(ROOT.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        try:
            _name, lines, _excluded, missing, _text = measured.analysis2(str(file))
        except coverage.CoverageException:
            continue
        total = totals[package_of(file)]
        total[0] += len(lines)
        total[1] += len(lines) - len(missing)
    if not totals:
        sys.exit("No file of the project was measured.")
    rows = [(name or ".", statements, executed) for name, (statements, executed) in totals.items()]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    print(f"{'package':<20}{'statements':>12}{'executed':>10}{'share':>8}")
    for name, statements, executed in rows:
        print(f"{name:<20}{statements:>12}{executed:>10}{executed / max(statements, 1):>8.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
