"""Every sentence stands in both languages, with the same values, and every key that is used exists."""

import re
import string
from pathlib import Path

import pytest

import anshin.agent
from anshin.agent.sentences import keys, language, say, sentence

SOURCES = [
    *Path(anshin.agent.__file__).parent.rglob("*.py"),
    *(Path(anshin.agent.__file__).parents[1] / "cli" / name for name in ("agent.py", "model_device.py")),
]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", keys())
def test_both_languages_take_the_same_values(key: str) -> None:
    from anshin.agent.sentences import _table

    pair = _table()[key]
    assert fields(pair["ja"]) == fields(pair["en"])
    filled = sentence(key, **dict.fromkeys(fields(pair["ja"]), "?"))
    assert re.search("[ぁ-んァ-ヶ一-龠]", filled.ja)
    assert not re.search("[ぁ-んァ-ヶ一-龠]", filled.en)


def test_every_sentence_is_used_and_every_used_one_exists() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    quoted = set(re.findall(r'"([a-z][a-z_]+)"', text))
    assert [key for key in keys() if key not in quoted] == []
    said = set(re.findall(r'(?:sentence|say|[A-Z][A-Za-z]+)\(\s*"([a-z]+_[a-z_]+)"', text))
    assert said - set(keys()) <= {"console_url", "last_contact", "clock_offset"}


def test_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANSHIN_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert language() == "ja"
    monkeypatch.setenv("ANSHIN_LANG", "en")
    assert language() == "en"
    assert say("stopped") == "Stopped."
