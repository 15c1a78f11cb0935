"""The stream filters (ISO 32000-1, 7.4), bounded, and as tolerant as readers are."""

import re
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from anshin.engine.budget import Budget
from anshin.engine.formats.pdf.lexer import unhex

PICTURES = frozenset({"DCTDecode", "DCT", "JPXDecode", "CCITTFaxDecode", "CCF", "JBIG2Decode"})
"""What only a picture is packed with: left as it is."""
MOST_FILTERS = 16
_SHORT = {
    "Fl": "FlateDecode",
    "LZW": "LZWDecode",
    "AHx": "ASCIIHexDecode",
    "A85": "ASCII85Decode",
    "RL": "RunLengthDecode",
}


def canonical(name: str) -> str:
    """Return the long name of a filter."""
    return _SHORT.get(name, name)


def decode(
    data: bytes, filters: Sequence[str], parameters: Sequence[Any], limit: int, budget: Budget
) -> tuple[bytes, bool]:
    """Return what the filters make of `data`, up to `limit` bytes, and whether all went well.

    Stops before the first filter of a picture or one that is unknown. Raises `LimitHit`.
    """
    whole = True
    for n, filter_name in enumerate(filters[:MOST_FILTERS]):
        name = canonical(filter_name)
        settings = parameters[n] if n < len(parameters) and isinstance(parameters[n], dict) else {}
        if name == "FlateDecode":
            data, good = _flate(data, limit)
        elif name == "LZWDecode":
            data, good = _lzw(data, limit, early=settings.get("EarlyChange") != 0, budget=budget)
        elif name == "ASCIIHexDecode":
            data, good = unhex(data.split(b">", 1)[0][: 2 * limit]), True
        elif name == "ASCII85Decode":
            data, good = _ascii85(data, limit)
        elif name == "RunLengthDecode":
            data, good = _run_length(data, limit, budget)
        else:
            return data, whole and name == "Crypt"
        budget.spend(len(data))
        whole = whole and good
        if name in {"FlateDecode", "LZWDecode"} and settings:
            data = _unpredicted(data, settings)
    return data, whole and len(filters) <= MOST_FILTERS


def _flate(data: bytes, limit: int) -> tuple[bytes, bool]:
    machine = zlib.decompressobj()
    try:
        out = machine.decompress(data, limit)
    except zlib.error:
        return _flate_damaged(data, limit), False
    return out, machine.eof or len(out) == limit


def _flate_damaged(data: bytes, limit: int) -> bytes:
    """Return what comes out before the damage: readers show it as well. Without a header it may be bare deflate."""
    for bits, start in ((zlib.MAX_WBITS, 0), (-zlib.MAX_WBITS, 0), (-zlib.MAX_WBITS, 2)):
        machine = zlib.decompressobj(bits)
        out: list[bytes] = []
        size = 0
        try:
            for at in range(start, len(data), 1024):
                out.append(machine.decompress(data[at : at + 1024], limit - size))
                size += len(out[-1])
                if machine.eof or size >= limit:
                    break
        except zlib.error:
            pass
        if size > 64:
            return b"".join(out)
    return b""


def _lzw(data: bytes, limit: int, *, early: bool, budget: Budget) -> tuple[bytes, bool]:
    table: list[bytes] = [bytes([n]) for n in range(256)] + [b"", b""]
    out: list[bytes] = []
    size = hold = bits = 0
    width, previous = 9, b""
    for position, byte in enumerate(data):
        if not position & 0xFFF:
            budget.check_time()
        hold = (hold << 8 | byte) & 0xFFFFFF
        bits += 8
        if bits < width:
            continue
        bits -= width
        code = hold >> bits & ((1 << width) - 1)
        if code == 256:
            del table[258:]
            width, previous = 9, b""
            continue
        if code == 257:
            return b"".join(out), True
        if code < len(table):
            entry = table[code]
        elif code == len(table) and previous:
            entry = previous + previous[:1]
        else:
            return b"".join(out), False
        out.append(entry)
        size += len(entry)
        if size >= limit:
            return b"".join(out)[:limit], True
        if previous and len(table) < 4096:
            table.append(previous + entry[:1])
        previous = entry
        width = min(12, max(9, (len(table) + early).bit_length()))
    return b"".join(out), False


