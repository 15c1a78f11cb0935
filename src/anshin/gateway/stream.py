"""The file that a client sends piece by piece: in memory only, and bounded for all clients together.

Nothing is written to a disk, where a scanner, a backup or a thief could find what a mail server held back.
"""

import os
import threading

from anshin.engine.service import Engine
from anshin.engine.verdict import Verdict

SMALL = 64 * 1024


class Pool:
    """Memory for all streams."""

    def __init__(self, size: int) -> None:
        """Hold `size` bytes."""
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Take memory; False when there is none left."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give(self, size: int) -> None:
        """Give it back."""
        with self._lock:
            self._left += size


class Stream:
    """One file that arrives. Close it in every case."""

    def __init__(self, pool: Pool) -> None:
        """Begin empty."""
        self._pool = pool
        self._small = bytearray()
        self._fd = -1
        self.size = 0

    def write(self, data: bytes) -> bool:
        """Take a piece; False when the memory of all streams is used up."""
        if not self._pool.take(len(data)):
            return False
        self.size += len(data)
        if self._fd < 0 and (len(self._small) + len(data) <= SMALL or not hasattr(os, "memfd_create")):
            self._small += data
            return True
        if self._fd < 0:
            # a file in memory: the worker reads it in place, and nothing is copied through a pipe
            self._fd = os.memfd_create("anshin-stream", os.MFD_CLOEXEC)
            self._put(self._small)
            self._small = bytearray()
        self._put(data)
        return True

    def _put(self, data: bytes | bytearray) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def judge(self, engine: Engine) -> Verdict:
        """Return the verdict."""
        if self._fd < 0:
            return engine.judge_bytes(bytes(self._small), name="stream")
        return engine.judge_file(self._fd, name="stream")

    def close(self) -> None:
        """Give everything back; a second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._small = bytearray()
        self._pool.give(self.size)
        self.size = 0
