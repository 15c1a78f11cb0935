"""The word lists of `words.yaml`, ready to compare."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from anshin.engine.wording import load_data


@dataclass(frozen=True, slots=True)
class Words:
    """Sets of lower-case words, and patterns over texts in lower case."""

    triggers: frozenset[str]
    trigger_endings: tuple[str, ...]
    creates: frozenset[str]
    downloads_api: frozenset[str]
    memory: frozenset[str]
    copies: frozenset[str]
    threads: frozenset[str]
    places: frozenset[str]
    dll_names: tuple[str, ...]
    objects: dict[str, tuple[str, ...]]
    hidden_objects: tuple[str, ...]
    patterns: dict[str, re.Pattern[str]]


@cache
def words() -> Words:
    """Return the lists."""
    data: dict[str, Any] = load_data("formats/vba/words.yaml")
    patterns = (
        "launchers",
        "powershell",
        "hidden_window",
        "hidden_powershell",
        "lolbin",
        "damage",
        "protection",
        "sandbox",
        "persistence",
        "programs",
    )
    return Words(
        triggers=frozenset(data["triggers"]),
        trigger_endings=tuple(data["trigger_endings"]),
        creates=frozenset(data["creates"]),
        downloads_api=frozenset(data["downloads_api"]),
        memory=frozenset(data["memory"]),
        copies=frozenset(data["copies"]),
        threads=frozenset(data["threads"]),
        places=frozenset(data["places"]),
        dll_names=tuple(data["dll_names"]),
        objects={kind: tuple(names) for kind, names in data["objects"].items()},
        hidden_objects=tuple(data["hidden_objects"]),
        patterns={name: re.compile(data[name]) for name in patterns},
    )
