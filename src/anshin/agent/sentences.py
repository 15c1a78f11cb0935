"""Looks up what the agent says to people; the words themselves stand in sentences.yaml."""

import os
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml


class Sentence(NamedTuple):
    """One thing to say, in both languages."""

    ja: str
    en: str


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("anshin.agent").joinpath("sentences.yaml").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = yaml.safe_load(text)
    return table


def keys() -> tuple[str, ...]:
    """Return every key, for the test that holds both languages against each other."""
    return tuple(_table())


def sentence(key: str, **values: object) -> Sentence:
    """Return the sentence `key` with its `{values}` filled in. Raises KeyError when there is none."""
    pair = _table()[key]
    return Sentence(pair["ja"].format(**values), pair["en"].format(**values))


def language() -> str:
    """Return "ja" or "en" for a person at a terminal: ANSHIN_LANG, else the locale."""
    chosen = next(
        (os.environ[name] for name in ("ANSHIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "ja" if chosen.lower().startswith("ja") else "en"


def say(key: str, **values: object) -> str:
    """Return the sentence `key` in the language of the person at the terminal."""
    said = sentence(key, **values)
    return said.ja if language() == "ja" else said.en
