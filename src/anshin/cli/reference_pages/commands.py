"""The page of commands, from the command tree itself. Its Japanese stands in `commands.ja.yaml`."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import typer.main

from anshin.cli.app import app
from anshin.cli.reference_pages.words import head, opening, read


def page(language: Literal["ja", "en"]) -> str:
    """Return the page in one language. Raises LookupError, naming a sentence whose Japanese is missing."""
    lines = opening("commands", language)
    for name, command in walk(typer.main.get_command(app), "anshin"):
        lines += ["", f"## {name}", "", in_language(sentence_of(command), language)]
        rows = list(_rows(command, language))
        if rows:
            lines += [*head("commands", language), *rows]
    return "\n".join(lines) + "\n"


def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield full name and command for every command that does something, in the order of the tree."""
    inner = getattr(command, "commands", None)
    if not inner:
        yield name, command
        return
    for key, child in inner.items():
        if not child.hidden:
            yield from walk(child, f"{name} {key}")


def sentence_of(command: Any) -> str:
    """Return a command's help on one line."""
    return " ".join((command.help or "").split())


def sentences() -> set[str]:
    """Return every English sentence that the page shows."""
    found = set()
    for _name, command in walk(typer.main.get_command(app), "anshin"):
        found.add(sentence_of(command))
        found |= {" ".join((p.help or "").split()) for p in _parameters(command)}
    return found


def in_language(sentence: str, language: Literal["ja", "en"]) -> str:
    """Return `sentence` (English) in `language`. Raises LookupError for Japanese that is missing."""
    if language == "en" or not sentence:
        return sentence
    if sentence not in japanese():
        raise LookupError(f"commands.ja.yaml has no Japanese for {sentence!r}")
    return japanese()[sentence]


@cache
def japanese() -> dict[str, str]:
    """Return English → Japanese."""
    return {" ".join(key.split()): " ".join(value.split()) for key, value in read("commands.ja.yaml").items()}


def _parameters(command: Any) -> list[Any]:
    return [p for p in command.params if p.name != "help" and not getattr(p, "hidden", False)]


def _rows(command: Any, language: Literal["ja", "en"]) -> Iterator[str]:
    for parameter in _parameters(command):
        is_option = parameter.param_type_name == "option"
        shown = (
            ", ".join(f"`{o}`" for o in parameter.opts)
            if is_option
            else f"`{parameter.metavar or parameter.name.upper()}`"
        )
        meaning = in_language(" ".join((parameter.help or "").split()), language)
        default = parameter.default
        plain = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
        yield f"| {shown} | {_cell(meaning)} | {f'`{default}`' if plain else '-'} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
