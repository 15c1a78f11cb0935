"""Finds the files below a folder, links not followed and the agent's own folder left out."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH118

import os
from collections.abc import Iterator, Sequence

_NEVER = frozenset({b"/proc", b"/sys", b"/dev"})  # not files, and reading some of them never ends


def is_below(path: bytes, folder: bytes) -> bool:
    """Return whether `path` is `folder` or lies in it."""
    return path == folder or path.startswith(os.path.join(folder, b""))


def files_below(folders: Sequence[bytes], *, leave_out: bytes) -> Iterator[bytes]:
    """Yield the raw path of every regular file; folders that vanish or may not be read are passed over."""
    open_folders = list(reversed(folders))
    while open_folders:
        folder = open_folders.pop()
        if folder in _NEVER or is_below(folder, leave_out):
            continue
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except OSError:
            continue
        for entry in found:
            try:
                if entry.is_dir(follow_symlinks=False):
                    open_folders.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield entry.path
            except OSError:
                continue
