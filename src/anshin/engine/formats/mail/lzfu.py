"""The compression of rich text in Outlook's messages (MS-OXRTFCP)."""

import struct

from anshin.engine.budget import Budget

_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
MOST = 16 * 1024 * 1024


def decompressed(data: bytes, budget: Budget) -> bytes:
    """Return the rich text, as far as it can be read. Raises `LimitHit`."""
    if len(data) < 16:
        return b""
    _, size, kind = struct.unpack_from("<III", data)
    if kind == 0x414C454D:  # stored
        return data[16 : 16 + size]
    if kind != 0x75465A4C:
        return b""
    out = bytearray(_START)  # the window of 4,096 bytes is the end of all that came out
    at, end = 16, min(len(data), MOST)
    most = min(size, MOST) + len(_START)
    while at < end and len(out) < most:
        control = data[at]
        at += 1
        budget.check_time()
        for bit in range(8):
            if control >> bit & 1:
                if not _copy(out, int.from_bytes(data[at : at + 2], "big")):
                    return bytes(out[len(_START) : most])
                at += 2
            elif at < end:
                out.append(data[at])
                at += 1
    return bytes(out[len(_START) : most])


def _copy(out: bytearray, token: int) -> bool:
    """Repeat what stands in the window; False at the mark of the end."""
    back = (len(out) - (token >> 4)) % 4096
    start = len(out) - back
    if not back or start < 0:
        return False
    length = (token & 15) + 2
    piece = out[start : start + length]
    while len(piece) < length:  # it repeats what it has just brought
        piece += piece[: length - len(piece)]
    out += piece
    return True
