r"""Shell scripts: $'\x..' strings, short base64 that is decoded on the spot, and commands cut into variables."""

import re
from collections.abc import Iterator

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.blobs import unbase64
from anshin.engine.formats.script.decode.lex import unescape_c
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.source import Source

_DECODED = re.compile(
    r"""(?:echo|printf|<<<)\s+(?:-\w+\s+)*["']?([A-Za-z0-9+/]{12,}={0,2})["']?\s*(?:\|\s*)?[^\n]{0,40}?base64\s+-{1,2}[dD]"""
)
_PRINTED = re.compile(
    r"""(?:printf|echo\s+-\w*e\w*)\s+(["'])((?:\\x[0-9a-fA-F]{2}|\\[0-7]{3}|[^\\"'\n]){4,})\1\s*\|\s*(?:ba|da|z)?sh\b"""
)
_ANSI = re.compile(r"\$'((?:\\x[0-9a-fA-F]{2}|\\[0-7]{3}|\w){3,})'")
_SET = re.compile(r"""(?:^|[;&|{(\s])([A-Za-z_]\w{0,30})=(["']?)([\w./:@%+=-]{1,60})\2(?=[\s;&|)]|$)""")
_USE = re.compile(r"(?:\$\{?([A-Za-z_]\w{0,30})\}?){3,}")
_NAME = re.compile(r"\$\{?([A-Za-z_]\w{0,30})\}?")
MANY = 2


def expanded(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield what is decoded in pipes, and the text with short variables put in place."""
    budget.check_time()
    text = source.text
    if "base64" in source.words:
        for match in _DECODED.finditer(text):
            yield Piece(unbase64(match[1]), "base64", match.start(), runs=True)
    for match in _PRINTED.finditer(text) if "printf" in source.words or "echo" in source.words else ():
        yield Piece(unescape_c(match[2]), "printf", match.start(), runs=True)
    if "$'" in text:
        out, count = _ANSI.subn(lambda m: unescape_c(m[1]), text)
        if count >= MANY and out != text:
            yield Piece(out, "escapes", rewritten=True)
    yield from _joined(text, budget)


def _joined(text: str, budget: Budget) -> Iterator[Piece]:
    """$a$b$c: words cut into variables. Three in a row, several times, in one script."""
    uses = _USE.findall(text)
    if len(uses) < MANY:
        return
    budget.check_time()
    known = {m[1]: m[3] for m in _SET.finditer(text)}
    hits = 0

    def one(match: re.Match[str]) -> str:
        nonlocal hits
        names = _NAME.findall(match[0])
        if not all(name in known for name in names):
            return match[0]
        hits += 1
        return "".join(known[name] for name in names)

    out = _USE.sub(one, text)
    if hits >= MANY:
        yield Piece(out, "variables", rewritten=True)
