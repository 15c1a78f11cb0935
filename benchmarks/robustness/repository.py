"""Reads the files of a git repository one after the other, without a working tree."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One file of the newest commit."""

    path: str
    blob: str
    size: int


def entries(git_dir: Path, under: list[str], largest: int) -> Iterator[Entry]:
    """Yield the files below `under`, each content once, up to `largest` bytes."""
    command = ["git", f"--git-dir={git_dir}", "ls-tree", "-r", "-l", "-z", "HEAD", "--", *under]
    listing = subprocess.run(command, capture_output=True, check=True).stdout
    seen: set[str] = set()
    for line in filter(None, listing.split(b"\0")):
        head, _, path = line.partition(b"\t")
        _mode, kind, blob, size = head.decode().split()
        # a snapshot may lack a file: its size is told as "BAD"
        if kind == "blob" and blob not in seen and size.isdecimal() and 0 < int(size) <= largest:
            seen.add(blob)
            yield Entry(path.decode("utf-8", "backslashreplace"), blob, int(size))


def contents(git_dir: Path, wanted: list[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """Yield every file with its bytes."""
    command = ["git", f"--git-dir={git_dir}", "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        for entry in wanted:
            git.stdin.write(entry.blob.encode() + b"\n")
            git.stdin.flush()
            head = git.stdout.readline().split()
            if head[-1] == b"missing":  # a snapshot may lack its largest files
                continue
            data = git.stdout.read(int(head[2]))
            git.stdout.read(1)
            yield entry, data
        git.stdin.close()
