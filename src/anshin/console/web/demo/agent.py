"""The demonstration's one real agent: joins through the same door as every other agent, then runs as a child."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from anshin.console.web.operate.supervisor import Child, Supervisor
from anshin.console.web.operate.words import gettext as _

WATCHED = "demo-pc"
STATE = "demo-agent"
ENROLLED_MARK = "demo-agent-enrolled"


@dataclass
class DemoAgent:
    """Enrols once, then runs. `look` is called often and never waits."""

    folder: Path
    url: str
    say: Callable[[str], None]
    _joining: subprocess.Popen[bytes] | None = None
    _done: bool = field(default=False)

    @property
    def mark(self) -> Path:
        """Stands in the data folder once the agent has joined."""
        return self.folder / "run" / ENROLLED_MARK

    def look(self, supervisor: Supervisor) -> None:
        """Go one step further: join, or start to run."""
        if self._done:
            return
        if self._joining is not None:
            status = self._joining.poll()
            if status is None:
                return
            self._joining = None
            if status != 0:
                self._done = True
                self.say(_("The demonstration's agent could not join (status {status}).").format(status=status))
                return
            self.mark.touch()
        if not self.mark.exists():
            self._joining = self._join()
            return
        self._done = True
        run = [sys.executable, "-m", "anshin.cli", "agent", "run", "--state", str(self.folder / STATE)]
        supervisor.add(Child(_("demonstration's agent"), run, agent_environment(), output=2))
        self.say(_("The demonstration's agent watches {folder}.").format(folder=self.folder / WATCHED))

    def stop(self) -> None:
        """End a joining that is under way."""
        if self._joining is not None and self._joining.poll() is None:
            self._joining.terminate()
            self._joining.wait()

    def _join(self) -> subprocess.Popen[bytes]:
        watched = self.folder / WATCHED
        watched.mkdir(exist_ok=True)
        from anshin.console.web.demo.load import make_agent_token

        command = [sys.executable, "-m", "anshin.cli", "agent", "enrol", "--console", self.url]
        return subprocess.Popen(
            [*command, "--watch", str(watched), "--state", str(self.folder / STATE)],
            env=agent_environment() | {"ANSHIN_ENROL_TOKEN": make_agent_token()},
            stdin=subprocess.DEVNULL,
            stdout=2,
        )


def agent_environment() -> dict[str, str]:
    """Return the environment without the console's settings: the agent is a stranger to them."""
    own = ("ANSHIN_AGENT_", "ANSHIN_ENROL_")
    return {k: v for k, v in os.environ.items() if not k.startswith("ANSHIN_") or k.startswith(own)}
