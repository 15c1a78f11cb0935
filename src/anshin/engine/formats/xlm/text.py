"""Formulas as text ("=EXEC("&CHAR(99)&...): turned into a tree; used for XML macro sheets and text formats."""

import re

from anshin.engine.formats.xlm.formula import Node

_TOKEN = re.compile(
    r'"(?:[^"]|"")*"?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|(?:\'[^\']*\'|[\w.]+)!\$?[A-Za-z]{1,3}\$?\d+|\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w.(])'
    r"|R\[?-?\d*\]?C\[?-?\d*\]?(?![\w.(])|[A-Za-z_][\w.]*|<>|<=|>=|[-+*/^&(),=<>%!:;{}|']"
)
_CELL = re.compile(r"(?:(?P<sheet>'[^']*'|[\w.]+)!)?\$?(?P<column>[A-Za-z]{1,3})\$?(?P<row>\d{1,7})$")
UNKNOWN = Node("value")
MAX_DEPTH = 50


class TextReader:
    """Reads one formula."""

    def __init__(self, text: str, sheets: dict[str, int]) -> None:
        """`sheets` are the numbers of the sheets by name in lower case."""
        self._tokens = _TOKEN.findall(text[:65536].lstrip("="))
        self._sheets = sheets
        self._at = 0

    def tree(self) -> Node | None:
        """Return the formula as far as it can be read."""
        return self._join(0) if self._tokens else None

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _join(self, depth: int) -> Node:
        node = self._sum(depth)
        while (sign := self._peek()) in {"&", "=", "<", ">", "<>", "<=", ">="}:
            self._at += 1
            other = self._sum(depth)
            if sign == "&" and node.kind == "call" and node.name == "&":
                node = Node("call", name="&", parts=(*node.parts, other))
            else:
                node = Node("call", name=sign, parts=(node, other))
        return node

    def _sum(self, depth: int) -> Node:
        node = self._atom(depth)
        while (sign := self._peek()) in {"+", "-", "*", "/", "^"}:
            self._at += 1
            node = Node("call", name=sign, parts=(node, self._atom(depth)))
        return node

    def _atom(self, depth: int) -> Node:
        word = self._peek()
        self._at += 1
        if not word or depth > MAX_DEPTH:
            return UNKNOWN
        if word[0] == '"':
            return Node("value", value=word[1:].removesuffix('"').replace('""', '"'))
        if word[0].isdigit():
            return Node("value", value=float(word[:40]))
        if word in {"-", "("}:
            return self._nested(word, depth)
        if match := _CELL.match(word):
            sheet = (match["sheet"] or "").strip("'").lower()
            return Node("cell", sheet=self._sheets.get(sheet, -2) if sheet else -1, cell=_place(match))
        return self._named(word, depth)

    def _nested(self, word: str, depth: int) -> Node:
        if word == "-":
            return Node("call", name="u-", parts=(self._atom(depth + 1),))
        node = self._join(depth + 1)
        if self._peek() == ")":
            self._at += 1
        return node

    def _named(self, word: str, depth: int) -> Node:
        if word[0].isalpha() or word[0] == "_":
            if self._peek() == "(":
                return self._call(word.upper(), depth)
            return Node("name", name=word.lower())
        if word in {")", ","}:
            self._at -= 1
        return UNKNOWN

    def _call(self, name: str, depth: int) -> Node:
        self._at += 1
        parts: list[Node] = []
        while self._at < len(self._tokens) and self._peek() != ")" and len(parts) < 5000:
            before = self._at
            parts.append(self._join(depth + 1))
            if self._peek() == ",":
                self._at += 1
            elif self._at == before or self._peek() != ")":
                break
        if self._peek() == ")":
            self._at += 1
        return Node("call", name=name.removeprefix("_XLFN."), parts=tuple(parts))


def _place(match: re.Match[str]) -> tuple[int, int]:
    column = 0
    for letter in match["column"].upper():
        column = column * 26 + ord(letter) - 64
    return int(match["row"]) - 1, column - 1


def cell_of(name: str) -> tuple[int, int] | None:
    """Return (row, column) of a cell's name such as "AB12"."""
    match = _CELL.match(name)
    return _place(match) if match else None
