"""Counts over many verdicts."""

from collections.abc import Iterable

from anshin.engine.verdict import Status, Verdict

WORST_FIRST = (Status.MALICIOUS, Status.SUSPICIOUS, Status.INCOMPLETE, Status.UNREADABLE, Status.CLEAN)


def summarise(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Return the number of files in all (`files`) and by status."""
    counts = {"files": 0} | {str(s): 0 for s in WORST_FIRST}
    for verdict in verdicts:
        counts["files"] += 1
        counts[str(verdict.status)] += 1
    return counts
