"""Which files lie below a folder: in a fixed order, no symbolic links inside folders, no devices."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from anshin.engine.names import safe_name

Skip = Callable[[str, str], None]
"""Told of every path that is left out, and why."""


def walk(path: str, skip: Skip) -> Iterator[str]:
    """Yield `path` itself or, for a folder, every regular file below it, sorted by the bytes of the name.

    A folder that cannot be listed is yielded as it is, so that it ends up as unreadable and never as clean.
    """
    if not Path(path).is_dir():
        yield path
        return
    try:
        with os.scandir(path) as entries:
            ordered = sorted(entries, key=lambda e: os.fsencode(e.name))
    except OSError:
        yield path
        return
    for entry in ordered:
        mode = entry.stat(follow_symlinks=False).st_mode if _still_there(entry) else 0
        if stat.S_ISDIR(mode):
            yield from walk(entry.path, skip)
        elif stat.S_ISREG(mode) or not mode:
            yield entry.path
        else:
            skip(safe_name(entry.path), "symbolic link" if stat.S_ISLNK(mode) else "special file")


def _still_there(entry: os.DirEntry[str]) -> bool:
    try:
        entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return True
