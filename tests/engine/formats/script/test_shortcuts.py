"""Quick ways through a text find exactly what the plain ones find, at the edges where they could differ."""

import random
import re
from collections import Counter

import mmh3
import numpy as np
import pytest

from anshin.engine.features.vector import hashed
from anshin.engine.formats.html.markup import Markup
from anshin.engine.formats.script import measure
from anshin.engine.formats.script.decode import blobs
from anshin.engine.formats.script.decode.lex import grammar, lex
from anshin.engine.formats.script.source import Source

PARTS = [*"\"'`/*\\\n\r#@${}ar0x1.&h=_ \té[(:!+,-%", "//", "/*", '"""', "'''", "あ", "rem ", "A" * 39, "A" * 45]
NUMBERS = ["12,", "0x41, ", "9" * 6, ";", "\u3000", "f", "12 ,'", "65,66," * 12, "==", "Zz9/" * 11, "\n"]


def texts(parts: list[str], count: int = 400) -> list[str]:
    chosen = random.Random(20261125)
    return ["".join(chosen.choices(parts, k=chosen.randrange(1, 30))) for _ in range(count)]


@pytest.mark.parametrize("language", ["javascript", "python", "php", "vbscript", "vba", "powershell"])
def test_tokens_are_those_of_the_expression(language: str) -> None:
    rules = grammar(language)
    assert rules is not None
    for text in texts(PARTS):
        plain = [m for m in rules.tokens.finditer(text) if m.lastgroup != "x"]
        found = lex(text, rules, 1000)
        assert list(zip(found.kinds, found.texts, found.ends, strict=True)) == [
            (m.lastgroup or "o", m[0], m.end()) for m in plain
        ]
        assert [found.start(at) for at in range(len(plain))] == [m.start() for m in plain]


@pytest.mark.parametrize(
    ("pattern", "signs", "least"),
    [
        (blobs._BASE64, blobs._BASE64_SIGNS, 40),
        (blobs._NUMBERS, blobs._NUMBER_SIGNS, 45),
    ],
)
def test_runs_are_those_of_the_expression(pattern: re.Pattern[str], signs: bytes, least: int) -> None:
    found = 0
    for text in texts(PARTS + NUMBERS, 1500):
        spans = [m.span() for m in pattern.finditer(text)]
        assert [m.span() for m in blobs._found(pattern, Source(text, "javascript"), signs, least)] == spans
        found += len(spans)
    assert found


def test_no_key_is_left_out_that_makes_text() -> None:
    codes = np.frombuffer(b"powershell -c invoke http://host/ eval(x)\r\n" * 3, dtype=np.uint8).astype(np.int64)
    for key in (1, 77, 255):
        assert [p.how for p in blobs.keyed(codes ^ key, "codes", 0)][-1] == "codes > xor"
        assert [p.how for p in blobs.keyed(codes + key, "codes", 0)][-1] == "codes > shift"


def test_words_are_hashed_as_utf_8() -> None:
    words = ["eval", "あ", "\ud800", "", "eval"]
    bins = Counter(mmh3.hash(w.encode("utf-8", "surrogatepass"), 0, signed=False) % 16 for w in words)
    assert hashed(words, 16).tolist() == np.log1p(np.array([bins[n] for n in range(16)], dtype=np.float32)).tolist()


def test_first_words_and_counts_are_those_of_all() -> None:
    words = [f"{n * 7919 % 50021:x}" for n in range(12_000)]
    assert measure._first(words) == sorted(words)[: measure.TOKENS // 2]
    text = "the quick brown fox; " * 30
    assert measure._counts(text) == list(Counter(text).values())


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("<a href='x'><b><i>", ["a"]),
        ("<p title='<a href=x>'><a>", ["a"]),  # a quoted sign opens nothing
        ("<p title='<a href=x><a>", ["a", "a"]),  # without an end it is no quote
        ("</a><img" + " x" * 99 + "><img" + " x" * 101 + "><a>", ["img", "a"]),
        ("<img" + ' "q"' * 100 + "><img" + ' "q"' * 101 + "<a>", ["img", "a"]),
        ("<LIN\u212a rel=x>< / form>", ["link", "form"]),
    ],
)
def test_tags_of_a_page(page: str, names: list[str]) -> None:
    assert [tag.name for tag in Markup(page).tags] == names


def test_scripts_of_a_page_in_odd_letters() -> None:
    page = "<ſcript>one</scr\u0131pt ><script>two</script\n><p\u3000ONLOAD\xa0= 'three'><script>four"
    assert [s.text for s in Markup(page).scripts] == ["one", "two", "four", "three"]
