"""Puts an entry of the log into a sentence. The sentences stand in `catalogue.yaml`, the words in `words.yaml`."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from anshin.console.audit.models import AuditEntry

UNKNOWN = "?"
"""Stands where an entry has no value for what the sentence names."""


def _load(name: str) -> dict[str, dict[str, str]]:
    text = (resources.files("anshin.console.audit") / name).read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return the sentences by action and language."""
    return _load("catalogue.yaml")


@cache
def vocabulary() -> dict[str, dict[str, str]]:
    """Return the words for values that the program knows, by value and language."""
    return _load("words.yaml")


def sentence(entry: AuditEntry, language: str) -> str:
    """Return what `entry` says, in `language`; the bare action when no sentence is written for it."""
    return _filled(entry.action, entry.data, language, missing=UNKNOWN)


def doer(entry: AuditEntry, language: str) -> str:
    """Return who acted, in `language`: a person's or a device's name as it is, the program's in words."""
    if entry.actor_kind != "system":
        return entry.actor_name
    return format(_Value(entry.actor_name, "ja" if language.startswith("ja") else "en"), "word")


def names_of_program(text: str) -> list[str]:
    """Return the names under which the program acts and whose words, in any language, contain `text`."""
    sought = text.casefold()
    return [name for name, words in vocabulary().items() if any(sought in word.casefold() for word in words.values())]


def outline(action: str, language: str) -> str:
    """Return the sentence of `action` with dots in place of its values."""
    return _filled(action, {}, language, missing="…")


class _Value:
    """A value in a sentence. With the format `word` it is looked up in the vocabulary, if it stands there."""

    def __init__(self, value: Any, language: str) -> None:
        self.value, self.language = value, language

    def __format__(self, form: str) -> str:
        return ", ".join(
            self._text(one, form) for one in (self.value if isinstance(self.value, list) else [self.value])
        )

    def _text(self, value: Any, form: str) -> str:
        words = vocabulary().get(str(value)) if form == "word" else None
        return words[self.language] if words else str(value)


def _filled(action: str, data: Mapping[str, Any], language: str, *, missing: str) -> str:
    short = "ja" if language.startswith("ja") else "en"
    words = catalogue().get(action)
    if words is None:
        return action
    known: defaultdict[str, _Value] = defaultdict(lambda: _Value(missing, short))
    known.update({key: _Value(value, short) for key, value in data.items()})
    return words[short].format_map(known)
