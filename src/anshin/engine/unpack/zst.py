"""Zstandard, by the library that py7zr brings; where it is missing, the contents are a gap."""

from anshin.engine.budget import Meter
from anshin.engine.content import Content
from anshin.engine.unpack.member import Found, Problem
from anshin.engine.unpack.stream import Decompressor, unpack_stream

WINDOW_LOG = 27
"""Largest window: 2**27 bytes = 128 MiB, the same bound as the `zstd` tool has by default."""


def unpack_zst(content: Content, name: str, meter: Meter) -> Found:
    """Yield the one file in it."""
    try:
        from backports import zstd
    except ImportError:
        yield Problem(gap="unsupported", name=name)
        return

    def new() -> Decompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})

    yield from unpack_stream(
        content, name, new=new, magic=b"\x28\xb5\x2f\xfd", errors=(zstd.ZstdError, EOFError), meter=meter
    )
