"""The words of the page, in one language at a time."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Text = dict[str, str]


@cache
def table(name: str) -> dict[str, Any]:
    """Return one of the data files beside this module."""
    found: dict[str, Any] = yaml.safe_load(files("anshin.training.evaluate").joinpath(name).read_text(encoding="utf-8"))
    return found


def words(language: Literal["ja", "en"]) -> Text:
    """Return the words of `words.yaml`."""
    return {key: value[language] for key, value in table("words.yaml").items()}
