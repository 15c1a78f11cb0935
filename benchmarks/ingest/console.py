"""A console of its own for the measurement: temporary data folder, real web server, ended by its process id."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Console:
    """A console that answers at `url`."""

    url: str
    environment: dict[str, str]
    log: Path

    def ask(self, *arguments: str) -> str:
        """Run `python -m benchmarks.ingest.company …` on its database and return what it prints."""
        return run("-m", "benchmarks.ingest.company", *arguments, environment=self.environment)


def run(*arguments: str, environment: dict[str, str]) -> str:
    """Run a program of ours to its end."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        sys.exit(f"{arguments} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout.strip()


@contextlib.contextmanager
def console(folder: Path, database_url: str) -> Iterator[Console]:
    """Start a console on `database_url` (empty: SQLite in `folder`) and stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "secrets").mkdir()
    (folder / "secrets" / "secret-key").write_text(secrets.token_urlsafe(48))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSHIN_")}
    environment = kept | {
        "ANSHIN_DATA": str(folder),
        "ANSHIN_DATABASE_URL": database_url,
        "ANSHIN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "anshin.console.web.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    run("-m", "django", "migrate", "-v", "0", environment=environment)
    log = folder / "console.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "anshin.console.web.server", "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        started = Console(f"http://127.0.0.1:{port}", environment, log)
        _wait(started, server)
        yield started
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(20)


def _wait(started: Console, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{started.url}/healthz", timeout=5):
            return
        time.sleep(0.1)
    sys.exit(f"the console did not start:\n{started.log.read_text(errors='replace')[-2000:]}")
