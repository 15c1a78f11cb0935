"""Equation Editor 3.0 objects: the overlong font name that Windows' old editor copies over its own return address.

Format: MTEF version 3; CVE-2017-11882 (font), CVE-2018-0802 (font, second copy).
"""

import struct

FONT = 8
LONGEST_FONT = 40
"""Bytes that the editor has room for; real font names are at most 31 long."""


def overlong_font(data: bytes) -> bool:
    """Whether the equation in the stream `data` (with its 28-byte header or without) holds such a font name."""
    for start in (28, 0):
        if start == 28 and len(data) > 30 and struct.unpack_from("<H", data)[0] not in {0x1C, 0x20}:
            continue
        body = data[start:]
        if len(body) > 8 and body[0] in {1, 2, 3, 4, 5} and _walk(body):
            return True
    return False


def _walk(body: bytes) -> bool:
    """Look for a font record near the beginning, where the editor reads it before any character."""
    at = 5
    for _ in range(64):
        if at >= len(body):
            return False
        tag = body[at] & 0x0F
        if tag == FONT:
            end = body.find(b"\0", at + 3)
            length = (end if end >= 0 else len(body)) - at - 3
            if length > LONGEST_FONT:
                return True
            at += 4 + max(0, length)
        elif tag in {0, 10, 11, 12, 13, 14}:
            at += 1
        elif tag in {1, 4}:  # line, pile: options, then their own records
            at += 1 + (2 if body[at] & 0x10 else 0) + (2 if tag == 4 else 0)
        elif tag == 9:
            at += 3
        else:
            return False
    return False
