"""The page of settings, from the one table the program reads them by."""

from typing import Literal

from anshin.cli.reference_pages.words import head, opening, read
from anshin.console.web.config import SETTINGS


def page(language: Literal["ja", "en"]) -> str:
    """Return the page in one language."""
    lines = [*opening("settings", language), *head("settings", language)]
    none = read("words.yaml")["settings"][language]["none"]
    for setting in SETTINGS:
        name = f"{setting.name}_FILE" if setting.secret else setting.name
        default = f"`{setting.default}`" if setting.default else none
        lines.append(f"| `{name}` | {default} | {setting.ja if language == 'ja' else setting.en} |")
    return "\n".join(lines) + "\n"
