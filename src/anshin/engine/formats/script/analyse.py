"""Analyses one script text: signs in it and in every layer that it hides, facts and words for the models."""

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Layer, Parsed, Sign
from anshin.engine.formats.script import match, measure
from anshin.engine.formats.script.decode import Piece, load_decoder_tables, pieces, reveal
from anshin.engine.formats.script.source import Source, load_source_tables
from anshin.engine.unpack.member import Member, Problem
from anshin.engine.verdict import Place

DEPTH = 12
LAYERS = 64
LAYER_BYTES = 8 * 1024 * 1024
MEMBERS = 32
SAME_SIGN = 3
SHORT = 8 * 1024
HIDDEN = "script.hidden_action"
_OPEN = frozenset({"-EncodedCommand", "powershell -Command", "variables", "script encoder", "packer"})
"""Steps that honest scripts take too: what they lead to is not hidden by a trick."""


@dataclass(slots=True)
class Analysis:
    """What was found in one script text; the fields are those of `Parsed`."""

    signs: list[Sign] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    def into(self, parsed: Parsed, *, facts: bool = False) -> None:
        """Add all of it to `parsed`: what a script block or a macro shows, the file shows."""
        for sign in self.signs:
            if sum(s.code == sign.code for s in parsed.signs) < SAME_SIGN:
                parsed.signs.append(sign)
        parsed.problems += self.problems
        parsed.members += self.members
        parsed.layers += self.layers
        parsed.tokens = (parsed.tokens + self.tokens)[: measure.TOKENS]
        if facts:
            parsed.facts.update(self.facts)


@dataclass(frozen=True, slots=True)
class _Task:
    source: Source
    how: str
    depth: int
    line: int  # of the outermost text; 0: the text itself


def analyse(text: str, language: str, budget: Budget, *, where: str = "") -> Analysis:
    """Return what `text` in `language` shows; `where` stands before each line number ("macro Module1").

    Languages are those of `languages.yaml`; "command" is a command line of Windows. Nothing is run. Raises `LimitHit`
    when the time is over; every other limit becomes a gap.
    """
    return _Analyser(budget, where).run(text, language)


class _Analyser:
    def __init__(self, budget: Budget, where: str) -> None:
        self._budget = budget
        self._where = where
        self._found = Analysis()
        self._seen: set[bytes] = set()
        self._room = LAYER_BYTES
        self._queue: deque[_Task] = deque()
        self._hows: list[str] = []
        self._plain: set[str] = set()

    def run(self, text: str, language: str) -> Analysis:
        source = Source(text, language)
        self._seen.add(_key(text))
        self._queue.append(_Task(source, "", 0, 0))
        if source.ticks >= measure.MANY_TICKS:
            self._add_layer(source.text, language, "marks inside words", 0)
        while self._queue:
            self._budget.check_time()
            self._one(self._queue.popleft())
        measure.measure(source, self._found, self._hows)
        return self._found

    def _one(self, task: _Task) -> None:
        for code, line in match.find(task.source, self._budget):
            self._sign(code, task.line or line, task.how)
            if task.depth == 0:
                self._plain.add(code)
            elif code in match.hidden() and code not in self._plain and not set(task.how.split(" > ")) <= _OPEN:
                self._sign(HIDDEN, task.line, task.how)
        for code in measure.habits(task.source):
            self._sign(code, task.line or 1, task.how)
        for piece in self._pieces(task.source):
            line = task.line or task.source.line(piece.offset)
            how = f"{task.how} > {piece.how}" if task.how else piece.how
            self._take(piece, how, task, line)

    def _pieces(self, source: Source) -> Iterator[Piece]:
        for piece in pieces(source, self._budget):
            yield from reveal(piece, self._room)

    def _take(self, piece: Piece, how: str, task: _Task, line: int) -> None:
        self._budget.check_time()
        for code in piece.signs:
            self._sign(code, line, how)
        key = _key(piece.data)
        if not piece.data or key in self._seen:
            return
        self._seen.add(key)
        if isinstance(piece.data, bytes):
            self._member(piece, how, line)
            return
        source = Source(piece.data, piece.language or task.source.language)
        if piece.rewritten and not self._news(source, task):
            return
        self._hows.append(piece.how)
        if not (piece.signs or match.wanted(source) or measure.encoded(source)):
            return  # nothing in it that anybody here looks for
        if task.depth + 1 > DEPTH:
            self._gap("depth", line, how)
        elif self._add_layer(piece.data, source.language, how, line):
            self._queue.append(_Task(source, how, task.depth + 1, line))

    @staticmethod
    def _news(source: Source, task: _Task) -> bool:
        """Whether a text put in another way shows a new word, or is short enough to look at twice."""
        if len(source.text) <= SHORT and task.how.count("joined strings") == 0:
            return True
        return any(not set(row.words) & task.source.words for row in match.wanted(source))

    def _add_layer(self, text: str, language: str, how: str, line: int) -> bool:
        data = text.encode("utf-8", "replace")
        if len(self._found.layers) >= LAYERS or len(data) > self._room:
            self._gap("members" if len(data) <= self._room else "bytes", line, how)
            return False
        self._room -= len(data)
        self._budget.spend(len(data))
        kind = "" if language == "command" else language
        self._found.layers.append(Layer(data, how[:200], kind, Place(detail=self._detail(line))))
        return True

    def _member(self, piece: Piece, how: str, line: int) -> None:
        assert isinstance(piece.data, bytes)
        if len(self._found.members) >= MEMBERS:
            self._gap("members", line, how)
            return
        self._budget.spend(len(piece.data))
        name = piece.name or f"line {line}, layer {how}"
        self._found.members.append(Member(name, BytesContent(piece.data)))

    def _sign(self, code: str, line: int, how: str) -> None:
        if sum(s.code == code for s in self._found.signs) >= SAME_SIGN:
            return
        detail = self._detail(line) + (f", layer {how[:200]}" if how else "")
        sign = Sign(code, Place(detail=detail))
        if sign not in self._found.signs:
            self._found.signs.append(sign)

    def _gap(self, gap: str, line: int, how: str) -> None:
        if not any(p.gap == gap for p in self._found.problems):
            self._found.problems.append(Problem(gap=gap, detail=f"{self._detail(line)}, layer {how[:200]}"))

    def _detail(self, line: int) -> str:
        place = f"line {max(1, line)}"
        return f"{self._where}, {place}" if self._where else place


def _key(data: str | bytes) -> bytes:
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else b"\0" + data
    return hashlib.blake2b(raw, digest_size=16).digest()


def _load() -> None:
    """Read every table now: a jailed worker opens no file later."""
    match.load()
    load_source_tables()
    load_decoder_tables()
    measure.load()


_load()
