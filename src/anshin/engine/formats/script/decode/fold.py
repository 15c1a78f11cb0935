"""The constant-folding core: which expressions of a script are constant, what they are, and which of them it runs."""

from collections.abc import Iterator
from itertools import compress

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.ahead import Ahead
from anshin.engine.formats.script.decode.lex import Grammar, grammar, lex
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.decode.values import UnknownError, Value, text
from anshin.engine.formats.script.source import Source

DENSE = 600
"""One mark of folding in so many characters, and six of them: the text is folded whole."""
FEW = 6
WHOLE = 12 * 1024
"""Texts up to this many characters are folded whole when there is any mark."""
LARGEST = 96 * 1024
TOKENS = 120_000
WINDOWS = 8
BEFORE, AFTER = 400, 1200
SPOTS = 400
"""Occurrences of one word that are looked at."""
_LONG = 24


def folded(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield the text with its constant expressions computed, and every text that it runs."""
    rules = grammar(source.language)
    if rules is None or not (source.ticks or source.words & rules.hints or any(j in source.text for j in rules.joins)):
        return
    size = len(source.text)
    starts = _marks(source, rules)
    if not starts and not source.ticks:
        return
    if size <= WHOLE or source.ticks or (size <= LARGEST and len(starts) >= max(FEW, size // DENSE)):
        yield from _Folder(source.text, rules, budget, 0).run()
        return
    for start, end in _windows(starts):
        yield from _Folder(source.text[start:end], rules, budget, start).run()


def _marks(source: Source, rules: Grammar) -> list[int]:
    """Where constant expressions begin. A long text is looked at only around the words and joins that make one."""
    if len(source.text) <= WHOLE:
        return [m.start() for m in rules.trigger.finditer(source.text)]
    spots: set[int] = set()
    for hint in (*(source.words & rules.hints), *rules.joins):
        at = source.lower.find(hint)
        for _ in range(SPOTS):
            if at < 0:
                break
            spots.add(at)
            at = source.lower.find(hint, at + len(hint))
    # an expression that ignores case takes twice as long; in ASCII the text in lower case has the same places
    trigger, text = (rules.lower, source.lower) if source.text.isascii() else (rules.trigger, source.text)
    return sorted([at for at in spots if trigger.search(text, max(0, at - 4), at + 40)])


def _windows(starts: list[int]) -> list[tuple[int, int]]:
    """Spans around the marks, the densest first when there are too many."""
    found: list[list[int]] = []
    for at in starts:
        start, end = max(0, at - BEFORE), at + AFTER
        if found and start <= found[-1][1] and end - found[-1][0] <= 3 * AFTER:
            found[-1][1] = end
            found[-1][2] += 1
        else:
            found.append([start, end, 1])
    best = sorted(found, key=lambda w: -w[2])[:WINDOWS]
    return [(w[0], w[1]) for w in sorted(best)]


class _Folder(Ahead):
    """Walks the tokens once: assignments fill the table of known variables, other constants are written down."""

    def __init__(self, source: str, rules: Grammar, budget: Budget, offset: int) -> None:
        super().__init__(lex(source, rules, TOKENS), rules, budget)
        self._source = source
        self._offset = offset
        self._spans: list[tuple[int, int, str]] = []
        self._pieces: list[Piece] = []
        self._grown: set[str] = set()

    def run(self) -> Iterator[Piece]:
        texts, known, assign = self.texts, self.known, self.rules.assign
        plain, beginnings = self._beginnings()
        end = 0
        for count, at in enumerate(beginnings):
            if count % 256 == 0:
                self.budget.check_time()
            if at < end:
                continue
            key = plain.get(texts[at])
            if key is None or key in known or (at + 1 < len(texts) and texts[at + 1] in assign):
                end = max(at + 1, self._statement(at))
        yield from self._pieces
        for name in sorted(self._grown):
            value = self.known.get(name)
            if isinstance(value, str | bytes) and len(value) >= _LONG:
                yield Piece(value, "joined strings", self._offset)
        if self._spans:
            yield Piece(self._rewritten(), "joined strings", self._offset, rewritten=True)

    def _beginnings(self) -> tuple[dict[str, str], list[int]]:
        """Return the tokens with which an expression or an assignment may begin; most tokens are none of these.

        Before them the names among them that only matter once they are known, or where they become known.
        """
        texts, wanted = self.texts, self.tails | self.rules.sinks | {"new", "function"}
        different = dict(zip(texts, self.kinds, strict=True))
        names = {token: token.lower() for token, kind in different.items() if kind == "i"}
        functions = {token for token, lower in names.items() if lower == "function"}
        made = set(compress(texts, map(set(self.rules.assign).__contains__, texts[1:])))
        made.update(compress(texts[1:], map(functions.__contains__, texts)))
        known = self.known.keys() | set(map(self.key, made))
        plain = {token: self.key(token) for token, lower in names.items() if lower not in wanted}
        plain = {token: key for token, key in plain.items() if key in known}
        some = {token for token, kind in different.items() if kind == "s" or token in self.openers}
        some |= plain.keys() | {token for token, lower in names.items() if lower in wanted}
        return plain, list(compress(range(len(texts)), map(some.__contains__, texts)))

    def _statement(self, at: int) -> int:
        kind, token = self.kinds[at], self.texts[at]
        if kind == "i":
            end = self._name(at, token)
            if end:
                return end
        elif kind != "s" and token not in self.openers:
            return at + 1
        end = self.alone(at)
        if end or self.fails(at):
            return end or at + 1
        try:
            value, end = self.expression(at)
        except UnknownError:
            return at + 1
        self._note(at, end, value)
        self._piped(at, end, value)
        return end

    def _name(self, at: int, token: str) -> int:
        """Return where to go on after a name, or 0 where an expression begins with it."""
        lower = token.lower()
        end = 0
        if lower in self.rules.sinks:
            end = self._sink(at)
        if not end and at + 1 < len(self.texts) and self.texts[at + 1] in self.rules.assign:
            end = self._assignment(at)
        if not end and lower == "function":
            end = self._function(at)
        if end:
            return end
        if self.key(token) in self.known or lower in self.tails or lower == "new":
            return 0
        return at + 1

    def _note(self, at: int, end: int, value: Value) -> None:
        """Keep a computed string that is more than one literal or one name."""
        if self.texts[at] == "[" and isinstance(value, list) and len(value) == 1 and end - at > 3:
            if at and self.kinds[at - 1] == "i" and isinstance(value[0], str):  # name["me" + "mber"]
                self._spans.append((self.tokens.start(at) + 1, self.tokens.ends[end - 1] - 1, value[0]))
            return
        if end - at > 1 and isinstance(value, str | bytes) and len(value) > 0:
            words = text(value)
            called = self.texts[at] == "(" and at and (self.kinds[at - 1] == "i" or self.texts[at - 1] in {"]", ")"})
            inside = int(bool(called and self.texts[end - 1] == ")"))  # the brackets of a call stay
            self._spans.append((self.tokens.start(at) + inside, self.tokens.ends[end - 1] - inside, words))
            if isinstance(value, bytes):
                self._pieces.append(Piece(value, "decoded bytes", self._offset + self.tokens.start(at)))

    def _assignment(self, at: int) -> int:
        sign = self.texts[at + 1]
        if at and self.texts[at - 1] in {".", "->", "::"}:
            return 0
        name = self.key(self.texts[at])
        if self.fails(at + 2):
            self.known.pop(name, None)
            return at + 2
        try:
            value, end = self.expression(at + 2)
        except UnknownError:
            self.known.pop(name, None)
            return at + 2
        self._note(at + 2, end, value)
        if not self.ends_expression(end):
            self.known.pop(name, None)  # only the beginning of it is constant
            self._piped(at + 2, end, value)
            return end
        before = self.known.get(name)
        if sign != self.rules.assign[0]:
            if before is None or isinstance(before, list) or isinstance(value, list):
                self.known.pop(name, None)
                return end
            value = text(before) + text(value)
        if isinstance(value, str | bytes) and len(value) >= _LONG and (end - at > 3 or before is not None):
            self._grown.add(name)
        self.known[name] = value
        return end

    def _function(self, at: int) -> int:
        """`function f() { return "constant"; }`: its calls are constants too."""
        if "return" not in self.texts[at : at + 12]:
            return 0
        start = self.texts.index("return", at, at + 12)
        if self.kinds[at + 1 : at + 2] != ["i"] or start + 1 >= len(self.kinds):
            return 0
        try:
            value, end = self.expression(start + 1)
        except UnknownError:
            return 0
        if self.texts[end : end + 1] in (["}"], [";"]) and "{" in self.texts[at:start]:
            self.known[self.key(self.texts[at + 1])] = value
            return end
        return 0

    def _sink(self, at: int) -> int:
        name, after = self.sink_at(at)
        if not name or after >= len(self.kinds):
            return 0
        try:
            values, end = self.arguments(after) if self.texts[after] == "(" else ([], 0)
            value = values[-1] if values else None
            if value is None or not end:
                value, end = self.expression(after)
        except UnknownError:
            return 0
        if isinstance(value, str | bytes) and len(value) > 3:
            self._pieces.append(Piece(value, name, self._offset + self.tokens.start(at), runs=True))
            inside = int(self.texts[after] == "(")
            self._spans.append((self.tokens.start(after) + inside, self.tokens.ends[end - 1] - inside, text(value)))
        return end

    def _piped(self, at: int, end: int, value: Value) -> None:
        """`"text" | iex`."""
        if end + 1 < len(self.kinds) and self.texts[end] == "|" and isinstance(value, str | bytes):
            name, _ = self.sink_at(end + 1)
            if name:
                self._pieces.append(Piece(value, name, self._offset + self.tokens.start(at), runs=True))

    def _rewritten(self) -> str:
        out: list[str] = []
        at = 0
        for start, end, words in sorted(self._spans):
            if start < at:
                continue
            escaped = words.replace('"', "'").replace("\r", "").replace("\n", " ; ")
            out += (self._source[at:start], f'"{escaped}"')
            at = end
        out.append(self._source[at:])
        whole = "".join(out)
        for pattern, new in self.rules.clean:
            whole = pattern.sub(new, whole)
        return whole
