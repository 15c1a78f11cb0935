"""gzip."""

import zlib

from anshin.engine.budget import Meter
from anshin.engine.content import Content
from anshin.engine.names import member_name
from anshin.engine.unpack.member import Found
from anshin.engine.unpack.stream import unpack_stream


class _Gzip:
    """zlib's decompressor with the face of the others."""

    def __init__(self) -> None:
        self._machine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._more = False

    @property
    def eof(self) -> bool:
        return self._machine.eof

    @property
    def needs_input(self) -> bool:
        return not self._machine.unconsumed_tail and not self._more

    @property
    def unused_data(self) -> bytes:
        return self._machine.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        produced = self._machine.decompress(self._machine.unconsumed_tail + data, max(0, max_length))
        self._more = len(produced) == max_length and not self._machine.eof  # zlib may hold back output
        return produced


def unpack_gz(content: Content, name: str, meter: Meter) -> Found:
    """Yield the one file in it, under the name in the header where there is one."""
    yield from unpack_stream(
        content, _stored_name(content) or name, new=_Gzip, magic=b"\x1f\x8b", errors=(zlib.error,), meter=meter
    )


def _stored_name(content: Content) -> str:
    head = content.read(0, 4096)
    if len(head) < 11 or head[3] & 0x0C != 0x08:  # name, and no extra field before it
        return ""
    return member_name(head[10:].split(b"\0", 1)[0])
