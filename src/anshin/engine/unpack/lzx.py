"""LZX, the compression of cabinet and help files (MS-PATCH 2; the cabinet format's "LZX DELTA" is another one).

No free library reads it from memory; speed is about a megabyte a second, and the caller bounds what comes out.
"""

import struct
from typing import Any

import numpy as np

from anshin.engine.budget import Budget

FRAME = 32_768
_SLOTS = {15: 30, 16: 32, 17: 34, 18: 36, 19: 38, 20: 42, 21: 50}
_EXTRA = [0, 0, 0, 0, *(n // 2 for n in range(2, 34)), *([17] * 15)]
_BASE = [0]
for _bits in _EXTRA[:-1]:
    _BASE.append(_BASE[-1] + (1 << _bits))
_MASK = [(1 << n) - 1 for n in range(80)]
_LENGTHS = 249


class LzxDamaged(Exception):  # noqa: N818 -- a signal to the container
    """The data contradict themselves; what came out before stands."""


class _Tree:
    """A Huffman tree as one table: every code of `bits` bits leads to a symbol."""

    def __init__(self, lengths: list[int]) -> None:
        sizes = np.asarray(lengths, dtype=np.int64)
        self.lengths = lengths
        self.bits = int(sizes.max(initial=0))
        if not self.bits:
            self.table: list[int] = []
            return
        symbols = np.flatnonzero(sizes)
        symbols = symbols[np.argsort(sizes[symbols], kind="stable")]
        table = np.repeat(symbols, 1 << (self.bits - sizes[symbols]))
        if table.size > 1 << self.bits:
            raise LzxDamaged("a tree has too many leaves")
        self.table = table.tolist() + [-1] * ((1 << self.bits) - table.size)


class Lzx:
    """One stream; `out` holds everything that came out."""

    def __init__(self, data: bytes, window_bits: int, budget: Budget) -> None:
        """Begin; raises `LzxDamaged` for a window of no allowed size."""
        if window_bits not in _SLOTS:
            raise LzxDamaged("window")
        self.out = bytearray()
        self._budget = budget
        self._data = data
        self._words: list[int] = np.frombuffer(data[: len(data) // 2 * 2], dtype="<u2").tolist()
        if len(data) % 2:
            self._words.append(data[-1])
        self._at = 0  # the next word
        self._hold = self._left = 0  # bits read and not used yet
        self._slots = _SLOTS[window_bits]
        self._translated = 0
        self.reset()

    def reset(self) -> None:
        """Forget trees and distances, as the container may ask for; a header follows in the data."""
        self._recent = [1, 1, 1]
        self._main = [0] * (256 + 8 * self._slots)
        self._length = [0] * _LENGTHS
        self._trees: tuple[Any, Any, Any] = (None, None, None)
        self._kind = self._block = 0
        self._odd = False
        self._header = False
        self._calls = 0

    def run(self, total: int, reset_frames: int = 0) -> None:
        """Unpack until `total` bytes are out. Raises `LzxDamaged` and `LimitHit`."""
        while len(self.out) < total:
            self._budget.check_time()
            if reset_frames and len(self.out) % (reset_frames * FRAME) == 0 and self.out:
                self.reset()
            if not self._header:
                self._header = True
                if self._bits(1):
                    self._calls = self._bits(16) << 16 | self._bits(16)
            start = len(self.out)
            self._frame(min(total, start + FRAME - start % FRAME))
            del self.out[total:]  # the last match may reach beyond the end
            self._align()
            if self._calls:
                self._restore_calls(start)

    @property
    def overran(self) -> bool:
        """Whether more was read than there is: what came out last is not to be trusted."""
        return self._at - self._left // 16 > len(self._words)

    # --- bits

    def _fill(self) -> None:
        if self._at >= len(self._words) + 4:
            raise LzxDamaged("the data end too early")
        word = self._words[self._at] if self._at < len(self._words) else 0
        self._at += 1
        self._hold = self._hold << 16 | word
        self._left += 16

    def _bits(self, count: int) -> int:
        while self._left < count:
            self._fill()
        self._left -= count
        value = self._hold >> self._left
        self._hold &= _MASK[self._left]
        return value

    def _align(self) -> None:
        self._left -= self._left % 16
        self._hold &= _MASK[self._left]

    def _symbol(self, tree: _Tree) -> int:
        while self._left < 16:
            self._fill()
        symbol = tree.table[self._hold >> (self._left - tree.bits)] if tree.bits else -1
        if symbol < 0:
            raise LzxDamaged("a code leads nowhere")
        self._left -= tree.lengths[symbol]
        self._hold &= _MASK[self._left]
        return symbol

    # --- blocks

    def _frame(self, stop: int) -> None:
        while len(self.out) < stop:
            if not self._block:
                self._begin_block()
            size = min(self._block, stop - len(self.out))
            before = len(self.out)
            if self._kind == 3:
                self._copy(size)
            else:
                self._decode(before + size)
            self._block -= len(self.out) - before
            if len(self.out) > stop and stop % FRAME == 0:
                raise LzxDamaged("a match leaves its frame")

    def _begin_block(self) -> None:
        if self._odd:  # a stored block of odd length is padded
            self._rewind(1)
            self._odd = False
        self._kind = self._bits(3)
        self._block = self._bits(16) << 8 | self._bits(8)
        if self._kind not in {1, 2, 3} or not self._block:
            raise LzxDamaged("unknown block")
        if self._kind == 3:
            self._begin_stored()
            return
        aligned = _Tree([self._bits(3) for _ in range(8)]) if self._kind == 2 else None
        self._read_lengths(self._main, 0, 256)
        self._read_lengths(self._main, 256, len(self._main))
        self._read_lengths(self._length, 0, _LENGTHS)
        self._trees = _Tree(list(self._main)), _Tree(list(self._length)), aligned

    def _begin_stored(self) -> None:
        if self._left == 0:
            self._bits(16)  # padding up to the next word is 1 to 16 bits
        else:
            self._align_down()
        self._recent = list(struct.unpack("<3I", self._take(12)))
        self._odd = bool(self._block & 1)

    def _align_down(self) -> None:
        """Drop the bits of the current word, and give back whole words that were read ahead."""
        self._at -= self._left // 16
        self._hold = self._left = 0

    def _byte_place(self) -> int:
        return 2 * self._at - self._left // 8

    def _take(self, count: int) -> bytes:
        place = self._byte_place()
        piece = self._data[place : place + count]
        if len(piece) < count:
            raise LzxDamaged("the data end too early")
        self._go(place + count)
        return piece

    def _go(self, place: int) -> None:
        """Go on at a byte; in the middle of a word its second half is kept as 8 bits."""
        self._at, self._hold, self._left = place // 2, 0, 0
        if place % 2:
            self._at += 1
            self._hold, self._left = self._data[place], 8  # only ever read as bytes

    def _rewind(self, _: int) -> None:
        place = self._byte_place()
        self._go(place + 1 if place % 2 else place)

    def _copy(self, size: int) -> None:
        self.out += self._take(size)

    def _read_lengths(self, lengths: list[int], at: int, stop: int) -> None:
        tree = _Tree([self._bits(4) for _ in range(20)])
        while at < stop:
            symbol = self._symbol(tree)
            if symbol == 17:
                run, value = self._bits(4) + 4, 0
            elif symbol == 18:
                run, value = self._bits(5) + 20, 0
            elif symbol == 19:
                run = self._bits(1) + 4
                value = (lengths[at] - self._symbol(tree)) % 17
            else:
                run, value = 1, (lengths[at] - symbol) % 17
            run = min(run, stop - at)
            lengths[at : at + run] = [value] * run
            at += run

    def _decode(self, stop: int) -> None:
        """Decode literals and matches until `stop` bytes are out."""
        main, length_tree, aligned = self._trees
        out, words, recent = self.out, self._words, self._recent
        table, sizes, width = main.table, main.lengths, main.bits
        if not width:
            raise LzxDamaged("an empty tree")
        at, hold, left, count = self._at, self._hold, self._left, len(self._words)
        position = len(out)
        while position < stop:
            while left < 32:
                hold = hold << 16 | (words[at] if at < count else 0)
                at += 1
                left += 16
            symbol = table[hold >> (left - width)]
            if symbol < 0 or at > count + 4:
                raise LzxDamaged("a code leads nowhere")
            left -= sizes[symbol]
            hold &= _MASK[left]
            if symbol < 256:
                out.append(symbol)
                position += 1
                continue
            self._at, self._hold, self._left = at, hold, left
            length, distance = self._match(symbol - 256, length_tree, aligned, recent)
            at, hold, left = self._at, self._hold, self._left
            start = position - distance
            if start < 0:
                raise LzxDamaged("a match before the beginning")
            if distance >= length:
                out += out[start : start + length]
            else:
                out += (bytes(out[start:]) * (length // distance + 1))[:length]
            position += length
        self._at, self._hold, self._left = at, hold, left

    def _match(self, symbol: int, length_tree: _Tree, aligned: _Tree | None, recent: list[int]) -> tuple[int, int]:
        length = symbol & 7
        if length == 7:
            length += self._symbol(length_tree)
        slot = symbol >> 3
        if slot < 3:
            distance = recent[slot]
            recent[slot] = recent[0]
            recent[0] = distance
            return length + 2, max(1, distance)
        extra = _EXTRA[slot]
        if aligned is not None and extra >= 3:
            value = self._bits(extra - 3) << 3 if extra > 3 else 0
            value += self._symbol(aligned)
        else:
            value = self._bits(extra) if extra else 0
        distance = _BASE[slot] - 2 + value
        recent[2], recent[1], recent[0] = recent[1], recent[0], distance
        return length + 2, max(1, distance)

    def _restore_calls(self, start: int) -> None:
        """Turn the targets of x86 calls back from absolute to relative (E8 translation)."""
        out, stop = self.out, len(self.out)
        if start >= 1 << 30 or stop - start <= 10:
            return
        at = start
        while (at := out.find(b"\xe8", at, stop - 10)) >= 0:
            (target,) = struct.unpack_from("<i", out, at + 1)
            if -at <= target < self._calls:
                value = target - at if target >= 0 else target + self._calls
                struct.pack_into("<I", out, at + 1, value & 0xFFFFFFFF)
            at += 5
