"""What stands around the generated tables."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def read(name: str) -> Any:
    """Return one of the YAML files that lie here."""
    return yaml.safe_load(files("anshin.cli.reference_pages").joinpath(name).read_text(encoding="utf-8"))


def opening(page: str, language: str) -> list[str]:
    """Return the lines before the first table of `page`: its title and what it is."""
    words = read("words.yaml")[page][language]
    lines = [f"# {words['title']}"]
    for paragraph in words["intro"]:
        lines += ["", paragraph]
    return lines


def head(page: str, language: str) -> list[str]:
    """Return a table's head."""
    return ["", read("words.yaml")[page][language]["head"], "|---|---|---|"]
