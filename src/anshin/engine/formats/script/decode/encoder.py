"""Microsoft Script Encoder: blocks `#@~^......==` ... `......==^#~@`, a substitution with three alphabets."""

import re
from collections.abc import Iterator
from functools import cache

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.source import Source
from anshin.engine.wording import load_data

DATA = "formats/script/decode/encoder.yaml"
_BLOCK = re.compile(r"#@~\^([A-Za-z0-9+/]{6})==(.*?)(?:([A-Za-z0-9+/]{6})==\^#~@|\Z)", re.DOTALL)
ENCODED = "script.encoded_script"


@cache
def _alphabets() -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    raw = bytes.fromhex("".join(load_data(DATA)["substitution"]))
    tables: tuple[dict[int, str], dict[int, str], dict[int, str]] = ({}, {}, {})
    for row in range(len(raw) // 3):
        char = "\t" if row == 0 else chr(31 + row)
        for column in range(3):
            tables[column].setdefault(raw[row * 3 + column], char)
    return tables


def encoded(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield every encoded block in clear."""
    if "#@~^" not in source.raw:
        return
    for match in _BLOCK.finditer(source.raw):
        budget.check_time()
        yield Piece(decode(match[2]), "script encoder", match.start(), runs=True, signs=(ENCODED,))


def decode(body: str) -> str:
    """Return the clear text of one block."""
    tables, data = _alphabets(), load_data(DATA)
    order, escapes = [int(c) for c in data["order"]], data["escapes"]
    out: list[str] = []
    at = count = 0
    while at < len(body):
        char = body[at]
        if char == "@" and at + 1 < len(body):
            out.append(escapes.get(body[at + 1], "?"))
            at += 2
        else:
            out.append(tables[order[count % 64]].get(ord(char), char))
            at += 1
        if ord(char) < 128:
            count += 1
    return "".join(out)
