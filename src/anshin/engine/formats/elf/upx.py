"""Unpacks what UPX has packed, so that the program itself is judged and not its wrapping.

`upx -d` refuses a file whose marks were changed, which is why malware changes them; only the sizes of the blocks are
believed here. Code that UPX has filtered stays filtered: names and strings are what is looked for.
Format: UPX 3 and 4, `src/stub/src/include/linux.h` (l_info, p_info, b_info); UCL, NRV2B, NRV2D and NRV2E.
"""

import lzma
import struct
from collections.abc import Callable
from typing import Literal

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.elf.image import Image

SLOWEST = 1024 * 1024
"""Most bytes of the program that are unpacked by the methods that need a loop of our own, which takes 1 s for 1 MiB."""
LARGEST = 64 * 1024 * 1024
MOST_BLOCKS = 64
LZMA = 14
_WORDS = {2: 32, 5: 32, 8: 32, 3: 8, 6: 8, 9: 8}  # method -> bits that are read at once
_FIRST_BLOCK = 24  # l_info and p_info stand before it


def start_of(image: Image) -> int | None:
    """Return where the first block stands, or None where the file is not laid out as UPX does it."""
    data, order = image.data, image.order
    at = (64 + 56 * len(image.segments)) if image.bits == 2 else (52 + 32 * len(image.segments))
    if image.sections or not 1 <= len(image.segments) <= 8:
        return None
    for start in (at + _FIRST_BLOCK, at + _FIRST_BLOCK + 8):  # version 4 aligns
        head = data[start : start + 12]
        if len(head) < 12:
            return None
        whole, packed, method = struct.unpack(f"{order}IIBxxx", head)
        if 52 <= whole <= 4096 and 0 < packed <= whole and (method in _WORDS or method == LZMA):
            version, form = data[at + 10], data[at + 11]
            if 10 <= version <= 20 and 10 <= form <= 160:
                return start
    return None


def unpacked(image: Image, start: int, budget: Budget) -> bytes:
    """Return the program; empty where the blocks are not what they say.

    Raises `LimitHit("size")` for one that takes too long here.
    """
    data, order = image.data, image.order
    out = bytearray()
    at = start
    for _ in range(MOST_BLOCKS):
        if at + 12 > len(data):
            break
        whole, packed, method = struct.unpack_from(f"{order}IIBxxx", data, at)
        if not 0 < packed <= whole <= LARGEST or at + 12 + packed > len(data):
            break
        piece = data[at + 12 : at + 12 + packed]
        if packed < whole:
            if method in _WORDS and len(out) + whole > SLOWEST:
                raise LimitHit("size")
            piece = _block(piece, whole, method, order, budget)
            if not piece:
                break
        budget.spend(len(piece))
        out += piece
        at += 12 + packed
    if not out.startswith(b"\x7fELF") or len(out) <= len(data) // 2 or len(out) < 64:
        return b""
    return _without_sections(out, image)


def _without_sections(out: bytearray, image: Image) -> bytes:
    """UPX drops the section table and leaves the header that points to it; nobody has forged that."""
    at, count, width = (40, 60, 8) if image.bits == 2 else (32, 48, 4)
    endian: Literal["little", "big"] = "little" if image.order == "<" else "big"
    if int.from_bytes(out[at : at + width], endian) >= len(out):
        out[at : at + width] = bytes(width)
        out[count : count + 4] = bytes(4)
    return bytes(out)


def _block(data: bytes, size: int, method: int, order: str, budget: Budget) -> bytes:
    if method == LZMA:
        return _lzma(data, size)
    if method not in _WORDS:
        return b""
    for attempt in (order, "<" if order == ">" else ">"):  # the methods say LE, but some stubs read their own order
        try:
            return _nrv(data, size, method, attempt, budget)
        except IndexError:
            continue
    return b""


def _lzma(data: bytes, size: int) -> bytes:
    """UPX writes two bytes of properties of its own before the stream."""
    if len(data) < 3:
        return b""
    position, literal = data[0] & 7, data[1]
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 26, "lc": literal & 15, "lp": literal >> 4, "pb": position}]
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(data[2:], size)
    except (lzma.LZMAError, ValueError):
        return b""


def _bits(data: bytes, width: int, order: str) -> tuple[Callable[[], int], Callable[[], int]]:
    """Return functions that fetch the next bit and the next byte of a stream in which both stand mixed."""
    at, word, left = 0, 0, 0
    step = width // 8
    endian: Literal["little", "big"] = "little" if order == "<" else "big"

    def bit() -> int:
        nonlocal at, word, left
        if not left:
            if at + step > len(data):
                raise IndexError
            word, left = int.from_bytes(data[at : at + step], endian), width
            at += step
        left -= 1
        return word >> left & 1

    def byte() -> int:
        nonlocal at
        at += 1
        return data[at - 1]

    return bit, byte


def _nrv(data: bytes, size: int, method: int, order: str, budget: Budget) -> bytes:
    """Unpack one block; raises IndexError where the stream ends too early or points before its beginning."""
    bit, byte = _bits(data, _WORDS[method], order)
    old = method in {2, 3}
    far = 0xD00 if old else 0x500
    length_of = _length_2b if old else _length_2d if method in {5, 6} else _length_2e
    out = bytearray()
    last = 1
    while True:
        while bit():
            out.append(byte())
        if not len(out) & 0xFFF:
            budget.check_time()
        offset = _offset(bit, old=old)
        first = 0
        if offset == 2:
            offset = last
            first = 0 if old else bit()
        else:
            offset = (offset - 3) * 256 + byte()
            if offset == 0xFFFFFFFF:
                return bytes(out[:size])
            if not old:
                first, offset = (offset ^ 1) & 1, offset >> 1
            offset += 1
            last = offset
        count = length_of(bit, first) + (offset > far) + 1
        start = len(out) - offset
        if start < 0 or len(out) + count > size + 1:
            raise IndexError
        out += (out[start : start + count] * (1 + count // offset))[:count]


def _offset(bit: Callable[[], int], *, old: bool) -> int:
    value = 1
    while value < 1 << 26:
        value = value * 2 + bit()
        if bit():
            return value
        if not old:
            value = (value - 1) * 2 + bit()
    raise IndexError


def _grown(bit: Callable[[], int]) -> int:
    value = 1
    while True:
        value = value * 2 + bit()
        if bit():
            return value
        if value > 1 << 26:
            raise IndexError


def _length_2b(bit: Callable[[], int], _: int) -> int:
    value = bit() * 2 + bit()
    return value or _grown(bit) + 2


def _length_2d(bit: Callable[[], int], first: int) -> int:
    value = first * 2 + bit()
    return value or _grown(bit) + 2


def _length_2e(bit: Callable[[], int], first: int) -> int:
    if first:
        return 1 + bit()
    if bit():
        return 3 + bit()
    return _grown(bit) + 3
