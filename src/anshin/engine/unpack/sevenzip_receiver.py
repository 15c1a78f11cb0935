"""What py7zr writes a member into. A module of its own, because importing py7zr costs 0.1 s and few files need it."""

import py7zr.py7zr as implementation
from py7zr.io import Py7zIO, WriterFactory

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent
from anshin.engine.unpack.member import Collector, Member, Sink, odd_name

CHUNK = 32 * 1024 * 1024
"""Bytes that one call may bring out."""
# py7zr asks /proc/meminfo for the free memory at every block; behind the walls that is refused: every 7z was damaged
setattr(implementation, "get_memory_limit", lambda: CHUNK)  # noqa: B010 -- the module does not export it by name


class Receiver(Py7zIO):
    """Receives one member and gives it away when it is closed; reading and seeking mean nothing."""

    def __init__(self, name: str, meter: Meter, sink: Sink) -> None:
        """Start empty."""
        self._name = name
        self._sink = sink
        self._out = Collector(meter)

    def write(self, s: bytes | bytearray) -> int:
        """Take a piece."""
        self._out.add(bytes(s))
        return len(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002 -- py7zr's face
        """Return nothing."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 -- py7zr's face
        """Stay."""
        return 0

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        """Return the bytes taken so far."""
        return self._out.size

    def close(self) -> None:
        """Give the member away."""
        for problem in odd_name(self._name):
            self._sink(problem)
        self._sink(Member(self._name, BytesContent(self._out.bytes()), cut=self._out.cut))


class Receivers(WriterFactory):
    """Makes the receiver of one member."""

    def __init__(self, meter: Meter, sink: Sink) -> None:
        """Hand both on to every receiver."""
        self._meter = meter
        self._sink = sink

    def create(self, filename: str) -> Py7zIO:
        """Return a new receiver."""
        return Receiver(filename, self._meter, self._sink)
