"""Works out constant expressions of VBA without running it: texts joined from pieces, Chr, StrReverse, Replace, Split.

What is not constant becomes `HOLE` inside a text, so that the rest can still be read. Everything is bounded: depth,
steps, and the length of a text. Also used for VBScript, which has the same expressions. Format: [MS-VBAL] 5.6.
"""

import base64
import binascii
import re
from collections.abc import Callable

HOLE = "\x00"
"""Stands in a text for a part that only running would tell."""
LONGEST = 1 << 18
MAX_DEPTH = 40
_TOKEN = re.compile(
    r'"(?:[^"]|"")*"?|&[hH][0-9a-fA-F]+[&%^]?|&[oO][0-7]+&?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[%!#@^]?'
    r"|\.?[^\W\d]\w*[$%]?(?:\.[^\W\d]\w*[$]?)*|:=|<>|<=|>=|[-+*/\\^&(),=<>:;]"
)
Value = str | int | float | list["Value"] | None  # None: unknown
_PREFIXES = ("vba.", "strings.", "conversion.", "interaction.", "math.", "information.")


def tokens(line: str) -> list[str]:
    """Return the tokens of a logical line."""
    return _TOKEN.findall(line)


class Folder:
    """Evaluates expressions; knows the variables that were given constants."""

    def __init__(self, steps: int = 60_000) -> None:
        """Start without variables; `steps` bounds all evaluations together."""
        self.known: dict[str, Value] = {}
        self.steps = steps
        self.produced = 0
        self.calls = 0  # functions worked out
        self._tokens: list[str] = []
        self._at = 0

    def evaluate(self, line: list[str], start: int = 0) -> tuple[Value, int]:
        """Return the value of the expression that begins at `start`, and where it ends."""
        self._tokens, self._at = line, start
        value = self._compare(0)
        return value, self._at

    def arguments(self, line: list[str], start: int) -> tuple[list[Value], int]:
        """Return the values of the arguments that follow a name: in parentheses or up to the end of the statement."""
        found: list[Value] = []
        if start < len(line) and line[start] == "(":
            whole = _closing(line, start)
            # `Shell ("a") & "b"` is one argument that begins with a parenthesis
            if whole + 1 >= len(line) or line[whole + 1] not in {"&", "+", ","}:
                return self._list(line[:whole], start + 1), whole + 1
        found = self._list(line, start)
        return found, self._at

    def _list(self, line: list[str], start: int) -> list[Value]:
        found: list[Value] = []
        at = start
        while at < len(line) and line[at] not in {")", ":"} and len(found) < 64:
            if line[at] == ",":
                found.append(None)
                at += 1
                continue
            if at + 1 < len(line) and line[at + 1] == ":=":
                at += 2
                continue
            value, after = self.evaluate(line, at)
            found.append(value)
            if after < len(line) and line[after] != ",":
                break
            at = max(after, at) + 1
        self._at = at
        return found

    def assign(self, name: str, value: Value) -> None:
        """Give a variable a value; an unknown one is forgotten."""
        if value is None:
            self.known.pop(name, None)
        elif len(self.known) < 5000:
            self.known[name] = value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _compare(self, depth: int) -> Value:
        value = self._logic(depth)
        while self._peek() in {"=", "<", ">", "<>", "<=", ">="}:
            self._at += 1
            self._logic(depth)
            value = None
        return value

    def _logic(self, depth: int) -> Value:
        value = self._join(depth)
        while (sign := self._peek().lower()) in {"xor", "and", "or"}:
            self._at += 1
            other = self._join(depth)
            value = _bits(sign, value, other)
        return value

    def _join(self, depth: int) -> Value:
        self.steps -= 1
        if depth > MAX_DEPTH or self.steps < 0:
            self._at = len(self._tokens)
            return None
        value = self._sum(depth)
        if self._peek() != "&":
            return value
        pieces = [value]
        while self._peek() == "&":
            self._at += 1
            pieces.append(self._sum(depth))
        return self._text("".join(_as_text(p) for p in pieces))

    def _sum(self, depth: int) -> Value:
        value = self._product(depth)
        while (sign := self._peek()) in {"+", "-"}:
            self._at += 1
            other = self._product(depth)
            if sign == "+" and (isinstance(value, str) or isinstance(other, str)):
                value = self._text(_as_text(value) + _as_text(other))
            else:
                value = _number_pair(sign, value, other)
        return value

    def _product(self, depth: int) -> Value:
        value = self._unary(depth)
        while (sign := self._peek().lower()) in {"*", "/", "\\", "^", "mod"}:
            self._at += 1
            value = _number_pair(sign, value, self._unary(depth))
        return value

    def _unary(self, depth: int) -> Value:
        sign = self._peek().lower()
        if sign in {"-", "+", "not"}:
            self._at += 1
            value = self._unary(depth + 1) if depth < MAX_DEPTH else None
            if isinstance(value, int | float):
                return -value if sign == "-" else (~int(value) if sign == "not" and abs(value) < 1 << 40 else value)
            return None
        return self._atom(depth)

    def _atom(self, depth: int) -> Value:
        word = self._peek()
        self._at += 1
        if not word:
            return None
        if word[0] == '"':
            return word[1:].removesuffix('"').replace('""', '"')
        if word[0] == "&" and len(word) > 2:
            digits = word[2:].rstrip("&%^")
            return int(digits[:16] or "0", 16 if word[1] in "hH" else 8)
        if word[0].isdigit():
            digits = word.rstrip("%!#@^")
            return int(digits[:18]) if digits.isdigit() else float(digits[:30])
        if word == "(":
            value = self._compare(depth + 1)
            if self._peek() == ")":
                self._at += 1
            return value
        if word[0].isalpha() or word[0] in "._":
            return self._name(word.lower(), depth)
        self._at -= 1
        if word not in {")", ",", ":", ":=", ";"}:
            self._at += 1
        return None

    def _name(self, name: str, depth: int) -> Value:
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        plain = name.rstrip("$%")
        if self._peek() != "(":
            if plain in _CONSTANTS:
                return _CONSTANTS[plain]
            return self.known.get(plain)
        self._at += 1
        arguments = self._inside(depth)
        held = self.known.get(plain)
        if isinstance(held, list) and len(arguments) == 1 and isinstance(arguments[0], int):
            return held[arguments[0]] if 0 <= arguments[0] < len(held) else None
        function = FUNCTIONS.get(plain)
        if function is None:
            return None if arguments else held
        try:
            value = function(arguments)
        except (TypeError, ValueError, IndexError, OverflowError, AttributeError, ZeroDivisionError):
            return None
        self.calls += value is not None
        return self._text(value) if isinstance(value, str) else value

    def _inside(self, depth: int) -> list[Value]:
        """Read the arguments up to the closing parenthesis."""
        found: list[Value] = []
        while self._at < len(self._tokens) and self._peek() != ")" and len(found) < 20_000:
            if self._peek() == ",":
                found.append(None)
                self._at += 1
                continue
            before = self._at
            found.append(self._compare(depth + 1))
            if self._peek() == ",":
                self._at += 1
            elif self._at == before or self._peek() != ")":
                break
        if self._peek() == ")":
            self._at += 1
        return found

    def _text(self, value: str) -> str | None:
        self.produced += len(value)
        if len(value) > LONGEST or self.produced > 16 * LONGEST:
            return None
        return value


