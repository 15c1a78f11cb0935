"""Goes through procedures in order, folds what is constant, and notes every call that reaches outside the document."""

import re
from dataclasses import dataclass, field
from functools import cache

from anshin.engine.budget import Budget
from anshin.engine.formats.vba.fold import HOLE, Folder, Value, tokens
from anshin.engine.formats.vba.source import Procedure
from anshin.engine.formats.vba.words import words

_DECLARE = re.compile(
    r'\bdeclare\s+(?:ptrsafe\s+)?(?:function|sub)\s+(\w+)\s+lib\s+"([^"]*)"(?:\s+alias\s+"([^"]*)")?', re.IGNORECASE
)
_WORTH = ("chr(", "chrw(", "chr$(", "array(", "&h")
"""Besides calls that reach outside and texts: what makes a line worth working out."""
_LITERAL = re.compile(r'"((?:[^"\n]|"")*)"')
_LEADING = frozenset(
    {"let", "set", "const", "public", "private", "global", "static", "call", "dim", "if", "elseif", "case"}
)
MAX_DECLARED = 300
MAX_CALLS = 2000
LONG_ARGUMENTS = 200
"""Tokens of arguments that are read once a procedure has shown a hundred calls."""
_BREAKS = frozenset({":", "then", "else"})
_GENERIC = frozenset(
    {
        "environ",
        "temp",
        "tmp",
        "appdata",
        "true",
        "false",
        "vbhide",
        "vbnormalfocus",
        "nothing",
        "me",
        "thisworkbook",
        "activedocument",
        "path",
        "application",
        "chr",
        "chrw",
        "string",
        "fullname",
    }
)
_OFFICE = frozenset(
    {
        "application",
        "xlapp",
        "wdapp",
        "excel",
        "word",
        "xl",
        "appexcel",
        "objexcel",
        "objword",
        "ppt",
        "powerpoint",
        "outlook",
        "access",
        "oexcel",
        "oxl",
    }
)
_API_RUNS = frozenset(
    {
        "shellexecute",
        "shellexecutea",
        "shellexecutew",
        "shellexecuteex",
        "shellexecuteexa",
        "createprocess",
        "createprocessa",
        "createprocessw",
        "winexec",
    }
)


@dataclass(slots=True)
class Call:
    """One call that reaches outside: what kind, with which words and texts."""

    kind: str  # run, create, download, save, open, member
    name: str
    texts: list[str]  # arguments as far as they are texts
    words: frozenset[str]  # names in its arguments
    line: int
    folded: bool = False  # at least one argument was put together from pieces
    literals: tuple[str, ...] = ()  # text constants in its arguments


@dataclass(slots=True)
class Trace:
    """What one procedure does."""

    module: str
    procedure: Procedure
    calls: list[Call] = field(default_factory=list)
    literals: list[str] = field(default_factory=list)
    folded: list[tuple[str, int]] = field(default_factory=list)  # text, number of pieces it was put together from
    numbers: list[list[int]] = field(default_factory=list)  # long lists of small numbers
    tainted: set[str] = field(default_factory=set)  # variables filled from captions, tags, properties

    def place(self, line: int = 0) -> str:
        """Return where this is, in the words of a place's detail."""
        name = f"{self.module}.{self.procedure.name}".strip(".").replace(",", "_")[:80] or "declarations"
        return f"macro {name}, line {line or self.procedure.first}"


@cache
def _kinds() -> dict[str, str]:
    known = words()
    return {
        **dict.fromkeys((*_API_RUNS, "executeexcel4macro"), "run"),
        **dict.fromkeys(known.creates, "create"),
        **dict.fromkeys(known.downloads_api, "download"),
        **dict.fromkeys(("savetofile", "createtextfile", "opentextfile", "filecopy", "copyfile", "movefile"), "save"),
        "callbyname": "member",
    }


def _sinks() -> set[str]:
    return {*_kinds(), "shell", "run", "exec", "create", "open"}


