"""What makes reading fast must find the same as the plain way, which stands beside it here."""

import random
import re

import numpy as np
import pytest

from anshin.engine.formats.script.decode import blobs
from anshin.engine.formats.script.match import _word_first
from anshin.engine.formats.script.measure import _random, _six_signs
from anshin.engine.formats.script.source import Source

PLAIN = {
    "_BASE64": (
        r"(?<![A-Za-z0-9+/=])={0,2}[A-Za-z0-9+/]{40,}(?:\s*[\r\n]\s*[A-Za-z0-9+/]{24,})*"
        r"(?:\s*[\r\n]\s*[A-Za-z0-9+/]{1,76}=*(?=[\s\"'@]))?={0,2}"
    ),
    "_HEX": r"(?<![A-Za-z0-9+/])(?:0x)?(?:[0-9a-fA-F]{2}){24,}(?![A-Za-z0-9+/])",
    "_NUMBERS": (
        r"(?<![\w.])(?:(?:0x[0-9a-fA-F]{1,2}|\d{1,5})[^\w\"'(){}\[\]\\]{1,4}){22,}(?:0x[0-9a-fA-F]{1,2}|\d{1,5})\b"
    ),
}
ALPHABETS = ("0123456789, ", "0x1f, ;2 ", '=abcABC0+/ \n"', "0123456789abcdefx+ _", "٣5,é .0", "\n=Ab1/+")


def made(chance: random.Random) -> str:
    letters = chance.choice(ALPHABETS)
    text = "".join(chance.choice(letters) * chance.choice([1, 1, 1, 7, 45]) for _ in range(chance.randint(1, 90)))
    digits = "".join(chance.choice("0123456789abcdefABCDEF") for _ in range(chance.randint(40, 80)))
    mark = chance.choice([" ", '"', "=", "==", "_", ".", "\n"])
    numbers = chance.choice([", ", " ", ";"]).join(str(chance.randint(0, 99999)) for _ in range(chance.randint(15, 40)))
    parts = [text, mark, chance.choice(["", "0x"]) + digits, chance.choice([" ", "=", "g", ""]), numbers]
    chance.shuffle(parts)
    return "".join(parts)


@pytest.mark.parametrize("name", PLAIN)
def test_runs_are_found_where_the_plain_expression_finds_them(name):
    chance, plain, hits = random.Random(name), re.compile(PLAIN[name]), 0
    for _ in range(600):
        text = made(chance)
        found = [m.span() for m in plain.finditer(text)]
        assert [m.span() for m in getattr(blobs, name).finditer(text)] == found
        hits += len(found)
    assert hits > 50


@pytest.mark.parametrize("before", [0, 1, 599, 600, 601, 5000])
@pytest.mark.parametrize(("length", "found"), [(599, False), (600, True), (1300, True)])
def test_a_run_of_six_signs_is_found_wherever_it_begins(before, length, found):
    text = "x" * before + ("[]()!+" * 300)[:length] + "x" * 700
    assert _six_signs(text) is found


@pytest.mark.parametrize(
    "text", ["shellexecute", "x shellexecute(", "xshellexecute", "shellexecutex", "_shellexecute "]
)
@pytest.mark.parametrize(
    "pattern", [r"\bshellexecute\b", r"\bshellexecute\s*\(", r"\bshell\w+\b", r"\bshellexecutex?\b"]
)
def test_an_expression_that_begins_with_a_word_still_wants_its_bound(text, pattern):
    plain, fast = re.search(pattern, text), re.search(_word_first(pattern), text)
    assert (plain and plain.span()) == (fast and fast.span())


def test_all_keys_are_tried():
    text = b"var shell = new ActiveXObject('WScript.Shell'); shell.Run('cmd /c calc');"
    for key in (1, 3, 77, 200):
        codes = np.frombuffer(bytes(c ^ key for c in text), dtype=np.uint8).astype(np.int64)
        assert text in [piece.data for piece in blobs.keyed(codes, "codes", 0)]
        assert text in [piece.data for piece in blobs.keyed(np.array(list(text)) + key, "codes", 0)]
    nothing = np.frombuffer(b"nothing that anybody would look for, in any way", dtype=np.uint8).astype(np.int64)
    assert len(list(blobs.keyed(nothing ^ 9, "codes", 0))) == 1


@pytest.mark.parametrize("text", ["", "\n", "a", "a\n", "\n\na\nb", "a\r\nb\n\n"])
def test_lines_are_counted_as_line_ends_before_the_place(text):
    source = Source(text, "javascript")
    for at in range(len(text) + 1):
        assert source.line(at) == text.count("\n", 0, at) + 1


def test_made_up_words_are_counted_one_by_one():
    words = frozenset({"abcdefghijk1", "_0xabc", "bcdfghj", "function", "a" * 12, "_0x", "x1"})
    assert _random(words) == 3
    assert Source("Eins zwei_DREI é4 eins", "python").words == {"eins", "zwei_drei", "4"}
