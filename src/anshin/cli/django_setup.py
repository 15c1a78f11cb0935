"""Starts Django inside a command, with one data folder."""

import os
from pathlib import Path

from anshin.cli.errors import NOT_FOUND, CliError

DEFAULT_DATA = Path("data")


def chosen_data(data: Path | None) -> Path:
    """Return the data folder: the flag, else ANSHIN_DATA, else ./data."""
    return data or Path(os.environ.get("ANSHIN_DATA") or DEFAULT_DATA)


def start_django(data: Path | None) -> None:
    """Set up Django for the data folder. Raises CliError (3) when it is absent; a wrong setting ends with 2."""
    folder = chosen_data(data).expanduser().resolve()
    if not (folder / "secrets").is_dir():
        raise CliError(
            f"{folder} is no data folder. Make one with `anshin up --data {folder}`, or name yours with --data.",
            code="not_found",
            exit_code=NOT_FOUND,
            field="data",
        )
    os.environ["ANSHIN_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "anshin.console.web.settings"
    from anshin.console.web.operate.data_folder import ADDRESS, DEMO_MARK

    if (folder / DEMO_MARK).exists():
        os.environ.setdefault("ANSHIN_DEMO", "1")
    served = folder / "run" / ADDRESS
    if served.is_file():  # links that a command prints lead to where `anshin up` last served this folder
        os.environ.setdefault("ANSHIN_PUBLIC_URL", served.read_text(encoding="utf-8").strip())
    import django

    django.setup()
