"""Assembles the command tree. Each command group lives in a file of its own and imports its work late."""

import typer

app = typer.Typer(name="anshin", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def main() -> None:
    """Entry point of the `anshin` command."""
    app()
