"""The compression of macro text and of the project's directory. Format: [MS-OVBA] 2.4.1."""

import struct

CHUNK = 4096
LONGEST = 1 << 20
"""Compressed bytes of one text that is looked for by its beginning."""
MAX_TRIES = 200
_BEGINNING = b"\x00Attribut"
"""Every macro text begins with these letters, after one byte that says that none of them is a copy."""


def decompress(data: bytes, limit: int = 16 * 1024 * 1024) -> bytes:
    """Return what the compressed container at the first byte of `data` holds, as far as it can be read; never raises.

    A chunk that contradicts the format ends the reading: what came before it is returned.
    """
    if not data or data[0] != 1:
        return b""
    out = bytearray()
    at = 1
    while at + 2 <= len(data) and len(out) < limit:
        (head,) = struct.unpack_from("<H", data, at)
        if head >> 12 & 7 != 3:
            break
        size = (head & 0xFFF) + 1
        piece = data[at + 2 : at + 2 + size]
        if head & 0x8000:
            if not _chunk(piece, out):
                break
        else:
            out += piece[:CHUNK]
        at += 2 + size
    return bytes(out)


def _steps(flags: int) -> tuple[tuple[int, ...], int]:
    """Return how many plain bytes stand before each copy in a group with these flags, and how many behind the last."""
    before, plain = [], 0
    for bit in range(8):
        if flags >> bit & 1:
            before.append(plain)
            plain = 0
        else:
            plain += 1
    return tuple(before), plain


_STEPS = tuple(_steps(flags) for flags in range(256))


def _chunk(data: bytes, out: bytearray) -> bool:
    """Append one unpacked chunk; False where a copy reaches before its beginning."""
    begin, at, end = len(out), 0, len(data)
    while at < end:
        before, rest = _STEPS[data[at]]
        at += 1
        for plain in before:
            if plain:
                out += data[at : at + plain]
                at += plain
            if at >= end:
                break
            if at + 1 >= end:
                return False
            token = data[at] | data[at + 1] << 8
            at += 2
            done = len(out) - begin
            bits = max(4, (done - 1).bit_length()) if done > 1 else 4
            length = (token & (0xFFFF >> bits)) + 3
            back = (token >> (16 - bits)) + 1
            if back > done or done + length > CHUNK * 2:
                return False
            _copy(out, back, length)
        else:
            out += data[at : at + rest]
            at += rest
    return True


def _copy(out: bytearray, back: int, length: int) -> None:
    start = len(out) - back
    if back >= length:
        out += out[start : start + length]
    else:
        piece = out[start:]
        out += (piece * (length // back + 1))[:length]


def hidden_texts(data: bytes, most: int = 50) -> list[tuple[int, bytes]]:
    """Return (offset, text) of every compressed macro text in `data`, by the way each begins."""
    found: list[tuple[int, bytes]] = []
    at, tries = data.find(_BEGINNING), 0
    while at >= 0 and len(found) < most and tries < MAX_TRIES:
        start = at - 3
        tries += 1
        if start >= 0 and data[start] == 1:
            text = decompress(data[start : start + LONGEST])
            if text.startswith(b"Attribut"):
                found.append((start, text))
        at = data.find(_BEGINNING, at + 1)
    return found