def _ascii85(data: bytes, limit: int) -> tuple[bytes, bool]:
    data = data.lstrip(b"\x00\t\n\f\r ").removeprefix(b"<~").split(b"~", 1)[0]
    data = re.sub(rb"[\x00\t\n\f\r ]+", b"", data)[: limit // 4 * 5 + 5]
    data = data.replace(b"z", b"!!!!!")[: limit // 4 * 5 + 5]
    pad = -len(data) % 5
    raw = np.frombuffer(data + b"u" * pad, dtype=np.uint8).astype(np.int64) - 33
    good = bool(raw.size == 0 or ((raw >= 0) & (raw < 85)).all())
    words = raw.reshape(-1, 5) @ np.array([85**4, 85**3, 85**2, 85, 1], dtype=np.int64)
    out = (words & 0xFFFFFFFF).astype(">u4").tobytes()
    return (out[:-pad] if pad else out)[:limit], good


def _run_length(data: bytes, limit: int, budget: Budget) -> tuple[bytes, bool]:
    out: list[bytes] = []
    size = at = steps = 0
    while at < len(data) and size < limit:
        steps += 1
        if not steps & 0xFFF:
            budget.check_time()
        length = data[at]
        if length == 128:
            return b"".join(out), True
        if length < 128:
            piece = data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            piece = data[at + 1 : at + 2] * (257 - length)
            at += 2
        out.append(piece)
        size += len(piece)
    return b"".join(out)[:limit], size >= limit


def _unpredicted(data: bytes, settings: dict[str, Any]) -> bytes:
    """Undo the predictor: rows of PNG filters, or differences of TIFF (8 bits only)."""
    predictor = settings.get("Predictor")
    values = [settings.get(k, d) for k, d in (("Colors", 1), ("BitsPerComponent", 8), ("Columns", 1))]
    if not isinstance(predictor, int) or predictor < 2 or not all(isinstance(v, int) and v > 0 for v in values):
        return data
    colors, bits, columns = values
    step = max(1, colors * bits // 8)
    width = (colors * bits * columns + 7) // 8
    if width > 1 << 20 or not data:
        return data
    if predictor == 2:
        return _sum_rows(data, width, step) if bits == 8 else data
    count = -(-len(data) // (width + 1))
    rows = np.frombuffer(data.ljust(count * (width + 1), b"\0"), dtype=np.uint8).reshape(count, width + 1)
    out = np.zeros((count + 1, width), dtype=np.uint8)
    if (rows[:, 0] == 2).all():
        return np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8).tobytes()
    for n in range(count):
        out[n + 1] = _row(int(rows[n, 0]), rows[n, 1:], out[n], step)
    return out[1:].tobytes()


def _sum_rows(data: bytes, width: int, step: int) -> bytes:
    count = -(-len(data) // width)
    raw = np.frombuffer(data.ljust(count * width, b"\0"), dtype=np.uint8).reshape(count, width)
    if width % step:
        return data
    return np.cumsum(raw.reshape(count, width // step, step), axis=1, dtype=np.uint8).tobytes()[: len(data)]


def _row(kind: int, row: Any, above: Any, step: int) -> Any:
    if kind == 0 or kind > 4:
        return row
    if kind == 2:
        return row + above
    line, up = bytearray(row.tobytes()), above.tobytes()
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up[i]) // 2
        else:
            corner = up[i - step] if i >= step else 0
            base = left + up[i] - corner
            guess = _nearest(base, left, up[i], corner)
        line[i] = (line[i] + guess) & 255
    return np.frombuffer(bytes(line), dtype=np.uint8)


def _nearest(base: int, left: int, above: int, corner: int) -> int:
    """Return the one of the three that is nearest to `base`, the first of equals (Paeth)."""
    a, b, c = abs(base - left), abs(base - above), abs(base - corner)
    if a <= b and a <= c:
        return left
    return above if b <= c else corner
