"""What does not belong into a picture, taken out: programs as text, scripts, PHP, and what stands behind its end."""

import base64
import binascii
import re
import string
import zlib
from collections.abc import Iterator

from anshin.engine.formats.markers import MOST_MATCHES, Marker

_PHP = re.compile(rb"<\?(?:php\b|= {0,2}[$@A-Za-z_`(])|<script language ?= ?[\"']?php", re.IGNORECASE)
_SCRIPT = re.compile(rb"<script[ >/]|<hta:application|javascript:eval\(", re.IGNORECASE)
_RUN = re.compile(rb"[A-Za-z0-9+/]*")
_ALPHABET = string.ascii_letters.encode() + string.digits.encode() + b"+/"
LONG_RUN = 4000
"""Characters of Base64 in a row that no pixels have."""
_LONG = re.compile(rb"[A-Za-z0-9+/]{400,}={0,2}")
_HEX = re.compile(rb"(?:4d5a)[0-9a-f]{800,}", re.IGNORECASE)
LONGEST = 256 * 1024
MOST = 4
MOST_TEXT = 16 * 1024 * 1024
_PROGRAMS = (b"MZ", b"\x7fELF", b"PK\x03\x04", b"dex\n", b"\x1f\x8b")


def php(data: bytes) -> bytes:
    """Return the PHP in a picture, from its first mark to its last end."""
    start = _PHP.search(data)
    if start is None:
        return b""
    end = data.rfind(b"?>", start.start())
    stop = end + 2 if end >= 0 else len(data)
    return data[start.start() : min(stop, start.start() + LONGEST)]


def script(data: bytes) -> bytes:
    """Return the HTML or script in a picture, from its first mark to its last end."""
    start = _SCRIPT.search(data)
    if start is None:
        return b""
    end = max(data.lower().rfind(mark, start.start()) for mark in (b"</script>", b"</html>", b"</body>"))
    stop = end + 9 if end >= 0 else len(data)
    return data[start.start() : min(stop, start.start() + LONGEST)]


def long_base64(data: bytes) -> Marker | None:
    """Return where the first `LONG_RUN` characters of Base64 in a row begin, and at how many places some do (bounded).

    A run of that length has a character at one of every `LONG_RUN` offsets: only those are looked at, and around them.
    """
    first, count, at = -1, 0, LONG_RUN - 1
    while at < len(data) and count < MOST_MATCHES:
        if data[at] not in _ALPHABET:
            at += LONG_RUN
            continue
        before = data[at - LONG_RUN + 1 : at]
        start = at - len(before) + len(before.rstrip(_ALPHABET))
        run = _RUN.match(data, at)
        end = run.end() if run else at
        if end - start >= LONG_RUN:
            first = start if first < 0 else first
            count += end - start - LONG_RUN + 1
        at = end + (LONG_RUN - 1 - end) % LONG_RUN
    return Marker(first, min(count, MOST_MATCHES)) if count else None


def programs(data: bytes) -> Iterator[bytes]:
    """Yield programs and archives that stand in a picture as Base64, also backwards, or as hexadecimal digits."""
    count = 0
    for match in _LONG.finditer(data):
        for text in (match.group(), match.group().rstrip(b"=")[::-1]):
            raw = _decoded(text[:MOST_TEXT])
            if raw.startswith(_PROGRAMS):
                count += 1
                yield raw
        if count >= MOST:
            return
    for match in _HEX.finditer(data):
        raw = binascii.unhexlify(match.group()[: len(match.group()) // 2 * 2])
        count += 1
        yield raw
        if count >= MOST:
            return


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text[: len(text) // 4 * 4] or text)
    except (binascii.Error, ValueError):
        return b""


def inflated(data: bytes) -> bytes:
    """Return the text of a compressed text part of a PNG (behind its key word), `LONGEST` bytes at most."""
    _, _, rest = data.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(rest[1:], LONGEST)
    except zlib.error:
        return b""


def polyglot_script(data: bytes, kind: str) -> bytes:
    """Return the JavaScript of a picture whose first bytes are a comment or an assignment to a script reader."""
    start = {"gif": 6, "bmp": 2, "jpeg": 4}.get(kind, 0)
    if not start:
        return b""
    if data.startswith(b"/*", start):
        end = data.find(b"*/", start + 2)
        rest = data[end + 2 : end + 2 + LONGEST] if end > 0 else b""
    elif kind != "jpeg" and data[start : start + 1] == b"=":
        rest = data[start : start + LONGEST]
    else:
        return b""
    readable = sum(32 <= c < 127 or c in b"\t\r\n" for c in rest[:32])
    return rest if readable >= 30 else b""
