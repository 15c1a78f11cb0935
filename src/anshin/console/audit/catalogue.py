"""Puts an entry of the log into a sentence. The words stand in `catalogue.yaml`, one pair per action."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from anshin.console.audit.models import AuditEntry

UNKNOWN = "?"
"""Stands where an entry has no value for what the sentence names."""


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return the sentences by action and language."""
    text = (resources.files("anshin.console.audit") / "catalogue.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def sentence(entry: AuditEntry, language: str) -> str:
    """Return what `entry` says, in `language`; the bare action when no sentence is written for it."""
    words = catalogue().get(entry.action)
    if words is None:
        return entry.action
    return words["ja" if language.startswith("ja") else "en"].format_map(_values(entry.data))


def _values(data: Mapping[str, Any]) -> Mapping[str, str]:
    known: defaultdict[str, str] = defaultdict(lambda: UNKNOWN)
    known.update({key: _text(value) for key, value in data.items()})
    return known


def _text(value: Any) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
