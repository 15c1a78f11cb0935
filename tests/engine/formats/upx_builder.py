"""Packs a program as UPX lays it out, by hand: literals and one match are all that the streams hold."""

import lzma
import struct


class Stream:
    """Bits and bytes mixed as NRV mixes them: a word is fetched when its first bit is asked for."""

    def __init__(self, width: int = 32) -> None:
        self.out = bytearray()
        self._width = width
        self._at = 0
        self._left = 0

    def bits(self, *values: int) -> None:
        step = self._width // 8
        for value in values:
            if not self._left:
                self._at, self._left = len(self.out), self._width
                self.out += bytes(step)
            self._left -= 1
            word = int.from_bytes(self.out[self._at : self._at + step], "little") | value << self._left
            self.out[self._at : self._at + step] = word.to_bytes(step, "little")

    def byte(self, value: int) -> None:
        self.out.append(value)

    def literals(self, data: bytes) -> None:
        for value in data:
            self.bits(1)
            self.byte(value)


def _number(value: int, *, old: bool) -> list[int]:
    """Return the bits of an offset: each bit with a flag whether it is the last; newer methods add one in between."""
    found: list[int] = []
    last = 1
    while value > 1:
        found = [value & 1, last, *found]
        last, value = 0, value >> 1
        if not old and value > 1:
            found = [value & 1, *found]
            value = (value >> 1) + 1
    return found


def nrv(data: bytes, method: int) -> bytes:
    """Return `data` plus four (2B) or three (2D, 2E) repetitions of its last two bytes, packed."""
    old = method in {2, 3}
    stream = Stream(8 if method in {3, 6, 9} else 32)
    stream.literals(data)
    stream.bits(0, 1, 1)
    stream.byte(1 if old else 2)  # two bytes back
    stream.bits(*((1, 1) if old else (1,)))
    stream.bits(0, *_number(0x1000002, old=old))
    stream.byte(0xFF)
    return bytes(stream.out) + bytes(4)


def repeated(data: bytes, method: int) -> bytes:
    """Return what `nrv` packs."""
    count = {2: 4, 3: 4, 5: 4, 6: 4, 8: 3, 9: 3}[method]
    return data + (data[-2:] * 4)[:count]


def upx(program: bytes, method: int = 14, *, marks: bool = True, magic: bytes = b"UPX!") -> bytes:
    """Return a program packed by one method: header in a stored block, then the rest."""
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    head, rest = program[:232], program[232:]
    if method == 14:
        packed, whole = b"\x1a\x03" + lzma.compress(rest, lzma.FORMAT_RAW, filters=filters), len(rest)
    else:
        packed, whole = nrv(rest, method), len(repeated(rest, method))
    blocks = struct.pack("<IIBBBB", len(head), len(head), method, 0, 0, 0) + head
    blocks += struct.pack("<IIBBBB", max(whole, len(packed) + 1), len(packed), method, 0, 0, 0) + packed
    sizes = struct.pack("<III", 0, len(program), len(program)) if marks else bytes(12)
    info = bytes(4) + magic + struct.pack("<HBB", 0, 13, 22) + sizes
    size = 64 + 56 + len(info) + len(blocks) + 12
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 4096)
    return b"\x7fELF\x02\x01\x01" + bytes(9) + header + segment + info + blocks + bytes(12)
