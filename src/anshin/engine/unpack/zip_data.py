"""The data of one ZIP entry: stored, deflate, bzip2, LZMA or Zstandard, to its real end whatever the sizes say."""

import bz2
import lzma
import struct
import zlib
from collections.abc import Iterable, Iterator

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content, SliceContent, pieces
from anshin.engine.errors import LimitHit
from anshin.engine.unpack.member import Collector, Found, Member, Problem
from anshin.engine.unpack.passwords import password_reason
from anshin.engine.unpack.stream import INPUT, STEP
from anshin.engine.unpack.xz import MEMORY
from anshin.engine.unpack.zip_crypt import Opener
from anshin.engine.unpack.zip_headers import Entry, Headers

_ERRORS = (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError, struct.error)


def read_entry(headers: Headers, entry: Entry, data: int, meter: Meter, opener: Opener) -> Found:
    """Yield the member, and a problem when it is encrypted, in an unknown method, or not what its header promises."""
    if entry.encrypted:
        yield from _locked(headers.content, entry, data, meter, opener)
    elif entry.method == 0:
        yield from _stored(headers.content, entry, data, meter)
    else:
        yield from _compressed(headers, entry, data, meter)


def _locked(content: Content, entry: Entry, data: int, meter: Meter, opener: Opener) -> Found:
    """Yield an encrypted member where a password fits."""
    part = SliceContent(content, data, data + entry.packed)
    opened = opener.open(entry, part.read(0, part.size)) if part.size <= meter.room else None
    if opened is None:
        yield Problem(gap="encrypted", name=entry.name)
        return
    body, method = opened
    # AES checks itself (AE-2 leaves the checksum out); with the old cipher the checksum has just been looked at
    clear = entry._replace(flags=entry.flags & ~1 | 8, method=method, packed=len(body), crc=0, header=-1, aes=None)
    yield Problem(reason=password_reason(opener.used, meter.budget), name=entry.name)
    for found in read_entry(Headers(BytesContent(body)), clear, 0, meter, opener):
        yield found._replace(locked=True) if isinstance(found, Member) else found


def _stored(content: Content, entry: Entry, data: int, meter: Meter) -> Found:
    part = SliceContent(content, data, data + entry.packed)
    if part.size > meter.room:
        yield Member(entry.name, part, cut=True)
        return
    meter.spend(part.size)
    body = part.read(0, part.size)
    yield Member(entry.name, BytesContent(body))
    yield from _as_promised(entry, body)
    if zlib.crc32(body) != entry.crc and not (entry.streamed and not entry.crc):
        yield Problem(gap="damaged", name=entry.name)


def _as_promised(entry: Entry, body: bytes) -> Found:
    """Yield what programs get that stop at the size in the header, where the data goes on behind it."""
    if 0 < entry.unpacked < len(body):
        yield Member(entry.name, BytesContent(body[: entry.unpacked]))


def _compressed(headers: Headers, entry: Entry, data: int, meter: Meter) -> Found:
    content = headers.content
    stop = data + entry.packed
    if entry.streamed and not entry.packed:
        stop = content.size  # the stream itself tells its end
    out = Collector(meter)
    crc, whole = 0, True
    try:
        for piece in _inflate(headers, entry, data, stop):
            crc = zlib.crc32(piece, crc)
            if not out.add(piece):
                break
    except NotImplementedError:
        yield Problem(gap="unsupported", name=entry.name)
        return
    except LimitHit:
        raise
    except _ERRORS:
        whole = False
    size, body = out.size, out.bytes()
    yield Member(entry.name, BytesContent(body), cut=out.cut)
    yield from _as_promised(entry, body)
    promised = not entry.streamed or entry.crc
    if not whole or (promised and not out.cut and (crc != entry.crc or size != entry.unpacked)):
        yield Problem(gap="damaged", name=entry.name)


def _inflate(headers: Headers, entry: Entry, start: int, stop: int) -> Iterable[bytes]:
    """Return unpacked pieces; raises EOFError when the input ends before the stream."""
    if entry.method != 8:
        return _others(headers.content, entry, start, stop)
    whole = headers.inflated(start, stop - start)
    return (whole,) if whole is not None else _deflate(headers.content, start, stop)


def _others(content: Content, entry: Entry, start: int, stop: int) -> Iterator[bytes]:
    """Yield the pieces of a member that is not deflated."""
    if entry.method == 12:
        machine: bz2.BZ2Decompressor | lzma.LZMADecompressor = bz2.BZ2Decompressor()
    elif entry.method == 14:
        machine, start = _lzma(content, start)
    elif entry.method == 93:
        machine = _zstd()
    else:
        raise NotImplementedError(entry.method)
    source = pieces(content, start, stop, INPUT)
    while not machine.eof:
        data = b""
        if machine.needs_input:
            data = next(source, b"")
            if not data:
                if entry.method == 14 and not entry.flags & 0x2:
                    return  # LZMA without an end mark: the size tells, and is compared later
                raise EOFError
        yield machine.decompress(data, STEP)


def _deflate(content: Content, start: int, stop: int) -> Iterator[bytes]:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces(content, start, stop, INPUT):
        data = piece
        while True:
            produced = machine.decompress(data, STEP)
            yield produced
            if machine.eof:
                return
            data = machine.unconsumed_tail
            if not data and len(produced) < STEP:
                break
    if not machine.eof:
        raise EOFError


def _lzma(content: Content, start: int) -> tuple[lzma.LZMADecompressor, int]:
    """Return a decompressor after the 4 bytes of version and length and the properties."""
    _, length = struct.unpack("<HH", content.read(start, 4))
    properties = content.read(start + 4, length)
    first, dictionary = struct.unpack("<BI", properties[:5])
    if dictionary > MEMORY or first >= 225:
        raise lzma.LZMAError("properties out of range")
    filters = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": dictionary,
        "lc": first % 9,
        "lp": first // 9 % 5,
        "pb": first // 45,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[filters]), start + 4 + length


def _zstd() -> lzma.LZMADecompressor:
    try:
        from backports import zstd
    except ImportError:
        raise NotImplementedError("zstd") from None
    return zstd.ZstdDecompressor()  # type: ignore[return-value] # the three have the same face
