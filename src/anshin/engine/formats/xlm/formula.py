"""Formulas as trees, and the values of those that are constant: texts joined from CHAR, MID, SUBSTITUTE and cells."""

from collections.abc import Callable
from dataclasses import dataclass, field

HOLE = "\x00"
LONGEST = 1 << 16
MAX_DEPTH = 60
Value = str | float | None  # None: unknown
Cell = tuple[int, int]  # row, column, both from 0


@dataclass(frozen=True, slots=True)
class Node:
    """A constant, a reference, or a call; operators are calls by their sign."""

    kind: str  # value, cell, name, call
    value: Value = None  # of a constant
    name: str = ""  # of a call or a name
    sheet: int = -1  # of a reference: index, or -1 for the formula's own
    cell: Cell = (0, 0)
    parts: tuple["Node", ...] = ()


@dataclass(slots=True)
class Sheet:
    """Cells of one sheet."""

    name: str
    macro: bool = False
    hidden: int = 0  # 0 visible, 1 hidden, 2 hidden so that the menu does not show it
    values: dict[Cell, Value] = field(default_factory=dict)
    formulas: dict[Cell, Node] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """A workbook as far as its macros need it."""

    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, Node] = field(default_factory=dict)  # lower case
    auto: list[str] = field(default_factory=list)  # names that make Excel run a macro by itself
    hidden_names: int = 0
    damaged: bool = False


class Evaluator:
    """Works out constants; follows cells and names, bounded in depth and steps."""

    def __init__(self, book: Book, steps: int = 100_000) -> None:
        """Read from `book`; `steps` bounds all evaluations together."""
        self._book = book
        self.steps = steps
        self.joined = 0  # pieces joined so far
        self.letters = 4 * LONGEST * 16  # of texts that may still be put together
        self._known: dict[tuple[int, Cell], Value] = {}

    def value(self, node: Node, sheet: int, depth: int = 0) -> Value:
        """Return the value of a tree on sheet number `sheet`."""
        self.steps -= 1
        if depth > MAX_DEPTH or self.steps < 0:
            return None
        if node.kind == "value":
            return node.value
        if node.kind == "cell":
            return self._cell(node.sheet if node.sheet >= 0 else sheet, node.cell, depth)
        if node.kind == "name":
            target = self._book.names.get(node.name)
            return self.value(target, sheet, depth + 1) if target else None
        return self._call(node, sheet, depth)

    def _cell(self, sheet: int, cell: Cell, depth: int) -> Value:
        key = (sheet, cell)
        if key in self._known:
            return self._known[key]
        if not 0 <= sheet < len(self._book.sheets):
            return None
        self._known[key] = None  # a circle ends here
        page = self._book.sheets[sheet]
        formula = page.formulas.get(cell)
        found = self.value(formula, sheet, depth + 1) if formula else None
        found = page.values.get(cell) if found is None else found
        self._known[key] = found
        return found

    def _call(self, node: Node, sheet: int, depth: int) -> Value:
        values = [self.value(part, sheet, depth + 1) for part in node.parts]
        if node.name in {"&", "CONCATENATE"}:
            self.joined += len(values)
            text = "".join(as_text(v) for v in values)
            return self.take(text)
        function = _FUNCTIONS.get(node.name)
        if function is None:
            return None
        try:
            found = function(values)
        except (TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError):
            return None
        return self.take(found) if isinstance(found, str) else found

    def take(self, text: str) -> str | None:
        """Count a text; None where it, or all texts together, are too long."""
        self.letters -= len(text)
        return text if len(text) <= LONGEST and self.letters > 0 else None


def as_text(value: Value) -> str:
    """Return a value as it stands in a joined text."""
    if value is None:
        return HOLE
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value


def calls(node: Node, depth: int = 0) -> list[Node]:
    """Return all calls in a tree, the outermost first."""
    if depth > MAX_DEPTH:
        return []
    found = [node] if node.kind == "call" else []
    for part in node.parts:
        found += calls(part, depth + 1)
        if len(found) > 2000:
            break
    return found


def _n(value: Value) -> float:
    if value is None:
        raise TypeError
    return float(value)


def _s(value: Value) -> str:
    if value is None:
        raise TypeError
    return as_text(value)


def _mid(v: list[Value]) -> Value:
    start = int(_n(v[1])) - 1
    return _s(v[0])[start : start + int(_n(v[2]))]


def _char(v: list[Value]) -> Value:
    return chr(int(_n(v[0])) & 0xFF)


def _if(v: list[Value]) -> Value:
    known = next((x for x in v[1:] if isinstance(x, str)), None)
    return known if v[0] is None else (v[1] if _n(v[0]) else (v[2] if len(v) > 2 else 0.0))


def _substitute(v: list[Value]) -> Value:
    old, new = _s(v[1]), _s(v[2])
    return _s(v[0]).replace(old, new) if old and len(_s(v[0])) * max(1, len(new)) < LONGEST * 4 else _s(v[0])


_FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "CHAR": _char,
    "CODE": lambda v: float(ord(_s(v[0])[0])),
    "MID": _mid,
    "LEFT": lambda v: _s(v[0])[: int(_n(v[1])) if len(v) > 1 else 1],
    "RIGHT": lambda v: _s(v[0])[-max(1, int(_n(v[1])) if len(v) > 1 else 1) :],
    "LEN": lambda v: float(len(_s(v[0]))),
    "LOWER": lambda v: _s(v[0]).lower(),
    "UPPER": lambda v: _s(v[0]).upper(),
    "TRIM": lambda v: _s(v[0]).strip(),
    "SUBSTITUTE": _substitute,
    "REPT": lambda v: _s(v[0]) * min(10_000, int(_n(v[1]))),
    "T": lambda v: _s(v[0]),
    "TEXT": lambda v: _s(v[0]),
    "VALUE": lambda v: _n(v[0]),
    "INT": lambda v: float(int(_n(v[0]))),
    "ABS": lambda v: abs(_n(v[0])),
    "ROUND": lambda v: float(round(_n(v[0]))),
    "MOD": lambda v: _n(v[0]) % _n(v[1]),
    "IF": _if,
    "EVALUATE": lambda v: v[0],
    "+": lambda v: _n(v[0]) + _n(v[1]),
    "-": lambda v: _n(v[0]) - _n(v[1]),
    "*": lambda v: _n(v[0]) * _n(v[1]),
    "/": lambda v: _n(v[0]) / _n(v[1]),
    "^": lambda v: _n(v[0]) ** _n(v[1]) if abs(_n(v[0])) <= 256 and 0 <= _n(v[1]) <= 8 else None,
    "u-": lambda v: -_n(v[0]),
    "%": lambda v: _n(v[0]) / 100,
    "SUM": lambda v: sum(_n(x) for x in v),
}