def _closing(line: list[str], start: int) -> int:
    depth = 0
    for at in range(start, len(line)):
        depth += (line[at] == "(") - (line[at] == ")")
        if depth == 0:
            return at
    return len(line)


def _as_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    return HOLE


def _bits(sign: str, a: Value, b: Value) -> Value:
    if not isinstance(a, int) or not isinstance(b, int):
        return None
    return a ^ b if sign == "xor" else (a & b if sign == "and" else a | b)


def _number_pair(sign: str, a: Value, b: Value) -> Value:
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        return None
    try:
        match sign:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b if abs(a) < 1 << 60 and abs(b) < 1 << 60 else None
            case "/":
                return a / b
            case "\\":
                return int(a // b)
            case "mod":
                return int(a) % int(b)
        return a**b if abs(a) <= 256 and 0 <= b <= 8 else None
    except (ZeroDivisionError, OverflowError, ValueError):
        return None


def _chars(value: Value) -> int:
    if not isinstance(value, int | float):
        raise TypeError
    return int(value)


def _string(value: Value) -> str:
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise TypeError
    return value


def _mid(a: list[Value]) -> Value:
    start = _chars(a[1]) - 1
    return _string(a[0])[start : start + _chars(a[2])] if len(a) > 2 else _string(a[0])[start:]


def _replace(a: list[Value]) -> Value:
    old = _string(a[1])
    found = _string(a[0])
    new = _string(a[2])
    if not old or found.count(old) * max(1, len(new)) > LONGEST:
        return found if not old else None
    return found.replace(old, new)


def _split(a: list[Value]) -> Value:
    mark = _string(a[1]) if len(a) > 1 and a[1] is not None else " "
    return list(_string(a[0]).split(mark)[:20_000]) if mark else None


def _join(a: list[Value]) -> Value:
    if not isinstance(a[0], list):
        raise TypeError
    return (_string(a[1]) if len(a) > 1 and a[1] is not None else " ").join(_as_text(p) for p in a[0])


def _number(value: Value) -> Value:
    if isinstance(value, int | float):
        return int(value)
    text = _string(value).strip().lower()
    if text.startswith("&h"):
        return int(text[2:18].rstrip("&"), 16)
    return int(float(text[:30]))


def _repeat(count: Value, what: str) -> str:
    if _chars(count) > LONGEST:
        raise ValueError
    return what * _chars(count)


def from_base64(text: str) -> str | None:
    """Return what a base64 text holds, each byte as one character; None where it is none."""
    clean = re.sub(r"\s+", "", text)
    if len(clean) < 8 or not re.fullmatch(r"[A-Za-z0-9+/]+=*", clean):
        return None
    try:
        return base64.b64decode(clean + "=" * (-len(clean) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return None


FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "chr": lambda a: chr(_chars(a[0]) & 0xFF),
    "chrb": lambda a: chr(_chars(a[0]) & 0xFF),
    "chrw": lambda a: chr(_chars(a[0]) & 0xFFFF),
    "asc": lambda a: ord(_string(a[0])[0]),
    "ascw": lambda a: ord(_string(a[0])[0]),
    "strreverse": lambda a: _string(a[0])[::-1],
    "replace": _replace,
    "split": _split,
    "join": _join,
    "array": list,
    "mid": _mid,
    "midb": _mid,
    "left": lambda a: _string(a[0])[: _chars(a[1])],
    "right": lambda a: _string(a[0])[-_chars(a[1]) :] if _chars(a[1]) else "",
    "lcase": lambda a: _string(a[0]).lower(),
    "ucase": lambda a: _string(a[0]).upper(),
    "trim": lambda a: _string(a[0]).strip(),
    "ltrim": lambda a: _string(a[0]).lstrip(),
    "rtrim": lambda a: _string(a[0]).rstrip(),
    "len": lambda a: len(_string(a[0])),
    "hex": lambda a: f"{_chars(a[0]):X}",
    "oct": lambda a: f"{_chars(a[0]):o}",
    "val": lambda a: _number(a[0]),
    "cint": lambda a: _number(a[0]),
    "clng": lambda a: _number(a[0]),
    "cbyte": lambda a: _number(a[0]),
    "int": lambda a: _number(a[0]),
    "fix": lambda a: _number(a[0]),
    "round": lambda a: _number(a[0]),
    "abs": lambda a: abs(_chars(a[0])),
    "sgn": lambda a: (_chars(a[0]) > 0) - (_chars(a[0]) < 0),
    "cstr": lambda a: _string(a[0]),
    "cvar": lambda a: a[0],
    "str": lambda a: _string(a[0]),
    "strconv": lambda a: _string(a[0]),
    "space": lambda a: _repeat(a[0], " "),
    "string": lambda a: _repeat(a[0], a[1][:1] if isinstance(a[1], str) else chr(_chars(a[1]) & 0xFF)),
    "environ": lambda a: f"%{_string(a[0]).upper()}%",
    "instr": lambda a: _string(a[-2]).find(_string(a[-1])) + 1,
    "unescape": lambda a: re.sub("%([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), _string(a[0])),
}
_CONSTANTS: dict[str, Value] = {
    "vbcrlf": "\r\n",
    "vbcr": "\r",
    "vblf": "\n",
    "vbnewline": "\r\n",
    "vbtab": "\t",
    "vbnullstring": "",
    "vbnullchar": "\x01",
    "empty": "",
    "true": -1,
    "false": 0,
    "vbhide": 0,
    "vbnormalfocus": 1,
}
