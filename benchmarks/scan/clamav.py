"""ClamAV with a database of one signature: the harmless test file. Own socket code, own configuration, own folder."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HASH = "44d88612fea8a8f36de82e1278abb02f:68:Anshin.Test.Eicar\n"
"""MD5, size and name of the test file, in the .hdb format."""


def installed() -> bool:
    """Whether clamscan and clamd are there; on a Debian where we are root they are installed (without signatures)."""
    if not shutil.which("clamd", path=_path()) and os.geteuid() == 0 and shutil.which("apt-get"):
        command = ["apt-get", "install", "-y", "--no-install-recommends", "clamav", "clamav-daemon"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return bool(shutil.which("clamd", path=_path()) and shutil.which("clamscan", path=_path()))


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def version() -> str:
    """Return the version line of clamscan."""
    done = subprocess.run(["clamscan", "--version"], capture_output=True, text=True, check=True, env={"PATH": _path()})
    return done.stdout.strip()


def write_database(folder: Path) -> Path:
    """Write the one signature and return its folder."""
    database = folder / "database"
    database.mkdir()
    (database / "one.hdb").write_text(HASH)
    database.chmod(0o755)
    return database


def clamscan(database: Path, files: list[Path], folder: Path) -> float:
    """Scan all files with one start of clamscan and return the wall seconds, the start included."""
    listing = folder / "files"
    listing.write_bytes(b"\n".join(os.fsencode(f) for f in files))
    command = ["clamscan", f"--database={database}", "--no-summary", "--infected", f"--file-list={listing}"]
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False, env={"PATH": _path()})
    return time.perf_counter() - started


class Clamd:
    """A running daemon; one connection per command, as its protocol wants outside sessions."""

    def __init__(self, path: Path) -> None:
        """Know the socket."""
        self._path = str(path)

    def ask(self, command: bytes) -> bytes:
        """Send one command and return the answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(120)
            line.connect(self._path)
            line.sendall(b"z" + command + b"\0")
            answer = b""
            while piece := line.recv(4096):
                answer += piece
        return answer.rstrip(b"\0")

    def scan(self, path: Path) -> bytes:
        """Scan a file by its path."""
        return self.ask(b"SCAN " + os.fsencode(path))


@contextmanager
def clamd(database: Path, folder: Path, *, threads: int = 1) -> Iterator[Clamd]:
    """Start a daemon of our own and stop exactly that one."""
    line, log = folder / "socket", folder / "log"
    settings = {
        "DatabaseDirectory": database,
        "LocalSocket": line,
        "LogFile": log,
        "PidFile": folder / "pid",
        "Foreground": "yes",
        "MaxThreads": threads,
        "DisableCache": "yes",  # every file is new to it, as it is to us
        "SelfCheck": 0,
    }
    if os.geteuid() == 0:
        settings["User"] = "root"
    configuration = folder / "clamd.conf"
    configuration.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
    command = ["clamd", f"--config-file={configuration}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PATH": _path()})
    daemon = Clamd(line)
    try:
        _wait(daemon, process, log)
        yield daemon
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(daemon: Clamd, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if daemon.ask(b"PING") == b"PONG":
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"clamd did not start: {log.read_text() if log.exists() else 'no log'}")
