"""Packers of JavaScript: Dean Edwards' p,a,c,k,e,d, and scripts made of six signs only."""

import re
from collections.abc import Iterator

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.lex import unescape_c
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.source import Source

_PACKED = re.compile(
    r"""\}\s*\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")\s*,\s*(\d{1,2}|\[\])\s*,\s*\d{1,5}\s*,\s*('[^'\n]*'|"[^"\n]*")\s*\.\s*split\s*\("""
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def unpacked(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield what a packed script unpacks to."""
    text = source.text
    if "eval" not in source.words or not ("split('|')" in text or 'split("|")' in text):
        return
    for match in _PACKED.finditer(text):
        budget.check_time()
        base = int(match[2]) if match[2].isdigit() else 62
        words = match[3][1:-1].split("|")
        if 2 <= base <= len(_DIGITS):
            table = {_name(n, base): word for n, word in enumerate(words) if word}
            body = unescape_c(match[1][1:-1])
            out = re.sub(r"\b\w+\b", lambda m, t=table: t.get(m[0], m[0]), body)  # type: ignore[misc]
            yield Piece(out, "packer", match.start(), runs=True)


def _name(number: int, base: int) -> str:
    out = ""
    while True:
        out = _DIGITS[number % base] + out
        number //= base
        if not number:
            return out
