"""Formats that hold one compressed stream: the loop that gzip, bzip2, xz and zstd share."""

from collections.abc import Callable
from typing import Protocol

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content, SliceContent, pieces
from anshin.engine.unpack.member import Collector, Found, Member, Problem

STEP = 1024 * 1024
"""Most bytes that one call may bring out, so that limits are looked at often."""
INPUT = 256 * 1024


class Decompressor(Protocol):
    """What the decompressors of `bz2`, `lzma` and `zstd` have in common."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether more can come out only after more goes in."""

    @property
    def unused_data(self) -> bytes:
        """What was given after the end of the stream."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return up to `max_length` bytes."""


def unpack_stream(
    content: Content,
    name: str,
    *,
    new: Callable[[], Decompressor],
    magic: bytes,
    errors: tuple[type[Exception], ...],
    meter: Meter,
) -> Found:
    """Yield the stream as one member; streams in a row count as one, as every tool reads them.

    What follows the last stream is yielded as a member of its own unless it is padding of zeros.
    """
    out = Collector(meter)
    reader = _Reader(content, new, out)
    whole = True
    try:
        while reader.one_stream():
            if content.read(reader.at, len(magic)) != magic:
                break
        else:
            whole = out.cut
    except errors:
        whole = False
    yield Member(name, BytesContent(out.bytes()), cut=out.cut)
    if not whole:
        yield Problem(gap="damaged", name=name)
    elif not out.cut:
        yield from tail_member(content, reader.at)


class _Reader:
    """Reads stream after stream; `at` is the offset behind the last whole one."""

    def __init__(self, content: Content, new: Callable[[], Decompressor], out: Collector) -> None:
        self._content = content
        self._new = new
        self._out = out
        self.at = 0

    def one_stream(self) -> bool:
        """Read one stream; False when it did not reach its end, or when the member is full."""
        machine = self._new()
        while not machine.eof:
            data = b""
            if machine.needs_input:
                data = self._content.read(self.at, INPUT)
                if not data:
                    return False
                self.at += len(data)
            produced = machine.decompress(data, STEP)
            if produced and not self._out.add(produced):
                return False
        self.at -= len(machine.unused_data)
        return True


def tail_member(content: Content, start: int) -> Found:
    """Yield what stands behind the archive, from its first byte that is not padding of zeros."""
    for piece in pieces(content, start):
        rest = piece.lstrip(b"\0")
        if rest:
            yield Member("(suffix)", SliceContent(content, start + len(piece) - len(rest), content.size))
            return
        start += len(piece)
