"""Locks between processes that the system lets go of when their holder dies."""

# The names say what happened.
# ruff: noqa: N818

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(OSError):
    """Another process holds the lock."""


def _try(fd: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def lock(path: Path, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock file while the block runs. Raises Locked when it is not free within `wait_seconds`."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        until = time.monotonic() + wait_seconds
        while not _try(fd):
            if time.monotonic() >= until:
                raise Locked(f"held by another process: {path}")
            time.sleep(0.05)
        yield
    finally:
        os.close(fd)


def is_locked(path: Path) -> bool:
    """Return whether some process holds the lock now."""
    if not path.exists():
        return False
    try:
        with lock(path):
            return False
    except Locked:
        return True
