"""LZMA without a container (.lzma): a header of 13 bytes and one stream."""

import lzma

from anshin.engine.budget import Meter
from anshin.engine.content import Content
from anshin.engine.unpack.member import Found
from anshin.engine.unpack.stream import Decompressor, unpack_stream
from anshin.engine.unpack.xz import MEMORY


def _new() -> Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY)


def unpack_lzma(content: Content, name: str, meter: Meter) -> Found:
    """Yield the one file in it."""
    yield from unpack_stream(
        content, name, new=_new, magic=b"\x5d\0\0\0\xff", errors=(lzma.LZMAError, EOFError), meter=meter
    )
