"""A bar on standard error, on a terminal only, and only once two seconds have passed."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress

AFTER_SECONDS = 2.0


class Counter:
    """Counts files; the total is not known beforehand, since the folder is read while it is scanned."""

    def __init__(self, label: str, *, wanted: bool) -> None:
        """Show nothing yet."""
        self._label = label
        self._wanted = wanted and sys.stderr.isatty()
        self._started = time.monotonic()
        self._bar: Progress | None = None
        self._done = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def step(self) -> None:
        """Count one file."""
        self._done += 1
        if not self._wanted or time.monotonic() - self._started < AFTER_SECONDS:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = SpinnerColumn(), TextColumn("{task.description} {task.completed}"), TimeElapsedColumn()
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task(self._label, total=None)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self._done)
