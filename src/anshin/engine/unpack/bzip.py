"""bzip2."""

import bz2

from anshin.engine.budget import Meter
from anshin.engine.content import Content
from anshin.engine.unpack.member import Found
from anshin.engine.unpack.stream import unpack_stream


def unpack_bzip(content: Content, name: str, meter: Meter) -> Found:
    """Yield the one file in it."""
    yield from unpack_stream(
        content, name, new=bz2.BZ2Decompressor, magic=b"BZh", errors=(OSError, ValueError, EOFError), meter=meter
    )
