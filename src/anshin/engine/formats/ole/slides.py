"""Objects in PowerPoint 97-2003 slides: macro projects and embedded documents, each compressed in a record.

Format: [MS-PPT] 2.3.1, record ExOleObjStg (0x1011).
"""

import struct
import zlib
from collections.abc import Iterator

from anshin.engine.budget import Budget

OBJECT = 0x1011
MAX_OBJECTS = 200
MAX_RECORDS = 200_000


def embedded_in_slides(data: bytes, budget: Budget) -> Iterator[bytes]:
    """Yield every embedded container. Raises `LimitHit`."""
    at, found, seen = 0, 0, 0
    while at + 8 <= len(data) and seen < MAX_RECORDS and found < MAX_OBJECTS:
        version, kind, size = struct.unpack_from("<HHI", data, at)
        seen += 1
        if seen % 1000 == 0:
            budget.check_time()
        if kind == OBJECT:
            body = data[at + 8 : at + 8 + size]
            if version >> 4 & 1:
                body = _inflated(body[4:], budget)
            found += 1
            if body:
                yield body
        at += 8 if version & 0xF == 0xF else 8 + size


def _inflated(body: bytes, budget: Budget) -> bytes:
    machine = zlib.decompressobj()
    out = bytearray()
    try:
        while body and not machine.eof:
            piece = machine.decompress(body, 1 << 20)
            budget.spend(len(piece))
            out += piece
            body = machine.unconsumed_tail
            if not piece:
                break
            if len(out) > budget.limits.file_bytes:
                break
    except zlib.error:
        pass
    return bytes(out)
