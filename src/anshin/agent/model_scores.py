"""How often each model gave which score on this PC, week by week: numbers of files, nothing of the files themselves."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from anshin.agent.system.atomic import write_private
from anshin.engine.scores import Counts
from anshin.wire.models import MAX_FAMILIES, ScoreCounts, week_of

_WEEKS = 2
"""The present week, and the one before it, which may not have been told to its end."""


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")

    counts: tuple[ScoreCounts, ...] = ()


class ScoreBook:
    """One small file. What was counted and not yet written when the power fails is lost: at most a minute of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, counts: Counts, *, now: datetime) -> None:
        """Add what was counted to the present week, and forget the weeks before the last."""
        if not counts:
            return
        week = week_of(now)
        kept = {(one.week, one.family, one.version): one for one in self.totals()}
        for (family, version), numbers in counts.items():
            before = kept.get((week, family, version))
            sums = [a + b for a, b in zip(before.counts, numbers, strict=True)] if before else numbers
            kept[week, family, version] = ScoreCounts(week=week, family=family, version=version, counts=tuple(sums))
        weeks = sorted({key[0] for key in kept})[-_WEEKS:]
        rows = tuple(one for key, one in sorted(kept.items()) if key[0] in weeks)[-4 * MAX_FAMILIES :]
        write_private(self._path, _Kept(counts=rows).model_dump_json().encode())

    def totals(self) -> tuple[ScoreCounts, ...]:
        """Return the totals of the last weeks."""
        try:
            return _Kept.model_validate_json(self._path.read_bytes()).counts
        except (OSError, ValidationError):
            return ()
