"""Keeps child processes running: restarts what dies, with growing pauses, and stops everything in time."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from anshin.console.web.operate.words import gettext as _

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A child that ran this long starts again with the first pause."""
STOP_SECONDS = 4.0

Say = Callable[[str], None]


@dataclass
class Child:
    """One program that is to run always."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    due_at: float = 0.0
    output: int | None = None  # a child's standard output must not mix with the one line of ours

    def start(self, now: float) -> None:
        """Start it, tied to this process."""
        leash = [sys.executable, "-m", "anshin.console.web.operate.leash", str(os.getpid())]
        self.process = subprocess.Popen(
            [*leash, *self.command],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop the children in order
        )
        self.started_at = now


@dataclass
class Supervisor:
    """Starts, watches and stops children. `look` is called often; it never waits."""

    say: Say
    clock: Callable[[], float] = time.monotonic
    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> None:
        """Start `child` now and keep it running."""
        self.children.append(child)
        child.start(self.clock())

    def look(self) -> None:
        """Notice what has died, and start anew what is due."""
        now = self.clock()
        for child in self.children:
            if child.process is not None and (status := child.process.poll()) is not None:
                child.process = None
                if now - child.started_at >= STEADY_SECONDS:
                    child.pause = FIRST_PAUSE_SECONDS
                child.due_at = now + child.pause
                self.say(
                    _("The {name} ended with status {status}; it starts again in {seconds:.1f} s.").format(
                        name=child.name, status=status, seconds=child.pause
                    )
                )
                child.pause = min(child.pause * 2, LONGEST_PAUSE_SECONDS)
            if child.process is None and now >= child.due_at:
                child.start(now)

    def stop(self) -> None:
        """End every child: ask first, then, when time is up, kill."""
        running = [c.process for c in reversed(self.children) if c.process is not None]
        for process in running:
            process.terminate()
        deadline = self.clock() + STOP_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - self.clock()))
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()
        for child in self.children:
            child.process = None
