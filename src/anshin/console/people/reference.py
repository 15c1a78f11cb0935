"""The permission matrix of the documentation, made from the one table in `roles.py`.

`python -m anshin.console.people.reference docs/reference` writes it; a test fails when it is out of date.
"""

import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("ja", "en")


def descriptions() -> dict[str, Any]:
    """Return what roles, permissions and key scopes are for, and the words of the page, in both languages."""
    text = (files("anshin.console.people") / "roles.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def render(language: str) -> str:
    """Return the reference page in `language`."""
    from anshin.console.people.roles import GRANTS, KEY_GRANTS, PROVIDER_ROLES, Permission, Role

    told = descriptions()
    words = {name: text[language] for name, text in told["page"].items()}
    lines = [f"# {words['title']}", "", words["made"], "", f"## {words['roles']}", ""]
    lines += [f"| {words['name']} | {words['where']} | {words['for']} |", "|---|---|---|"]
    for role in Role:
        where = words["provider"] if role in PROVIDER_ROLES else words["customer"]
        lines.append(f"| `{role.value}` | {where} | {told['roles'][role.value][language]} |")
    lines += ["", words["note"], "", f"## {words['matrix']}", ""]
    columns: list[tuple[str, frozenset[Permission]]] = [(f"`{role.value}`", GRANTS[role]) for role in Role]
    columns += [(told["key_scopes"][scope][language], grants) for scope, grants in KEY_GRANTS.items()]
    lines.append(f"| {words['permission']} | " + " | ".join(name for name, _grants in columns) + " |")
    lines.append("|---|" + "---|" * len(columns))
    for permission in Permission:
        marks = " | ".join("●" if permission in grants else "" for _name, grants in columns)
        lines.append(f"| `{permission.value}` {told['permissions'][permission.value][language]} | {marks} |")
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write the page in every language into `folder`."""
    for language in LANGUAGES:
        (folder / f"roles.{language}.md").write_text(render(language), encoding="utf-8")


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anshin.console.web.settings")
    django.setup()
    write(Path(sys.argv[1]))
