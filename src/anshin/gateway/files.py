"""The paths that a client names: which of them may be looked at, and what is told of each."""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from anshin.engine.clamd.policy import Answer, Policy, all_signatures, answer, error
from anshin.engine.names import safe_name
from anshin.engine.service import Engine
from anshin.engine.verdict import Verdict
from anshin.engine.walk import walk

OUTSIDE = "Access denied."
ABSENT = "File path check failure: No such file or directory."
SPECIAL = "Not supported file type"
UNREAD = "Can't open file or directory"


@dataclass(frozen=True, slots=True)
class Roots:
    """Where a client may have files looked at by their path; empty: everywhere."""

    folders: tuple[Path, ...] = ()

    def allow(self, real: Path) -> bool:
        """Whether a path without symbolic links lies below one of them."""
        return not self.folders or any(real.is_relative_to(folder) for folder in self.folders)


def make_roots(folders: list[Path]) -> Roots:
    """Return the roots, symbolic links in them followed now, once."""
    return Roots(tuple(folder.resolve(strict=True) for folder in folders))


class Files:
    """Judges what lies in the file system. Safe for several threads."""

    def __init__(self, engine: Engine, policy: Policy, roots: Roots, threads: int) -> None:
        """Keep a pool of threads for MULTISCAN: as many as the engine has workers."""
        self._engine = engine
        self._policy = policy
        self._roots = roots
        self._pool = ThreadPoolExecutor(max(1, threads), thread_name_prefix="anshin-multiscan")

    def close(self) -> None:
        """End the pool."""
        self._pool.shutdown(cancel_futures=True)

    def scan(self, command: str, path: bytes, gone: Callable[[], bool]) -> Iterator[tuple[bytes, Answer]]:
        """Yield what must be told, path by path: for a folder every file that is not OK, or one OK for all of it.

        Never yields OK for a folder in which anything could not be looked at. SCAN ends at the first finding.
        `gone` says that nobody waits for the answer any more.
        """
        if not path.startswith(b"/") or b"\0" in path:
            yield path, error("File path check failure: the path must be absolute.")
            return
        try:
            mode = Path(os.fsdecode(path)).stat().st_mode
        except PermissionError:
            yield path, error(OUTSIDE)
        except OSError:
            yield path, error(ABSENT)
        else:
            if stat.S_ISDIR(mode):
                yield from self._folder(command, path, gone)
            elif stat.S_ISREG(mode):
                yield from ((path, told) for told in self._file(path, everything=command == "ALLMATCHSCAN"))
            else:
                yield path, error(SPECIAL)

    def _folder(self, command: str, path: bytes, gone: Callable[[], bool]) -> Iterator[tuple[bytes, Answer]]:
        if not self._roots.allow(Path(os.fsdecode(path)).resolve()):
            yield path, error(OUTSIDE)
            return
        bad = False
        for file, told in self._below(command, path, gone):
            if told.outcome != "OK":
                bad = True
                yield file, told
            if told.outcome == "FOUND" and command == "SCAN":
                return
        if not bad and not gone():
            yield path, Answer(b"OK", "OK")

    def _below(self, command: str, path: bytes, gone: Callable[[], bool]) -> Iterator[tuple[bytes, Answer]]:
        names = (os.fsencode(name) for name in walk(os.fsdecode(path), _nothing))
        everything = command == "ALLMATCHSCAN"
        if command != "MULTISCAN":
            for name in names:
                if gone():
                    return
                yield from ((name, told) for told in self._file(name, everything=everything, follow=False))
            return
        waiting: deque[tuple[bytes, Future[list[Answer]]]] = deque()
        for name in names:
            if gone():
                break
            waiting.append((name, self._pool.submit(self._file, name, everything=False, follow=False)))
            if len(waiting) >= 8:
                first, future = waiting.popleft()
                yield from ((first, told) for told in future.result())
        for name, future in waiting:
            yield from ((name, told) for told in future.result())

    def _file(self, path: bytes, *, everything: bool, follow: bool = True) -> list[Answer]:
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
        try:
            fd = os.open(path, flags)
        except FileNotFoundError:
            return [error(ABSENT)]
        except PermissionError:
            return [error(OUTSIDE)]
        except OSError:
            return [error(UNREAD)]
        try:
            # asked of the open file itself: a path could be pointed elsewhere between the question and the opening
            if not self._roots.allow(_real(fd, path)):
                return [error(OUTSIDE)]
            return self.told(self._engine.judge_file(fd, name=safe_name(path)), everything=everything)
        finally:
            os.close(fd)

    def told(self, verdict: Verdict, *, everything: bool = False) -> list[Answer]:
        """Return what is told of one verdict."""
        return list(all_signatures(verdict, self._policy)) if everything else [answer(verdict, self._policy)]


def _real(fd: int, path: bytes) -> Path:
    try:
        return Path(os.readlink(f"/proc/self/fd/{fd}"))  # noqa: PTH115 -- no path of ours: the kernel's answer
    except OSError:
        return Path(os.fsdecode(path)).resolve()


def _nothing(_path: str, _why: str) -> None:
    """Links and devices in a folder are left out without a word, as clamd does."""
