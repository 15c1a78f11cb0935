import pickle
import re
import string
from importlib.resources import files
from pathlib import Path

import pytest

from anshin.risk.errors import BlockDamagedError, ParameterError, sentences


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(sentences()))
def test_both_languages_say_the_same_values(code):
    words = sentences()[code]
    assert set(words) == {"ja", "en"}
    assert _fields(words["ja"]) == _fields(words["en"])
    assert re.search(r"[ぁ-んァ-ン]", words["ja"])


def test_every_code_of_the_numbers_is_used_and_every_used_code_is_there():
    folder = Path(str(files("anshin.risk")))
    sources = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    used = set(re.findall(r'"((?:parameter|money|data|fit|grid|portfolio)\.[a-z_]+)"', sources))
    assert used <= set(sentences())
    held = {code for code in sentences() if code.split(".")[0] in {"money", "fit", "grid", "portfolio", "parameter"}}
    assert held <= used


@pytest.mark.parametrize("kind", [ParameterError, BlockDamagedError])
def test_an_error_travels_between_processes_whole(kind):
    error = kind("parameter.empty", where="表")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.ja, again.en, str(again)) == (kind, error.ja, error.en, error.en)
    assert "表" in again.ja
