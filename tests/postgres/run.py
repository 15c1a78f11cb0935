"""Runs the console's tests on a real PostgreSQL: a cluster of its own in a temporary folder, ended by its id.

`python tests/postgres/run.py [PYTEST ARGUMENT…]`; without arguments it runs tests/console and tests/cli.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parents[2]
DEBIAN_PACKAGE = "postgresql-15"
DEFAULT_TESTS = ("tests/console", "tests/cli")
START_SECONDS = 60.0


def find_programs() -> Path | None:
    """Return the folder with PostgreSQL's server programs, the newest version first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def require_programs() -> Path:
    """Return the programs' folder; install them where we are root on Debian, else say how."""
    if (found := find_programs()) is not None:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", DEBIAN_PACKAGE], env=quiet, check=True)
        if (found := find_programs()) is not None:
            return found
    sys.exit(
        f"PostgreSQL's server is not installed. Install it (Debian: apt-get install {DEBIAN_PACKAGE}), then repeat."
    )


class Identity(TypedDict, total=False):
    """Whom a program runs as; empty means as ourselves."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged() -> Identity:
    """Return user and group for the server: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    sys.exit("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def cluster(programs: Path, *, durable: bool = False) -> Iterator[str]:
    """Start a server with a database for us alone; yield its address; end it whatever happens.

    `durable` keeps PostgreSQL's own settings for writing to the disk, for measurements.
    """
    identity = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="anshin-pg-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        data, port = folder / "data", free_port()
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "anshin", "--auth=trust", "--encoding=UTF8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, env=environment, cwd=folder, **identity,
        )  # fmt: skip
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "max_connections": "60",
        }
        if not durable:  # nothing here outlives the tests, so nothing need reach the disk
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *(f"--{k}={v}" for k, v in options.items())],
                stdout=log, stderr=log, env=environment, cwd=folder, **identity,
            )  # fmt: skip
        wait_until_it_answers(programs, server, port, folder)
        yield f"postgresql://anshin@127.0.0.1:{port}/postgres"
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)  # "fast": ends sessions that a killed test left
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_it_answers(programs: Path, server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        asked = subprocess.run(
            [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "anshin"], check=False
        )
        if asked.returncode == 0:
            return
        time.sleep(0.1)
    sys.exit(f"PostgreSQL did not start:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")


def main(arguments: Sequence[str]) -> int:
    programs = require_programs()
    with cluster(programs) as url:
        environment = os.environ | {
            "ANSHIN_TEST_DATABASE_URL": url,
            "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--no-cov", *(arguments or DEFAULT_TESTS)]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
