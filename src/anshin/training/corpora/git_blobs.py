"""Files of one commit of a git repository, read as objects: nothing is checked out, nothing touches the disk."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from anshin.training.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Blob:
    """One file of the commit, not read yet."""

    path: str
    object_id: str
    size: int


def commit_of(git_dir: Path) -> str:
    """Return the id of the newest commit. Raises CorpusError where there is no repository."""
    return _git(git_dir, "rev-parse", "HEAD").decode().strip()


def list_blobs(
    git_dir: Path, commit: str, patterns: tuple[str, ...] = ("*",), skip: tuple[str, ...] = ()
) -> list[Blob]:
    """Return the files of `commit` whose path fits one of `patterns` and none of `skip`, in order of their paths.

    A pattern is a shell pattern over the whole path; `*` also matches `/`. Links and submodules are left out.
    """
    rows = _git(git_dir, "ls-tree", "-r", "-l", "-z", commit).split(b"\0")
    found = []
    for row in filter(None, rows):
        head, _, raw = row.partition(b"\t")
        mode, kind, object_id, size = head.split()
        path = raw.decode("utf-8", "surrogateescape")
        if kind != b"blob" or mode == b"120000" or not size.isdigit():  # a copy may lack its largest files
            continue
        if any(fnmatchcase(path, p) for p in patterns) and not any(fnmatchcase(path, p) for p in skip):
            found.append(Blob(path, object_id.decode(), int(size)))
    return sorted(found, key=lambda b: b.path)


def read_blobs(git_dir: Path, blobs: list[Blob]) -> Iterator[tuple[Blob, bytes]]:
    """Yield each file's bytes, one after the other, through one `git cat-file --batch`."""
    process = subprocess.Popen(
        ["git", f"--git-dir={git_dir}", "cat-file", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        for blob in blobs:
            process.stdin.write(blob.object_id.encode() + b"\n")
            process.stdin.flush()
            words = process.stdout.readline().split()
            if len(words) != 3:
                raise CorpusError(f"{git_dir}: object {blob.object_id} of {blob.path} is not there; fetch it anew")
            data = process.stdout.read(int(words[2]))
            process.stdout.read(1)
            yield blob, data
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


def _git(git_dir: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(["git", f"--git-dir={git_dir}", *words], capture_output=True, check=True)
    except FileNotFoundError as error:
        raise CorpusError("git is not installed; install it to read corpora from repositories") from error
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode(errors="replace").strip().splitlines()
        raise CorpusError(f"{git_dir} cannot be read as a git repository: {why[-1] if why else 'unknown'}") from error
    return done.stdout
