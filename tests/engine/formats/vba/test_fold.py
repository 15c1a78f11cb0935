"""Constant expressions are worked out as VBA would, and what is not constant leaves a hole."""

import pytest

from anshin.engine.formats.vba.decode import Decoder
from anshin.engine.formats.vba.fold import HOLE, Folder, tokens


def value(text: str, **known: object) -> object:
    folder = Folder()
    folder.known.update(known)  # type: ignore[arg-type]
    return folder.evaluate(tokens(text))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a" & "b"', "ab"),
        ('"a" + "b" & 1', "ab1"),
        ('"say ""hi"""', 'say "hi"'),
        ("Chr(65) & Chr$(&H42) & ChrW(67)", "ABC"),
        ("Chr(130 / 2)", "A"),
        ('Chr(Asc("B") - 1)', "A"),
        ("Chr(100 Xor 37)", "A"),
        ("Chr(2 * (30 + 2) + 1)", "A"),
        ('StrReverse("cba")', "abc"),
        ('Replace("a-b-c", "-", "")', "abc"),
        ('Join(Split("a b c", " "), "")', "abc"),
        ('Join(Array("a", "b"), "")', "ab"),
        ('Mid("abcdef", 2, 3)', "bcd"),
        ('Left("abc", 2) & Right("abc", 1)', "abc"),
        ('LCase("ABC") & UCase("d")', "abcD"),
        ('Environ("TEMP") & "\\a"', "%TEMP%\\a"),
        ("String(3, 65)", "AAA"),
        ('VBA.Chr(65) & Strings.StrReverse("b")', "Ab"),
        ("Hex(255)", "FF"),
        ("-3 + 5", 2),
        ("17 Mod 5", 2),
        ('Len("abc")', 3),
    ],
)
def test_constants(text, expected):
    assert value(text) == expected


def test_what_is_unknown_leaves_a_hole():
    assert value('"a" & x & "b"') == f"a{HOLE}b"
    assert value('"a" & Foo(1, "c") & "b"') == f"a{HOLE}b"
    assert value('"a" & x & "b"', x="-") == "a-b"


@pytest.mark.parametrize(
    "text", ["", "(", ")", "&", '"', "Chr(", "Chr()", "Mid(,,)", "1 / 0", "2 ^ 9999", "Split(1)", ",,,", "- - -"]
)
def test_nonsense_is_unknown_and_never_raises(text):
    value(text)


def test_texts_do_not_grow_without_bound():
    folder = Folder()
    folder.assign("x", "a" * 1000)
    for _ in range(60):
        folder.assign("x", folder.evaluate(tokens("x & x"))[0])
    assert len(str(folder.known.get("x", ""))) <= 1 << 18


@pytest.mark.parametrize(
    "hidden",
    [
        "cmd.exe /c ver & rem"[::-1],
        b"cmd.exe /c ver & rem".hex(),
        bytes(b ^ 90 for b in b"cmd.exe /c ver & rem").decode("latin-1"),
        bytes(b ^ 90 for b in b"cmd.exe /c ver & rem").hex(),
        "".join(chr(ord(c) + 3) for c in "cmd.exe /c ver & rem"),
        "c~m~d~.~e~x~e~ ~/~c~ ~v~e~r~ ~&~ ~r~e~m~",
        "Y21kLmV4ZSAvYyB2ZXIgJiByZW0=",
    ],
)
def test_hidden_commands_are_found(hidden):
    assert Decoder().decode(hidden) is not None


@pytest.mark.parametrize(
    "honest",
    [
        "The quick brown fox jumps over the lazy dog.",
        "0123456789abcdef0123456789abcdef",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
        "SELECT name, amount FROM customers WHERE amount > 100 ORDER BY name",
        "C:\\Users\\Public\\Documents\\Report 2026.xlsx",
        "aHR0cDovL25zLmFkb2JlLmNvbS94YXAvMS4wLw==",
    ],
)
def test_honest_texts_hide_nothing(honest):
    assert Decoder().decode(honest) is None
