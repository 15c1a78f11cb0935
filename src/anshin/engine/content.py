"""Bytes under judgement: read by offset, in bounded pieces, never changed and never written anywhere."""

import hashlib
import io
import math
import os
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from anshin.engine.errors import LimitHit

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

CHUNK = 1024 * 1024


class Content(Protocol):
    """A run of bytes of known size."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer only at the end."""


class BytesContent:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        """Keep a reference, not a copy."""
        self.data = data
        self.size = len(data)

    def read(self, offset: int, length: int) -> bytes:
        """Return a piece; the whole without a copy."""
        return self.data[offset : offset + length]


class FileContent:
    """An open file, read by position, so that whoever shares the descriptor is not disturbed."""

    def __init__(self, fd: int) -> None:
        """Take the size as it is now; a file that grows meanwhile is judged up to here."""
        self._fd = fd
        self.size = os.fstat(fd).st_size
        self._lock = threading.Lock()

    def read(self, offset: int, length: int) -> bytes:
        """Read by position."""
        length = min(length, max(0, self.size - offset))
        pieces: list[bytes] = []
        while length > 0:
            piece = self._pread(length, offset)
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _pread(self, length: int, offset: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._fd, length, offset)
        with self._lock:
            os.lseek(self._fd, offset, os.SEEK_SET)
            return os.read(self._fd, length)


class SliceContent:
    """A part of other content, for example what stands before an archive."""

    def __init__(self, base: Content, start: int, end: int) -> None:
        """View `base[start:end]`."""
        self._base = base
        self._start = start
        self.size = max(0, min(end, base.size) - start)

    def read(self, offset: int, length: int) -> bytes:
        """Read from the base."""
        return self._base.read(self._start + offset, min(length, max(0, self.size - offset)))


class ContentFile(io.RawIOBase):
    """Content as the seekable file that library readers want."""

    def __init__(self, content: Content) -> None:
        """Start at offset 0."""
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Return the offset."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the offset; before the start is refused."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._content.size}[whence]
        if base + offset < 0:
            raise OSError("seek before the start")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill the buffer from the offset."""
        view = memoryview(buffer).cast("B")
        piece = self._content.read(self._at, len(view))
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def open_content(content: Content) -> io.BufferedReader:
    """Return content as a buffered binary file."""
    return io.BufferedReader(ContentFile(content), 256 * 1024)


def pieces(content: Content, start: int = 0, end: int | None = None, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the bytes from `start` to `end` in pieces of at most `size`."""
    stop = content.size if end is None else min(end, content.size)
    while start < stop:
        piece = content.read(start, min(size, stop - start))
        if not piece:
            return
        yield piece
        start += len(piece)


def sha256(content: Content, *, until: float = math.inf) -> str:
    """Return the SHA-256 in hex, in one pass and with bounded memory; raises `LimitHit` past `until` (monotonic)."""
    digest = hashlib.sha256()
    if isinstance(content, BytesContent):
        if content.size <= CHUNK:
            if time.monotonic() > until:
                raise LimitHit("time")
            return hashlib.sha256(content.data).hexdigest()
        whole = memoryview(content.data)  # a piece of it is no copy
        parts: Iterable[ReadableBuffer] = (whole[at : at + CHUNK] for at in range(0, content.size, CHUNK))
    else:
        parts = pieces(content)
    for piece in parts:
        if time.monotonic() > until:
            raise LimitHit("time")
        digest.update(piece)
    return digest.hexdigest()
