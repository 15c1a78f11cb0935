"""The peers' environment: made once in a cached folder, never in this project's own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import peers

HERE = Path(__file__).parent
CACHE = Path(tempfile.gettempdir()) / "anshin-benchmark-peers"


def environment(folder: Path) -> Path | None:
    """Return the Python of an environment with `peers.txt`; make it when it is not there. None when that fails."""
    try:
        return peers.environment(folder, HERE / "peers.txt")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the peers could not be installed: {error}", file=sys.stderr)
        return None


def run(python: Path, name: str, folder: str, case: dict[str, Any]) -> dict[str, Any]:
    """Return what one peer measured; {"failed": why} when it did not run to its end."""
    command = [str(python), "-W", "ignore", str(HERE / "peer_run.py"), name, folder, json.dumps(case)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"failed": str(error)}
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            found: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
            return found
    return {"failed": (done.stderr.strip().splitlines() or ["no result"])[-1][:160]}