@dataclass(slots=True)
class Tracer:
    """Keeps the variables and the declared functions over all modules of a project."""

    budget: Budget
    folder: Folder = field(default_factory=Folder)
    declared: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> (library, real name), lower case
    sinks: set[str] = field(default_factory=_sinks)

    def declare(self, procedure: Procedure) -> None:
        """Take the constants and declarations that stand outside procedures, and functions that return a constant."""
        for _, line in procedure.lines:
            if "declare" in line.lower() and len(self.declared) < MAX_DECLARED:
                for name, library, alias in _DECLARE.findall(line):
                    self.declared[name.lower()] = (library.lower(), (alias or name).lower())
                    self.sinks.add(name.lower())
            elif (procedure.name and line.lstrip().lower().startswith(procedure.name) and '"' in line) or (
                not procedure.name and "=" in line
            ):
                self._statement(tokens(line), Trace("", procedure), 0)

    def trace(self, module: str, procedure: Procedure) -> Trace:
        """Return what a procedure does."""
        found = Trace(module, procedure)
        here = tuple(procedure.words & self.sinks)
        for count, (number, line) in enumerate(procedure.lines):
            if count % 200 == 0:
                self.budget.check_time()
            lower = line.lower()
            quoted = '"' in line
            if quoted:
                found.literals += [text.replace('""', '"') for text in _LITERAL.findall(line)[:2000]]
            calls = any(word in lower for word in here)
            if not (calls or (quoted and ("=" in line or "&" in line)) or any(word in lower for word in _WORTH)):
                continue
            if "declare" in lower and _DECLARE.search(line):
                continue
            statement: list[str] = []
            for token in tokens(line[:200_000]):
                if token.lower() in _BREAKS:
                    self._statement(statement, found, number)
                    statement = []
                else:
                    statement.append(token)
            self._statement(statement, found, number)
        return found

    def _statement(self, line: list[str], trace: Trace, number: int) -> None:
        start = 0
        while start < len(line) and line[start].lower() in _LEADING:
            start += 1
        if start >= len(line) or self.folder.steps < 0:
            return
        mark = _assigned(line, start)
        if mark:
            self._assign(line, start, mark, trace)
        if line[start].lower() == "open" and "for" in (t.lower() for t in line):
            self._note("save", "open", line, start, trace, number)
            return
        noted = bool(mark)
        for at in range(start, len(line)):
            kind = self._kind(line, at, mark)
            if kind:
                noted = True
                self._note(kind, line[at].lower(), line, at, trace, number)
        if not noted and "&" in line and '"' in "".join(t[0] for t in line):
            self._passed(line, start, trace)

    def _passed(self, line: list[str], start: int, trace: Trace) -> None:
        """Keep texts that are put together and passed on to a procedure."""
        values, after = self.folder.arguments(line, start + 1)
        pieces = sum(t == "&" for t in line[start:after])
        for value in values:
            if isinstance(value, str) and len(value) >= 4:
                _keep(trace, value, pieces)

    def _assign(self, line: list[str], start: int, mark: int, trace: Trace) -> None:
        pieces = sum(t in {"&", "+"} or t[:3].lower() == "chr" for t in line[mark:])
        before = self.folder.calls
        value, _ = self.folder.evaluate(line, mark + 1)
        name = line[start].lower().rstrip("$%")
        if any(t.lower().rpartition(".")[2] in words().places for t in line[mark:] if "." in t):
            trace.tainted.add(name)
        if mark == start + 1 or (line[start + 1 : start + 2] or [""])[0].lower() == "as":
            self.folder.assign(name, value)
        elif isinstance(held := self.folder.known.get(name), list) and value is not None:
            if len(held) < 20_000:
                held.append(value)
        elif value is not None:
            self.folder.assign(name, [value])
        if isinstance(value, str) and len(value) >= 4 and (pieces or self.folder.calls > before):
            _keep(trace, value, max(pieces, self.folder.calls - before))
        elif isinstance(value, list) and len(value) >= 16 and all(isinstance(v, int) and -129 < v < 256 for v in value):
            trace.numbers.append([v & 255 for v in value if isinstance(v, int)])

    def _kind(self, line: list[str], at: int, mark: int) -> str:
        token = line[at].lower()
        if token.rpartition(".")[2] not in self.sinks:
            return ""
        following = line[at + 1] if at + 1 < len(line) else ""
        if at + 1 == mark or following.lower() in {"as", "=", ":="}:
            return ""
        head, _, name = token.rpartition(".")
        name = self.declared.get(name, ("", name))[1]
        if name == "shell":
            return "run" if following and head in {"", "vba", "interaction"} else ""
        if name in {"run", "exec"}:
            return "" if head in _OFFICE or not (head or token.startswith(".")) else "run"
        if name == "create":
            process = not head or head.startswith(("objprocess", "process", "win32"))
            return "run" if process and following not in {")", ""} and len(line) > at + 2 else ""
        if name == "open":
            return "open" if head or token.startswith(".") else ""
        return _kinds().get(name, "")

    def _note(self, kind: str, name: str, line: list[str], at: int, trace: Trace, number: int) -> None:
        if len(trace.calls) >= MAX_CALLS:
            return
        if len(trace.calls) > 100:
            line = line[: at + LONG_ARGUMENTS]
        before = self.folder.calls
        values, after = self.folder.arguments(line, at + 1)
        pieces = sum(t in {"&", "+"} or t[:3].lower() == "chr" for t in line[at:after])
        names = frozenset(
            t.lower().rstrip("$%") for t in line[at + 1 : after + 1] if t[0].isalpha() and t.lower() not in _GENERIC
        )
        texts = [_readable(v) for v in values]
        changed = self.folder.calls > before or pieces > 0
        for text in texts:
            if len(text) >= 4 and changed:
                _keep(trace, text, pieces)
        real = self.declared.get(name, ("", name))[1]
        literals = tuple(t.strip('"') for t in line[at:after] if t[0] == '"')[:50]
        trace.calls.append(Call(kind, real, texts, names, number, folded=changed, literals=literals))


def _assigned(line: list[str], start: int) -> int:
    """Return the index of the `=` that assigns, or 0 where the statement is none."""
    if start + 1 >= len(line):
        return 0
    if line[start + 1] == "=":
        return start + 1
    if line[start + 1].lower() == "as" and "=" in line[start:]:
        return line.index("=", start)
    if line[start + 1] == "(" and ")" in line[start:]:
        after = line.index(")", start) + 1
        if after < len(line) and line[after] == "=":
            return after
    return 0


def _readable(value: Value) -> str:
    if isinstance(value, str):
        return value
    return HOLE if value is None else (str(value) if isinstance(value, int | float) else "")


def _keep(trace: Trace, text: str, pieces: int) -> None:
    if len(trace.folded) < 3000 and text.strip(HOLE + " \r\n"):
        trace.folded.append((text, pieces))
