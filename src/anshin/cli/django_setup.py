"""Starts Django inside a command, with one data folder."""

import os
from pathlib import Path

import typer

DEFAULT_DATA = Path("data")


def chosen_data(data: Path | None) -> Path:
    """Return the data folder: the flag, else ANSHIN_DATA, else ./data."""
    return data or Path(os.environ.get("ANSHIN_DATA") or DEFAULT_DATA)


def start_django(data: Path | None) -> None:
    """Set up Django for the data folder. Prints a sentence and exits with 3 when it is absent, 2 on a wrong setting."""
    folder = chosen_data(data).expanduser().resolve()
    if not (folder / "secrets").is_dir():
        typer.echo(f"anshin: {folder} is no data folder. Make one with `anshin up --data {folder}`.", err=True)
        raise typer.Exit(3)
    os.environ["ANSHIN_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "anshin.console.web.settings"
    from anshin.console.web.config import ConfigurationError

    try:
        import django

        django.setup()
    except ConfigurationError as error:
        typer.echo(f"anshin: {error}", err=True)
        raise typer.Exit(2) from error
