"""Scripts are told from prose, whatever letters they are written in, and the table keeps to its own rules."""

import re

import pytest

from anshin.engine.identify.text_marks import DATA, script_kind
from anshin.engine.wording import load_data

LANGUAGES = load_data(DATA)["languages"]
SCRIPTS = {
    "powershell": "$client = New-Object Net.WebClient\n\n    $text = 'x'\nInvoke-Thing -Name $text\n",
    "batch": "@echo off\nset NAME=x\nif exist a.txt del a.txt\n:end\n",
    "vbscript": 'Dim shell\nSet shell = CreateObject("A.B")\n\n  shell.Run "x"\n',
    "php": "<?php\neval($_POST['x']);\n",
    "javascript": "var a = ['x'];\nfunction b(c) {\n  return c;\n}\n",
    "python": "import os\n\n\ndef main() -> None:\n    print(os.name)\n",
    "shell": "cd /tmp || exit 1\nchmod +x a\nif [ -f a ]; then\n  ./a -x\nfi\n",
}
PROSE = "The function returns a set of values. See import os for details.\n" * 30


@pytest.mark.parametrize("kind", SCRIPTS)
@pytest.mark.parametrize("ending", ["", "\u00e9", "\u0130\u017f"], ids=["ascii", "latin", "letters alike"])
def test_a_script_is_known_in_any_alphabet(kind, ending):
    comment = {"batch": "rem ", "vbscript": "' ", "php": "// ", "javascript": "// "}.get(kind, "# ")
    assert script_kind(SCRIPTS[kind] + f"{comment}x{ending}\n") == kind


@pytest.mark.parametrize("kind", sorted(set(SCRIPTS) - {"python"}))
def test_capital_letters_count_as_small_ones(kind):
    assert script_kind(SCRIPTS[kind].upper()) == kind


@pytest.mark.parametrize("kind", sorted(set(SCRIPTS) - {"python", "php"}))
def test_indentation_and_empty_lines_hide_nothing(kind):
    indented = "\n\n" + "".join(f"\t    {line}\n\n" for line in SCRIPTS[kind].split("\n"))
    assert script_kind(indented) == kind


@pytest.mark.parametrize("kind", sorted(set(SCRIPTS) - {"vbscript"}))  # its lines look like English
def test_one_line_of_code_in_prose_is_prose(kind):
    assert script_kind(PROSE + "".join(f"{line} is what you write.\n" for line in SCRIPTS[kind].split("\n"))) == ""


def test_a_word_anywhere_in_a_line_is_enough_for_javascript():
    text = "a.b();\nc = d(new ActiveXObject('x'));\ne();\n"
    assert script_kind(text) == "javascript"
    assert script_kind(text.replace("ActiveXObject", "Other")) == ""


@pytest.mark.parametrize("row", LANGUAGES, ids=[row["kind"] for row in LANGUAGES])
def test_the_table_keeps_to_its_rules(row):
    for pattern in [*row["sure"], *row["line"], *row.get("anywhere", ())]:
        letters = re.sub(r"\\.", "", pattern)
        assert letters == letters.lower(), "capital letters are looked for in small ones"
        re.compile(pattern)
    for pattern in row["sure"]:
        for blank in (" ", "\t", "\n"):
            assert re.match(pattern, blank) is None
            assert not pattern.startswith((r"\s", r"^\s", "[^")), "what begins with white space is never tried there"
    holds = row.get("holds", "")
    assert holds == holds.lower()
    assert holds.isascii()
    assert not set(holds) & set("iks"), "other letters are alike to these"
    assert holds in SCRIPTS[row["kind"]]
