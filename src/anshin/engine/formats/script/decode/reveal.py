"""Tells what decoded bytes are: text, a compressed stream, a file of a known kind, machine code, or nothing."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from anshin.engine.formats.script.decode.piece import Piece

ROUNDS = 6
SHELLCODE = "script.shellcode"
_FILES = (
    b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"MSCF\0\0\0\0", b"{\\rtf",
    b"L\0\0\0\x01\x14\x02\0", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe",
)  # fmt: skip
_CODE = (
    b"\xfc\xe8\x82\0\0\0",
    b"\xfc\xe8\x89\0\0\0",
    b"\xfc\xe8\x8f\0\0\0",
    b"\xfc\x48\x83\xe4\xf0\xe8",
    b"\xfc\x48\x81\xe4\xf0",
)
_SMALLEST_PROGRAM = 64
_PRINTABLE = bytes(c for c in range(32, 127)) + b"\t\r\n\f"


class _Stream(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def reveal(piece: Piece, room: int) -> Iterator[Piece]:
    """Yield texts as `str` and files as `bytes`; at most `room` bytes come out of a compressed stream."""
    for _ in range(ROUNDS):
        if isinstance(piece.data, str):
            yield piece
            return
        data = piece.data
        text = as_text(data)
        if text is not None:
            yield replace(piece, data=text)
            return
        if data.startswith(_FILES):
            if len(data) >= _SMALLEST_PROGRAM or not data.startswith(b"MZ"):
                yield piece
            return
        if data.startswith(_CODE):
            yield replace(piece, data=b"", signs=(*piece.signs, SHELLCODE))
            return
        found = _inflated(data, room)
        if found is None:
            if piece.signs:
                yield replace(piece, data=b"")
            return
        how, inner = found
        piece = replace(piece, data=inner, how=f"{piece.how} > {how}")


def as_text(data: bytes) -> str | None:
    """Return bytes as text, or None where they are none."""
    if len(data) < 4:
        return None
    if data.startswith(b"\xff\xfe"):
        return _good(data[2:].decode("utf-16-le", "replace"))
    if data[1:400:2].count(0) * 10 > len(data[1:400:2]) * 8 and not data[0:400:2].count(0):
        return _good(data.decode("utf-16-le", "replace"))
    rest = data[:4096].translate(None, _PRINTABLE)
    if len(rest) * 33 <= min(len(data), 4096):
        return data.decode("utf-8", "replace")
    if rest.translate(None, bytes(range(128))) == rest and len(rest) * 2 <= min(len(data), 4096):
        # no control characters, some of another script: text when it is UTF-8
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return None
    return None


def _good(text: str) -> str | None:
    head = text[:2000]
    odd = sum(not (c.isprintable() or c in "\t\r\n\0") for c in head)
    return text if odd * 20 <= len(head) else None


def _inflated(data: bytes, room: int) -> tuple[str, bytes] | None:
    if data.startswith(b"\x1f\x8b"):
        return _stream("gzip", data, room, lambda: zlib.decompressobj(31))
    if data.startswith(b"BZh"):
        return _stream("bzip2", data, room, bz2.BZ2Decompressor)
    if data.startswith((b"\xfd7zXZ", b"]\0\0")):
        return _stream("xz", data, room, lambda: lzma.LZMADecompressor(memlimit=64 * 1024 * 1024))
    if data[0] & 15 == 8 and len(data) > 6 and (data[0] * 256 + data[1]) % 31 == 0:
        return _stream("zlib", data, room, zlib.decompressobj)
    return _raw(data, room)


def _raw(data: bytes, room: int) -> tuple[str, bytes] | None:
    """A deflate stream has no mark: taken for one only if it ends where the bytes end, and gives text or a file."""
    stream = zlib.decompressobj(-15)
    try:
        out = stream.decompress(data, min(room, 4096))
        if len(out) < 16 or not (as_text(out) is not None or out.startswith(_FILES)):
            return None
        out += stream.decompress(stream.unconsumed_tail, room)
    except zlib.error:
        return None
    return ("deflate", out)


def _stream(how: str, data: bytes, room: int, start: Callable[[], _Stream]) -> tuple[str, bytes] | None:
    try:
        out = start().decompress(data, max(1, room))
    except (zlib.error, OSError, ValueError, EOFError, lzma.LZMAError):
        return None
    return (how, out) if out else None
