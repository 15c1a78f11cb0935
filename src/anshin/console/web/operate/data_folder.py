"""The data folder: made private, with its secrets, and used by one instance at a time.

secrets/    secret-key, metrics-key (0600)          run/      lock, stamps, the worker's start
static/     collected style sheets and scripts      backups/  archives made before a migration or by hand
uploads/    files people gave us                    demo      stands there when the folder is a demonstration
"""

import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anshin.console.web.operate.errors import ConflictError, OperationError
from anshin.console.web.operate.words import gettext as _

FOLDERS = ("secrets", "run", "static", "uploads", "backups")
SECRETS = ("secret-key", "metrics-key")
DEMO_MARK = "demo"
"""Makes a folder a demonstration. A real installation never becomes one by a variable or a flag."""
_NOTHING = {"lost+found"}  # a file system of one's own is empty all the same
ADDRESS = "address"
"""File in run/ with the address people open, as `anshin up` last served it."""


def prepare(folder: Path) -> Path:
    """Make `folder` with everything in it that is not there yet, and return it resolved.

    Raises ConflictError for a folder that holds something else: its rights would be changed under those who use it.
    Raises OperationError when it cannot be made or written to.
    """
    folder = folder.expanduser().resolve()
    if folder.is_dir() and not (folder / "secrets").is_dir() and any(p.name not in _NOTHING for p in folder.iterdir()):
        raise ConflictError(
            _("{folder} holds something else. Name an empty folder, or one that does not exist, with --data.").format(
                folder=folder
            )
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        for name in FOLDERS:
            (folder / name).mkdir(exist_ok=True, mode=0o700)
        (folder / "secrets").chmod(0o700)
        for name in SECRETS:
            path = folder / "secrets" / name
            if not path.exists():
                write_private(path, secrets.token_urlsafe(48).encode() + b"\n")
    except OSError as error:
        raise OperationError(
            _("The data folder {folder} cannot be used: {error}. Name another one with --data.").format(
                folder=folder, error=error.strerror or error
            )
        ) from error
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; afterwards it is there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def is_private(path: Path) -> bool:
    """Whether nobody but the owner may read `path`. Always true where the system has no such rights."""
    return os.name != "posix" or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


@contextmanager
def sole_instance(folder: Path) -> Iterator[None]:
    """Hold the folder for this process. Raises ConflictError while another one has it.

    The lock goes with the process, also when it is killed: nothing stale can be left behind.
    """
    with (folder / "run" / "lock").open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            raise ConflictError(
                _("Another Anshin uses the data folder {folder}. Stop it, or name another folder with --data.").format(
                    folder=folder
                )
            ) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
