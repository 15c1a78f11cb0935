"""VBA source as lines of code: continuations joined, comments cut, procedures told apart. Format: [MS-VBAL] 3.2-3.3."""

import re
from dataclasses import dataclass, field

_CONTINUED = re.compile(r"[ \t]_[ \t]*\r?\n")
_START = re.compile(
    r"^\s*(?:(?:public|private|friend|static|global)\s+)*(?:sub|function|property\s+(?:get|let|set))\s+([^\W\d]\w*)",
    re.IGNORECASE,
)
_END = re.compile(r"^\s*end\s+(?:sub|function|property)\b", re.IGNORECASE)
_REM = re.compile(r"^\s*rem\b", re.IGNORECASE)
_KEYWORDS = ("sub", "function", "property")
_WORD = re.compile(r"[^\W\d]\w*")
MAX_LINES = 60_000


@dataclass(slots=True)
class Procedure:
    """A procedure, or what stands outside all of them (then `name` is empty)."""

    name: str  # lower case
    first: int  # number of its first line
    lines: list[tuple[int, str]] = field(default_factory=list)
    words: frozenset[str] = frozenset()  # every word in it, lower case, those in texts too


def procedures(text: str) -> list[Procedure]:
    """Return the procedures of a module in their order; the first one is what stands outside."""
    outside = Procedure("", 1)
    found, current = [outside], outside
    for number, line in code_lines(text):
        lower = line.lower()
        if current is outside:
            if any(word in lower for word in _KEYWORDS) and (start := _START.match(line)):
                current = Procedure(start[1].lower(), number)
                found.append(current)
            current.lines.append((number, line))
        else:
            current.lines.append((number, line))
            if lower.lstrip().startswith("end ") and _END.match(line):
                current = outside
    for one in found:
        one.words = frozenset(_WORD.findall("\n".join(line for _, line in one.lines).lower()))
    return found


def code_lines(text: str) -> list[tuple[int, str]]:
    """Return (number, line) without comments, attributes and empty lines; continued lines as one."""
    found: list[tuple[int, str]] = []
    number = 1
    for whole in _joined(text):
        line, continued = whole, 0
        if "\x01" in whole:
            line, continued = whole.replace("\x01", " "), whole.count("\x01")
        if "'" in line:
            line = _uncommented(line)
        start = line.lstrip()
        if start and not line.startswith("Attribute ") and not (start[:3].lower() == "rem" and _REM.match(line)):
            found.append((number, line))
        number += 1 + continued
        if len(found) >= MAX_LINES:
            break
    return found


def _joined(text: str) -> list[str]:
    """Return logical lines; a 0x01 stands where a line was continued, so that lines can still be counted."""
    return _CONTINUED.sub("\x01", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _uncommented(line: str) -> str:
    at = line.find("'")
    while at >= 0:
        if line.count('"', 0, at) % 2 == 0:
            return line[:at]
        at = line.find("'", at + 1)
    return line


def reachable(modules: list[list[Procedure]], first: set[str]) -> list[Procedure]:
    """Return the procedures that may run when those named in `first` run, those included.

    A call is any mention of the name, in a text too (`Application.Run "name"`); creating an object runs its
    `Class_Initialize`.
    """
    everything = [p for module in modules for p in module if p.name]
    by_name: dict[str, list[Procedure]] = {}
    for one in everything:
        by_name.setdefault(one.name, []).append(one)
    todo = [p for p in everything if p.name in first]
    if todo:
        todo += [p for p in everything if p.name in {"class_initialize", "userform_initialize", "userform_activate"}]
    seen: set[int] = set()
    found = []
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        found.append(one)
        for name in one.words & by_name.keys():
            todo += by_name[name]
    return found
