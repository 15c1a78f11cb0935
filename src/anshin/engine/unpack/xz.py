"""xz, with bounded memory for its dictionary."""

import lzma

from anshin.engine.budget import Meter
from anshin.engine.content import Content
from anshin.engine.unpack.member import Found
from anshin.engine.unpack.stream import Decompressor, unpack_stream

MEMORY = 256 * 1024 * 1024
"""Dictionaries of `xz -9` take 65 MiB; a file that asks for more than this is reported as damaged."""


def _new() -> Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)


def unpack_xz(content: Content, name: str, meter: Meter) -> Found:
    """Yield the one file in it."""
    yield from unpack_stream(
        content, name, new=_new, magic=b"\xfd7zXZ\0", errors=(lzma.LZMAError, EOFError), meter=meter
    )
