"""Formulas as Excel stores them: a row of tokens for a stack, turned into a tree. Format: [MS-XLS] 2.5.198."""

import struct
from collections.abc import Callable
from functools import cache

from anshin.engine.formats.xlm.formula import Node
from anshin.engine.wording import load_data

UNKNOWN = Node("value")
_BINARY = {
    0x03: "+",
    0x04: "-",
    0x05: "*",
    0x06: "/",
    0x07: "^",
    0x08: "&",
    0x09: "<",
    0x0A: "<=",
    0x0B: "=",
    0x0C: ">=",
    0x0D: ">",
    0x0E: "<>",
    0x0F: " ",
    0x10: ",",
    0x11: ":",
}
_SKIPPED = {
    False: {
        0x01: 4,
        0x02: 4,
        0x1C: 1,
        0x20: 7,
        0x26: 6,
        0x27: 6,
        0x28: 6,
        0x29: 2,
        0x2A: 4,
        0x2B: 8,
        0x2D: 8,
        0x25: 8,
        0x3B: 10,
        0x3C: 6,
        0x3D: 10,
    },
    True: {
        0x01: 4,
        0x02: 4,
        0x1C: 1,
        0x20: 14,
        0x26: 6,
        0x27: 6,
        0x28: 6,
        0x29: 2,
        0x2A: 6,
        0x2B: 12,
        0x2D: 12,
        0x25: 12,
        0x3B: 14,
        0x3C: 8,
        0x3D: 14,
    },
}
"""Lengths of tokens whose value is of no use here, in BIFF8 and in BIFF12."""
MAX_TOKENS = 8000


@cache
def _functions() -> dict[int, tuple[str, int]]:
    return {
        number: (row[0], row[1] if len(row) > 1 else -1)
        for number, row in load_data("formats/xlm/functions.yaml").items()
    }


class TokenReader:
    """Reads the tokens of one formula."""

    def __init__(self, data: bytes, *, wide: bool, sheets: list[int], names: list[str]) -> None:
        """`wide` is BIFF12; `sheets` maps external sheet numbers, `names` the numbers of defined names (from 1)."""
        self._data = data
        self._wide = wide
        self._sheets = sheets
        self._names = names
        self._at = 0
        self._stack: list[Node] = []

    def tree(self) -> Node | None:
        """Return the formula, as far as it can be read; None where nothing can."""
        count = 0
        try:
            while self._at < len(self._data) and count < MAX_TOKENS:
                count += 1
                if not self._token():
                    break
        except (struct.error, IndexError):
            pass
        return self._stack[-1] if self._stack else None

    def _pop(self) -> Node:
        return self._stack.pop() if self._stack else UNKNOWN

    def _read(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def _token(self) -> bool:
        code = self._data[self._at]
        self._at += 1
        base = code if code < 0x40 else (code & 0x1F) | 0x20
        if base in _BINARY:
            self._binary(base)
        elif base in {0x13, 0x14}:
            self._stack.append(Node("call", name="u-" if base == 0x13 else "%", parts=(self._pop(),)))
        elif base == 0x16:
            self._stack.append(UNKNOWN)
        elif base in _READERS:
            _READERS[base](self, base)
        elif base in _SKIPPED[self._wide]:
            self._at += _SKIPPED[self._wide][base]
            if base not in {0x26, 0x27, 0x28, 0x29}:
                self._stack.append(UNKNOWN)
        else:
            return base in {0x12, 0x15}
        return True

    def _binary(self, base: int) -> None:
        right, left = self._pop(), self._pop()
        parts: tuple[Node, ...] = (left, right)
        if base == 0x08 and left.kind == "call" and left.name == "&":
            parts = (*left.parts, right)  # a chain of joins stays flat, however long
        self._stack.append(Node("call", name=_BINARY[base], parts=parts))

    def constant(self, base: int) -> None:
        """Push a constant."""
        if base == 0x17:
            self._stack.append(Node("value", value=self._string()))
        elif base == 0x1D:
            self._stack.append(Node("value", value=float(self._read("<B")[0])))
        elif base == 0x1E:
            self._stack.append(Node("value", value=float(self._read("<H")[0])))
        else:
            self._stack.append(Node("value", value=float(self._read("<d")[0])))

    def _string(self) -> str:
        if self._wide:
            (count,) = self._read("<H")
            double = 1
        else:
            count, double = self._read("<BB")
        size = count * 2 if double & 1 else count
        raw = self._data[self._at : self._at + size]
        self._at += size
        return raw.decode("utf-16-le" if double & 1 else "latin-1", "replace")

    def attribute(self, _base: int) -> None:
        """Read a remark for the calculator; one kind is a sum."""
        flags, size = self._read("<BH")
        if flags & 0x04:
            self._at += (size + 1) * 2
        elif flags & 0x10:
            self._stack.append(Node("call", name="SUM", parts=(self._pop(),)))

    def function_(self, base: int) -> None:
        """Push a call."""
        count = -1
        if base == 0x22:
            count = self._read("<B")[0] & 0x7F
        (number,) = self._read("<H")
        name, fixed = _functions().get(number, (f"F{number}", -1))
        if count < 0:
            count = fixed if fixed >= 0 else 1
        parts = tuple(reversed([self._pop() for _ in range(min(count, 64))]))
        if number == 255 and parts:  # a function by name: the name is the first argument
            name = (parts[0].name or "USER").upper()
            parts = parts[1:]
        self._stack.append(Node("call", name=name, parts=parts))

    def reference(self, base: int) -> None:
        """Push a cell or a name."""
        if base in {0x23, 0x39}:
            if base == 0x39:
                self._read("<H")
            number = self._read("<I")[0]
            name = self._names[number - 1] if 0 < number <= len(self._names) else ""
            self._stack.append(Node("name", name=name))
            return
        sheet = -1
        if base == 0x3A:
            (number,) = self._read("<H")
            sheet = self._sheets[number] if number < len(self._sheets) else -2
        row, column = self._read("<IH") if self._wide else self._read("<HH")
        self._stack.append(Node("cell", sheet=sheet, cell=(row, column & 0x3FFF)))


_READERS: dict[int, Callable[[TokenReader, int], None]] = {
    **dict.fromkeys((0x17, 0x1D, 0x1E, 0x1F), TokenReader.constant),
    0x19: TokenReader.attribute,
    **dict.fromkeys((0x21, 0x22), TokenReader.function_),
    **dict.fromkeys((0x23, 0x24, 0x2C, 0x39, 0x3A), TokenReader.reference),
}
