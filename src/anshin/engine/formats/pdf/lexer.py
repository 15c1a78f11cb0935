"""PDF values from bytes: numbers, names, strings, arrays, dictionaries, references (ISO 32000-1, 7.2 and 7.3).

Tolerant on purpose: readers accept nearly anything, and so must whoever looks for what they would do.
"""

import re
from typing import Any, NamedTuple

DEEPEST = 48
MOST_TOKENS = 20_000
_WS = rb"\x00\t\n\f\r "
_REGULAR = rb"[^\x00\t\n\f\r ()<>\[\]{}/%]"
_TOKEN = re.compile(
    rb"(?:[" + _WS + rb"]++|%[^\r\n]*+)*+(?:"
    rb"(?P<ref>(\d{1,10})[" + _WS + rb"]++(\d{1,5})[" + _WS + rb"]++R(?!" + _REGULAR + rb"))"
    rb"|(?P<number>[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?!" + _REGULAR + rb"))"
    rb"|(?P<name>/" + _REGULAR + rb"*+)"
    rb"|(?P<open><<)|(?P<close>>>)|(?P<array>\[)|(?P<end>\])"
    rb"|(?P<hex><[^>]{0,4000000}+>?)"
    rb"|(?P<string>\()"
    rb"|(?P<word>" + _REGULAR + rb"++)"
    rb"|(?P<other>[)>{}]))"
)
_PAREN = re.compile(rb"[()\\]")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_BACKSLASH = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\r\n])|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_STOPS = frozenset({b"endobj", b"stream", b"obj", b"xref", b"startxref", b"trailer"})


class Name(str):
    """A name without its slash, its #xx escapes resolved."""

    __slots__ = ()


class Ref(NamedTuple):
    """A reference to an object."""

    number: int
    generation: int


def name_of(raw: bytes) -> Name:
    """Return the name that `raw` (without the slash) spells."""
    if b"#" in raw:
        raw = _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), raw)
    return Name(raw.decode("latin-1"))


class _Stack:
    """Arrays and dictionaries that have begun and not ended yet."""

    def __init__(self) -> None:
        self._levels: list[tuple[list[Any], bool]] = []  # what stands in it, and whether it is a dictionary

    def __bool__(self) -> bool:
        return bool(self._levels)

    def open(self, *, dictionary: bool) -> bool:
        self._levels.append(([], dictionary))
        return len(self._levels) <= DEEPEST

    def close(self) -> Any:
        items, dictionary = self._levels.pop()
        return _closed(items, dictionary=dictionary)

    def put(self, value: Any) -> None:
        self._levels[-1][0].append(value)

    def rest(self) -> Any:
        """Close all levels and return the outermost; None where there is none."""
        value = None
        while self._levels:
            value = self.close()
            if self._levels:
                self.put(value)
        return value


def read_value(text: bytes, at: int = 0, end: int | None = None) -> Any:
    """Return the value that begins at `at`; None where there is none. Never raises.

    A dictionary or an array that does not end is returned as far as it goes.
    """
    stop = len(text) if end is None else end
    stack = _Stack()
    value: Any
    for _ in range(MOST_TOKENS):
        match = _TOKEN.match(text, at, stop)
        if match is None:
            break
        at = match.end()
        kind = match.lastgroup
        if kind in {"open", "array"}:
            if not stack.open(dictionary=kind == "open"):
                break
            continue
        if kind == "string":
            value, at = read_string(text, at, stop)
        elif kind not in {"close", "end"}:
            value = _simple(kind, match)
        elif stack:
            value = stack.close()
        else:
            return None
        if value is _STOPS:
            break
        if not stack:
            return value
        stack.put(value)
    return stack.rest()


def _simple(kind: str | None, match: re.Match[bytes]) -> Any:
    raw = match[kind or 0]
    if kind == "name":
        return name_of(raw[1:])
    if kind == "ref":
        return Ref(int(match[2]), int(match[3]))
    if kind == "number":
        return float(raw) if b"." in raw else int(raw)
    if kind == "hex":
        return unhex(raw)
    if raw in _STOPS:
        return _STOPS
    return {b"true": True, b"false": False}.get(raw)


def _closed(items: list[Any], *, dictionary: bool) -> Any:
    if not dictionary:
        return items
    found: dict[str, Any] = {}
    at = 0
    while at < len(items):
        key = items[at]
        if isinstance(key, Name):
            found[str(key)] = items[at + 1] if at + 1 < len(items) else None
            at += 2
        else:
            at += 1  # damage: look for the next key
    return found


def unhex(raw: bytes) -> bytes:
    """Return the bytes that hexadecimal digits mean, whatever stands between them."""
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", raw)
    return bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode("ascii"))


def read_string(text: bytes, at: int, stop: int) -> tuple[bytes, int]:
    """Return the string whose opening parenthesis stands before `at`, and the offset behind it."""
    depth, begin = 1, at
    while True:
        match = _PAREN.search(text, at, stop)
        if match is None:
            return _unescaped(text[begin:stop]), stop
        at = match.end()
        if match[0] == b"\\":
            at += 1
        elif match[0] == b"(":
            depth += 1
        else:
            depth -= 1
            if not depth:
                return _unescaped(text[begin : at - 1]), at


def _unescaped(raw: bytes) -> bytes:
    if b"\\" not in raw:
        return raw

    def one(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes([int(match[1], 8) & 255])
        if match[2]:
            return b""
        return _LETTERS.get(match[3], match[3])

    return _BACKSLASH.sub(one, raw)


def text_of(raw: bytes) -> str:
    """Return a text string: UTF-16 with its mark, UTF-8, or else one byte for one character (7.9.2.2)."""
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")
