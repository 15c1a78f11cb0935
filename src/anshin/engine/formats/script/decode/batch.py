"""Batch files: variables put in place of %name%, %name:~from,count% and %name:old=new%; carets are gone already."""

import re
from collections.abc import Iterator

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.source import Source
from anshin.engine.wording import load_data

DATA = "formats/script/decode/batch.yaml"
_SET = re.compile(
    r"""^[\s@(]*(?:if\s.{0,80}?\s)?set\s+(?:/a\s+)?"?([^=\s"]+[^="\n]{0,40}?)\s*=([^\n]*)$""", re.IGNORECASE
)
_USE = re.compile(r"([%!])([^%!\s:=&|<>\"]{1,64})(?::(~-?\d*(?:,-?\d*)?|[^%!=\n]{1,60}=[^%!\n]{0,60}))?\1")
MANY = 6
LINES = 20_000
_COMMAND = re.compile(r"\b(?:powershell|pwsh)(?:\.exe)?\b[^\n]*?\s(?:-|/)c(?:ommand)?\s+([^\n]{12,})", re.IGNORECASE)
ROOM = 1024 * 1024


def expanded(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield the text with its variables put in place, when enough of it changes."""
    text = source.text
    if text.count("%") + text.count("!") < 2 * MANY:
        return
    known = dict(load_data(DATA)["variables"])
    out: list[str] = []
    used = size = 0
    for count, line in enumerate(text.split("\n")):
        if count % 256 == 0:
            budget.check_time()
        if count > LINES or size > ROOM:
            return
        full, hits = _expand(line, known)
        used += hits
        size += len(full)
        match = _SET.match(full.strip("\r"))
        if match:
            known[match[1].strip().lower()] = match[2].strip().rstrip('"')[:8192]
        out.append(full)
    if used >= MANY:
        yield Piece("\n".join(out), "variables", rewritten=True)


def _expand(line: str, known: dict[str, str]) -> tuple[str, int]:
    hits = 0

    def one(match: re.Match[str]) -> str:
        nonlocal hits
        value = known.get(match[2].lower())
        if value is None:
            return match[0]
        hits += 1
        return _part(value, match[3] or "")

    return _USE.sub(one, line)[:65536], hits


def _part(value: str, part: str) -> str:
    if part.startswith("~"):
        numbers = [int(n) if n.lstrip("-") else 0 for n in part[1:].split(",")]
        start = numbers[0] if numbers[0] >= 0 else max(0, len(value) + numbers[0])
        if len(numbers) < 2:
            return value[start:]
        return value[start : start + numbers[1]] if numbers[1] >= 0 else value[start : numbers[1]]
    if "=" in part:
        old, _, new = part.partition("=")
        return re.sub(re.escape(old), lambda _: new, value, flags=re.IGNORECASE) if old else value
    return value


def commands(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield what is handed to PowerShell on its command line."""
    if not source.words & {"powershell", "pwsh"}:
        return
    for count, match in enumerate(_COMMAND.finditer(source.text)):
        budget.check_time()
        if count >= 64:
            return
        yield Piece(match[1].strip().strip('"'), "powershell -Command", match.start(), "powershell", runs=True)
