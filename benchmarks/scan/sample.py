"""The files that are scanned: spread evenly over the system's programs and libraries."""

import os
from collections.abc import Iterable
from pathlib import Path

LARGEST = 32 * 1024 * 1024
"""Bytes; ClamAV's own default would leave out what is larger than 100 MB, ours what is larger than 256 MiB."""


def sample(folders: Iterable[str], count: int) -> list[Path]:
    """Return at most `count` regular files, every n-th of all below `folders` in sorted order."""
    found: list[Path] = []
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names.sort()
            found += [p for p in (Path(parent, f) for f in sorted(files)) if _usable(p)]
    step = max(1, len(found) // count)
    return found[::step][:count]


def _usable(path: Path) -> bool:
    try:
        return path.is_file() and not path.is_symlink() and 0 < path.stat().st_size <= LARGEST
    except OSError:
        return False
