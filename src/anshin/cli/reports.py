"""How operating commands speak: sentences on standard error, one error shape with --json."""

import json as json_module
from typing import NoReturn

import typer

_CODES = {1: "failed", 2: "usage", 3: "not_found", 4: "not_allowed", 5: "conflict"}


def say(sentence: str) -> None:
    """Print a sentence on standard error."""
    typer.echo(f"anshin: {sentence}", err=True)


def fail(sentence: str, *, code: int, json: bool = False) -> NoReturn:
    """Print why it failed and end with `code`; with `json` the one error shape goes to standard output."""
    if json:
        typer.echo(json_module.dumps({"code": _CODES[code], "message": sentence}, ensure_ascii=False))
    else:
        say(sentence)
    raise typer.Exit(code)
