"""Every sentence of the operating commands exists in Japanese, with the same places to fill in."""

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from anshin.console.web.operate import words

ROOT = Path(__file__).resolve().parents[4]
SRC = ROOT / "src" / "anshin"
SPEAKING = [
    *(SRC / "console" / "web" / "operate").rglob("*.py"),
    *(SRC / "console" / "web" / "demo").rglob("*.py"),
    SRC / "cli" / "up.py",
    SRC / "cli" / "operate.py",
]
CATALOGUE = SRC / "console" / "web" / "operate" / "locale" / "ja" / "LC_MESSAGES" / "django.po"


def sentences() -> set[str]:
    found = set()
    for path in SPEAKING:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            value = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
                value = node.args[0]
            elif isinstance(node, ast.keyword) and node.arg == "mend":
                value = node.value
            if isinstance(value, ast.Constant) and value.value:
                found.add(str(value.value))
    return found


def japanese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="ja") if m.id}


def places(text: str) -> list[str]:
    return sorted(name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name)


def test_every_sentence_is_translated():
    assert len(sentences()) > 50
    assert sorted(sentences() - set(japanese())) == []


def test_no_translation_is_left_over_or_empty():
    assert sorted(set(japanese()) - sentences()) == []
    assert [k for k, v in japanese().items() if not v] == []


@pytest.mark.parametrize(("english", "translated"), sorted(japanese().items()))
def test_the_same_places_are_filled(english: str, translated: str):
    assert places(english) == places(translated)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LC_MESSAGES": "ja", "LANG": "en_US.UTF-8"}, "ja"),
    ],
)
def test_terminal_language(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert words.terminal_language() == language
