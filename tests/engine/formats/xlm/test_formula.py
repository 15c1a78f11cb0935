"""Formulas are read and worked out in the same way from tokens and from text."""

import pytest

from anshin.engine.formats.xlm.biff import rk
from anshin.engine.formats.xlm.formula import Book, Evaluator, Sheet
from anshin.engine.formats.xlm.text import TextReader, cell_of
from anshin.engine.formats.xlm.tokens import TokenReader
from tests.engine.xlm_samples import char, joined, spelled, text


def worked_out(formula: str, **cells: object) -> object:
    sheet = Sheet("Macro1", macro=True)
    for name, value in cells.items():
        place = cell_of(name)
        assert place is not None
        sheet.values[place] = value  # type: ignore[assignment]
    tree = TextReader(formula, {"macro1": 0}).tree()
    assert tree is not None
    return Evaluator(Book(sheets=[sheet])).value(tree, 0)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('"a"&"b"', "ab"),
        ("CHAR(65)&CHAR(60+6)", "AB"),
        ('MID("abcdef",2,3)', "bcd"),
        ('SUBSTITUTE("a-b","-","")', "ab"),
        ("A1&B2", "xy"),
        ("Macro1!$A$1&'Macro1'!B2", "xy"),
        ('CONCATENATE("a",A1)', "ax"),
        ('LEFT("abc")&RIGHT("abc",2)', "abc"),
        ('IF(1,"a","b")', "a"),
        ('REPT("ab",2)', "abab"),
    ],
)
def test_text_formulas(formula, expected):
    assert worked_out(formula, A1="x", B2="y") == expected


def test_tokens():
    for tokens, expected in ((joined(text("a"), char(66)), "aB"), (spelled("cmd /c"), "cmd /c")):
        tree = TokenReader(tokens, wide=False, sheets=[], names=[]).tree()
        assert tree is not None
        assert Evaluator(Book(sheets=[Sheet("a")])).value(tree, 0) == expected


@pytest.mark.parametrize(
    "tokens", [b"", b"\x08", b"\x17", b"\x17\xff\0abc", b"\x42\xff\x6e\0", b"\x44", b"\x99" * 50, b"\x19\x04\xff\xff"]
)
def test_broken_tokens_never_raise(tokens):
    TokenReader(tokens, wide=False, sheets=[], names=[]).tree()
    TokenReader(tokens, wide=True, sheets=[], names=[]).tree()


def test_circles_end():
    sheet = Sheet("a", macro=True)
    for cell, formula in (((0, 0), "A2"), ((1, 0), 'A1&"x"')):
        tree = TextReader(formula, {}).tree()
        assert tree is not None
        sheet.formulas[cell] = tree
    book = Book(sheets=[sheet])
    tree = TextReader("A1", {}).tree()
    assert tree is not None
    Evaluator(book).value(tree, 0)


def test_short_numbers():
    assert rk((5 << 2) | 2) == 5
    assert rk(((-5 & 0x3FFFFFFF) << 2) | 2) == -5
    assert rk((123 << 2) | 3) == 1.23
