"""Generates the reference pages that the program itself knows best: commands, settings, routes, signs.

`python -m anshin.cli.reference` writes docs/reference; with `--check` it only says which pages are out of date.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from anshin.cli.reference_pages import commands, indicators, risk, routes, settings

Language = Literal["ja", "en"]
ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "reference"

PAGES: dict[str, Callable[[], str]] = {
    "cli.en.md": lambda: commands.page("en"),
    "cli.ja.md": lambda: commands.page("ja"),
    "indicators.en.md": lambda: indicators.page("en"),
    "indicators.ja.md": lambda: indicators.page("ja"),
    "settings.en.md": lambda: settings.page("en"),
    "settings.ja.md": lambda: settings.page("ja"),
    "risk.en.md": lambda: risk.page("en"),
    "risk.ja.md": lambda: risk.page("ja"),
    "routes.md": routes.page,
}


def outdated(folder: Path) -> list[str]:
    """Return the names of the pages in `folder` that are missing or differ from what the program says now."""
    found = []
    for name, make in PAGES.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != make():
            found.append(name)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or compare them. Returns 1 when a compared page is out of date."""
    parser = argparse.ArgumentParser(prog="python -m anshin.cli.reference")
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args(arguments)
    start_without_data()
    if given.check:
        for name in (late := outdated(given.folder)):
            sys.stderr.write(f"docs/reference/{name} is out of date. Run: python -m anshin.cli.reference\n")
        return 1 if late else 0
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (given.folder / name).write_text(make(), encoding="utf-8")
    return 0


def start_without_data() -> None:
    """Set up Django with no data folder: the pages speak of the program, not of an installation."""
    import django
    from django.apps import apps

    if apps.ready:
        return
    for name in [name for name in os.environ if name.startswith("ANSHIN_")]:
        del os.environ[name]
    os.environ["DJANGO_SETTINGS_MODULE"] = "anshin.console.web.settings"
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
