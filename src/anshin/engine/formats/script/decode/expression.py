"""Evaluates one expression at a token: literals, known variables, joins, arithmetic, and functions that are listed."""

import re

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode import powershell_types
from anshin.engine.formats.script.decode.lex import Grammar, Tokens, literal
from anshin.engine.formats.script.decode.values import UnknownError, Value, index, items, number, operate, text

STEPS = 400_000
NESTED = 24
LEVELS = {
    "-replace": 1,
    "-creplace": 1,
    "-ireplace": 1,
    "-split": 1,
    "-csplit": 1,
    "-isplit": 1,
    "-join": 1,
    "-bxor": 1,
    "-band": 1,
    "|": 2,
    "^": 3,
    "&": 4,
    "<<": 5,
    ">>": 5,
    "+": 6,
    "-": 6,
    ".": 6,
    "*": 7,
    "/": 7,
    "%": 7,
    "-f": 8,
    "..": 9,
}
_INTERPOLATED = re.compile(r"\$\{?((?:env:)?\w+)\}?")
CLOSE = {"(": ")", "[": "]", "{": "}"}
_ENDS = frozenset({";", ",", ")", "]", "}", "|"})


class Expressions:
    """A cursor over tokens; `expression` returns a value and the index after it, or raises `UnknownError`."""

    def __init__(self, tokens: Tokens, rules: Grammar, budget: Budget) -> None:
        """Know no variable but those of the system."""
        self.kinds, self.texts = tokens.kinds, tokens.texts
        self.tokens = tokens
        self.rules = rules
        self.budget = budget
        self.known: dict[str, Value] = dict(rules.variables)
        self.tails = frozenset(part for name in rules.functions for part in name.split("."))
        self.powershell = bool(rules.statics)
        self.openers = frozenset({"(", "[", "-join"} if self.powershell else {"(", "["})
        self.steps = 0
        self._nested = 0

    def key(self, name: str) -> str:
        """Return the name of a variable as it is kept."""
        name = name.lower() if self.rules.folds_case else name
        return "$" + name[2:-1] if name.startswith("${") else name

    def _step(self) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise UnknownError
        if self.steps % 4096 == 0:
            self.budget.check_time()

    def is_sign(self, at: int, token: str) -> bool:
        """Whether this very token is there, and no string."""
        return at < len(self.texts) and self.texts[at] == token and self.kinds[at] != "s"

    def past_lines(self, at: int) -> int:
        """Return where the next token is that is no end of a line."""
        while at < len(self.kinds) and self.kinds[at] == "l" and self.texts[at] != ";":
            at += 1
        return at

    def ends_expression(self, at: int) -> bool:
        """Whether nothing joins on to an expression that ends before `at`."""
        return at >= len(self.kinds) or self.kinds[at] in "li" or self.texts[at] in _ENDS

    def expression(self, at: int, level: int = 0) -> tuple[Value, int]:
        """Return the longest constant beginning of the expression at `at`, and where it ends."""
        value, at = self._listed(at)
        while at < len(self.texts):
            sign = self.texts[at].lower()
            rank = LEVELS.get(sign, 0)
            if self.kinds[at] != "o" or rank <= level or (sign == "." and "." not in self.rules.concat):
                break
            try:
                right, end = self.expression(self.past_lines(at + 1), rank)
                value = self._binary(sign, value, right)
            except UnknownError:
                break
            at = end
        return value, at

    def _listed(self, at: int) -> tuple[Value, int]:
        """A unary, or in PowerShell several of them with commas between: an array without brackets."""
        value, at = self._unary(at)
        if not self.powershell or not self.is_sign(at, ",") or self._in_call:
            return value, at
        values = [value]
        while self.is_sign(at, ","):
            try:
                value, end = self._unary(self.past_lines(at + 1))
            except UnknownError:
                break
            values.append(value)
            at = end
        return (values, at) if len(values) > 1 else (values[0], at)

    _in_call = False

    def _unary(self, at: int) -> tuple[Value, int]:
        self._step()
        self._nested += 1
        try:
            if at >= len(self.texts) or self._nested > NESTED:
                raise UnknownError
            return self._signed(at)
        finally:
            self._nested -= 1

    def _signed(self, at: int) -> tuple[Value, int]:
        sign = self.texts[at]
        if self.kinds[at] == "o":
            if sign == "-":
                value, at = self._unary(at + 1)
                return -number(value), at
            if sign == "~":
                value, at = self._unary(at + 1)
                return ~number(value), at
            if sign.lower() == "-join":
                value, at = self.expression(at + 1, 1)
                return operate("join", (value, "")), at
            if sign == "+":
                return self._unary(at + 1)
        value, at = self._primary(at)
        return self._postfix(value, at)

    def _binary(self, sign: str, left: Value, right: Value) -> Value:
        if sign in self.rules.concat and not (isinstance(left, int | float) and isinstance(right, int | float)):
            if isinstance(left, list) or isinstance(right, list):
                if not self.powershell and not (isinstance(left, list) and isinstance(right, list)):
                    return text(left) + text(right)
                return [
                    *(left if isinstance(left, list) else [left]),
                    *items(right if isinstance(right, list) else [right]),
                ]
            if isinstance(left, bytes) and isinstance(right, bytes):
                return left + right
            return operate("concat", (left, right))
        if sign in {"-replace", "-creplace", "-ireplace"}:
            return powershell_types.replace(left, right)
        if sign in {"-split", "-csplit", "-isplit"}:
            return (
                [part for part in re.split(re.escape(text(right).lstrip("\\")), text(left)) if part]
                if right
                else [left]
            )
        if sign == "-join":
            return operate("join", (left, right))
        if sign == "-f":
            return powershell_types.format_string(text(left), items(right) if isinstance(right, list) else [right])
        return self._arithmetic(sign, left, right)

    def _arithmetic(self, sign: str, left: Value, right: Value) -> Value:
        if sign == "%" and isinstance(left, str | bytes):
            raise UnknownError  # formatting
        if sign == "*" and isinstance(left, str | list) and isinstance(right, int):
            return operate("repeat", (text(left), right))
        a, b = number(left), number(right)
        if sign == "..":
            if abs(a - b) > 100_000:
                raise UnknownError
            return list(range(a, b + 1)) if b >= a else list(range(a, b - 1, -1))
        if (sign in {"/", "%"} and b == 0) or (sign in {"<<", ">>"} and not 0 <= b < 64):
            raise UnknownError
        results = {"+": a + b, "-": a - b, "^": a ^ b, "-bxor": a ^ b, "-band": a & b, "&": a & b, "|": a | b}
        if sign in results:
            return results[sign]
        if max(abs(a), abs(b)) > 1 << 53:
            raise UnknownError
        return {
            "*": lambda: a * b,
            "/": lambda: a // b,
            "%": lambda: a % b,
            "<<": lambda: a << b,
            ">>": lambda: a >> b,
        }[sign]()

    def _primary(self, at: int) -> tuple[Value, int]:
        kind, word = self.kinds[at], self.texts[at]
        if kind == "s":
            return self._strings(at)
        if kind == "n":
            return number(word.rstrip("&%#!@") if word[:1] == "&" or "." not in word else word), at + 1
        if kind == "r":
            return word, at + 1
        if kind == "i":
            return self._named(at)
        if word in {"(", "@", "$"} or (word == "[" and not self.powershell):
            return self._bracketed(at)
        if word == "[":
            return self._typed(at)
        raise UnknownError

    def _strings(self, at: int) -> tuple[Value, int]:
        token = self.texts[at]
        value: Value = literal(token, self.rules)
        if self.powershell and token[0] == '"' and "$" in token:
            value = _INTERPOLATED.sub(self._interpolated, text(value))
        at += 1
        while self.rules.name == "python" and at < len(self.kinds) and self.kinds[at] == "s":
            more = literal(self.texts[at], self.rules)
            value = (
                operate("concat", (value, more))
                if isinstance(more, str)
                else bytes(value) + more
                if isinstance(value, bytes)
                else value
            )
            at += 1
        return value, at

    def _interpolated(self, match: re.Match[str]) -> str:
        value = self.known.get("$" + match[1].lower())
        return match[0] if value is None else text(value)

    def _bracketed(self, at: int) -> tuple[Value, int]:
        """( expression ), and lists in the brackets of the language."""
        while self.texts[at] in {"@", "$"}:
            at += 1
            if at >= len(self.texts) or self.texts[at] not in "([":
                raise UnknownError
        opened = self.texts[at]
        values, end = self._until(self.past_lines(at + 1), CLOSE[opened])
        if opened == "[" or len(values) != 1:
            return values, end
        return values[0], end

    def _until(self, at: int, close: str) -> tuple[list[Value], int]:
        values: list[Value] = []
        while not self.is_sign(at, close):
            value, at = self.expression(at)
            values.append(value)
            at = self.past_lines(at)
            if self.is_sign(at, ","):
                at = self.past_lines(at + 1)
            elif not self.is_sign(at, close):
                raise UnknownError
        return values, at + 1

    def arguments(self, at: int) -> tuple[list[Value], int]:
        """Return the values between the brackets that open at `at`."""
        before, self._in_call = self._in_call, True
        try:
            return self._until(self.past_lines(at + 1), ")")
        finally:
            self._in_call = before

    def dotted(self, at: int) -> tuple[str, int]:
        """Return the whole name at `at`, parts behind dots included, in lower case, and its end."""
        name, end = self.texts[at], at + 1
        while self.is_sign(end, ".") and end + 1 < len(self.kinds) and self.kinds[end + 1] == "i" and end - at < 6:
            name, end = f"{name}.{self.texts[end + 1]}", end + 2
        return name.lower(), end

    def sink_at(self, at: int) -> tuple[str, int]:
        """Return the name of what runs text here, and where its argument begins."""
        name = self.texts[at].lower()
        if self.kinds[at] != "i" or name not in self.rules.sinks or (at and self.texts[at - 1] == "function"):
            return "", at
        if self.powershell or self.rules.lines or self.is_sign(at + 1, "("):
            return name, at + 1
        return "", at

    def _named(self, at: int) -> tuple[Value, int]:
        if self.texts[at].lower() == "new":
            return self._primary(at + 1) if at + 1 < len(self.kinds) and self.kinds[at + 1] == "i" else self._fail()
        key = self.key(self.texts[at])
        value = self.known.get(key)
        if value is not None:
            end = at + 1
            if self.is_sign(end, "(") and isinstance(value, str) and not self.powershell:
                operation = self.rules.functions.get(value.lower())
                if operation:  # $f = "base64_decode"; $f("...")
                    values, end = self.arguments(end)
                    return operate(operation, values), end
                if self.is_sign(end + 1, ")"):
                    end += 2
            return value, end
        name, end = self.dotted(at)
        operation = self.rules.functions.get(name) or self.rules.functions.get(name.rpartition(".")[2])
        if operation is None or not self.is_sign(end, "("):
            raise UnknownError
        values, end = self.arguments(end)
        return operate(operation, values), end

    @staticmethod
    def _fail() -> tuple[Value, int]:
        raise UnknownError

    def _typed(self, at: int) -> tuple[Value, int]:
        """PowerShell: [type] value, [type]::member(arguments)."""
        end = at + 1
        while end < len(self.texts) and self.texts[end] not in {"]", "("} and end - at < 12:
            end += 1
        name = "".join(self.texts[at + 1 : end]).lower().removeprefix("system.")
        if self.is_sign(end, "]") and name.endswith("["):  # [char[]]
            name, end = name[:-1] + "[]", end + 1
        if not self.is_sign(end, "]"):
            raise UnknownError
        end += 1
        if self.is_sign(end, "::"):
            return self._static(name, end + 1)
        value, end = self._unary(end)
        return powershell_types.cast(name, value), end

    def _static(self, kind: str, at: int) -> tuple[Value, int]:
        member = self.texts[at].lower().strip("'\"") if at < len(self.texts) else ""
        at += 1
        if kind.endswith("encoding") and self.is_sign(at, "."):
            kind, member, at = "text.encoding", self.texts[at + 1].lower() if at + 1 < len(self.texts) else "", at + 2
        operation = self.rules.statics.get(f"{kind}::{member}")
        if operation is None or not self.is_sign(at, "("):
            raise UnknownError
        values, at = self.arguments(at)
        return operate(operation, values), at

    def _postfix(self, value: Value, at: int) -> tuple[Value, int]:
        """Methods and indexes after a value."""
        while at + 1 < len(self.texts) and self.kinds[at] == "o":
            self._step()
            if self.texts[at] == "." and self.kinds[at + 1] == "i" and self.rules.methods:
                found = self._method(value, self.texts[at + 1].lower(), at + 2)
            elif self.texts[at] == "[" and self._touches(at):
                found = self._indexed(value, at + 1)
            else:
                break
            if found is None:
                break
            value, at = found
        return value, at

    def _touches(self, at: int) -> bool:
        return not self.rules.lines or self.tokens.start(at) == self.tokens.ends[at - 1]

    def _method(self, value: Value, name: str, at: int) -> tuple[Value, int] | None:
        operation = self.rules.methods.get(name)
        if operation is None:
            return None
        if not self.is_sign(at, "("):
            return (operate(operation, (value,)), at) if operation == "length" else None
        values, end = self.arguments(at)
        return operate(operation, (value, *values)), end

    def _indexed(self, value: Value, at: int) -> tuple[Value, int] | None:
        if self.rules.name == "python":
            reverse = "".join(self.texts[at : at + 5]).startswith("::-1]")
            if reverse:
                return operate("reverse", (value,)), at + 4 if self.texts[at] == "::" else at + 5
        before, self._in_call = self._in_call, False
        try:
            key, at = self.expression(at)
        finally:
            self._in_call = before
        if not self.is_sign(at, "]"):
            raise UnknownError
        if isinstance(key, str) and not key.lstrip("-").isdigit():
            return self._method(value, key.lower(), at + 1)
        if isinstance(key, list):
            return [index(value, number(k)) for k in key], at + 1
        return index(value, number(key)), at + 1
