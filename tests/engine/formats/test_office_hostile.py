"""Files made to keep a parser busy: counts, depths, repetitions and missing ends cost seconds, and no memory."""

import struct
import time
from collections.abc import Callable

import pytest

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits
from tests.engine.office_samples import macro_book, onenote, opendocument, word
from tests.engine.ole_samples import ole
from tests.engine.xlm_samples import text, workbook

_STORE = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
_SECTION = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")


def vba(body: str) -> bytes:
    return f"Sub auto_open()\n{body}\nEnd Sub\n".encode()


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "the same word over and over": ("vba", lambda: vba('x = "' + "powershell " * 10_000 + '"')),
    "calls in calls": ("vba", lambda: vba("Shell(" * 10_000)),
    "a long join": ("vba", lambda: vba("x = " + '"ab" & ' * 20_000 + '"c"')),
    "a text that doubles": ("vba", lambda: vba('x = "abcdefgh"\n' + "x = x & x\n" * 2000)),
    "many declarations": ("vba", lambda: vba("".join(f'Declare Function f{n} Lib "k" (a)\n' for n in range(5000)))),
    "a long chain of procedures": (
        "vba",
        lambda: "".join(f"Sub s{n}()\ns{n + 1}\nEnd Sub\n" for n in range(8000)).encode() + vba("s0"),
    ),
    "lines that never end": ("vba", lambda: b"x _\n" * 60_000),
    "parentheses": ("vba", lambda: vba("x = " + "(" * 30_000)),
    "objects without end": ("rtf", lambda: b"{\\rtf1" + b"\\objdata " * 30_000),
    "groups without end": ("rtf", lambda: b"{\\rtf1\\objdata " + b"{" * 300_000),
    "raw bytes beyond the end": ("rtf", lambda: b"{\\rtf1" + b"{\\*\\objdata \\bin99999999 }" * 10_000),
    "fields without end": ("rtf", lambda: b"{\\rtf1" + b"{\\fldinst dde " * 20_000),
    "elements without end": ("docx", lambda: word(parts={"word/_rels/document.xml.rels": b"<Relationship " * 60_000})),
    "one endless attribute": (
        "docx",
        lambda: word(parts={"word/_rels/document.xml.rels": b"<Relationship " + b"a" * 2_000_000 + b">"}),
    ),
    "many references": ("docx", lambda: word(*[("image", f"http://a.test/{n}", True) for n in range(15_000)])),
    "a part that unpacks to much": ("docx", lambda: word(body="instrText" + "A" * 20_000_000)),
    "cells that double": ("xlsx", lambda: macro_book([f"A{n + 1}&amp;A{n + 1}" for n in range(1, 5000)], auto=True)),
    "formulas in formulas": ("xlsx", lambda: macro_book(["(" * 20_000, "-" * 20_000, "EXEC(" * 5000], auto=True)),
    "long formulas": ("ole2", lambda: workbook([text("a") + (text("b") + b"\x08") * 12_000] * 10, auto=True)),
    "a cell that refers to itself": ("ole2", lambda: workbook([b"\x44" + struct.pack("<HH", 0, 0)] * 500)),
    "beginnings of texts that are none": ("ole2", lambda: ole({"a": b"\x01xx\x00Attribut" * 30_000})),
    "many streams": ("ole2", lambda: ole({f"s{n}": b"x" for n in range(1500)})),
    "links": ("odf", lambda: opendocument('<draw:image xlink:href="http://a"/>' * 20_000)),
    "names": ("onenote", lambda: onenote(text="a.exe " * 60_000)),
    "empty files": ("onenote", lambda: _SECTION + (_STORE + bytes(20)) * 30_000),
    "bars": ("csv", lambda: b'"=a|' * 60_000),
    "empty lines": ("iqy", lambda: b"\n" * 300_000),
    "a long formula in a table": ("sylk", lambda: b"ID;P\nO;E\nC;X1;Y1;E" + b"(" * 30_000 + b"\nC;EA1&A1\n" * 8000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_cost_little(name):
    kind, build = HOSTILE[name]
    data = build()
    parser = parser_of(kind)
    assert parser is not None
    started = time.process_time()
    try:
        found = parser(data, Budget(Limits(seconds=20)))
    except LimitHit:
        found = None
    assert time.process_time() - started < 10
    if found is not None:
        assert len(found.tokens) <= 4096
        assert len(found.signs) < 300


def test_macro_text_that_hides_behind_a_limit_is_a_gap(judge):
    found = judge(word(body="instrText" + "A" * 3_000_000), "a.docx", total_bytes=1_000_000)
    assert found.status == "incomplete"
