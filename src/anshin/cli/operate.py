"""`anshin backup`, `anshin restore` and `anshin doctor`."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anshin.cli.django_setup import chosen_data, start_django
from anshin.cli.errors import USAGE, CliError

if TYPE_CHECKING:
    from anshin.console.web.operate.manifest import Manifest

Data = Annotated[Path | None, typer.Option(help="Data folder; ANSHIN_DATA or ./data when left out.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask; fail instead.")]


def backup(
    *,
    data: Data = None,
    to: Annotated[Path | None, typer.Option(help="Archive to write; DATA/backups/ when left out.")] = None,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Include the secrets, encrypted with a passphrase.")
    ] = False,
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Write database, uploads and settings into one archive, while Anshin goes on working."""
    start_django(data)
    from anshin.console.web.operate.backup import make_backup
    from anshin.console.web.operate.words import gettext as _

    passphrase = _passphrase(no_input=no_input, twice=True) if with_secrets else ""
    made = make_backup(chosen_data(data).resolve(), to=to, passphrase=passphrase)
    if as_json:
        typer.echo(json.dumps({"path": str(made.path), "manifest": made.manifest.model_dump(mode="json")}))
        return
    typer.echo(str(made.path))
    rows = sum(table.rows for table in made.manifest.tables.values())
    typer.echo(
        _("{tables} tables with {rows} rows, {files} files.").format(
            tables=len(made.manifest.tables), rows=rows, files=len(made.manifest.files)
        ),
        err=True,
    )
    if not with_secrets:
        typer.echo(_("Without the secrets: keep {folder} apart, in a safe place.").format(folder="secrets/"), err=True)


def restore(
    archive: Annotated[Path, typer.Argument(help="Archive that `anshin backup` wrote.")],
    *,
    data: Annotated[Path, typer.Option(help="Empty folder to restore into.")],
    no_input: NoInput = False,
    as_json: Json = False,
) -> None:
    """Restore an archive into an empty folder, and compare every count and hash with what was saved."""
    from anshin.console.web.operate.restore import restore_backup

    restored = restore_backup(archive, data, lambda: _passphrase(no_input=no_input, twice=False))
    if as_json:
        typer.echo(json.dumps({"data": str(data.resolve()), "manifest": restored.model_dump(mode="json")}))
        return
    _print_comparison(restored)


def _print_comparison(manifest: "Manifest") -> None:
    from anshin.console.web.operate.words import gettext as _

    for name, table in sorted(manifest.tables.items()):
        typer.echo(f"{table.rows:>9}  {table.sha256[:16]}  {name}")
    typer.echo(
        _("Restored and compared: {tables} tables and {files} files are the same as when they were saved.").format(
            tables=len(manifest.tables), files=len(manifest.files)
        )
    )
    if not manifest.has_secrets:
        typer.echo(
            _(
                "The archive holds no secrets: put yours into secrets/ before the start, or new ones are made; then "
                "everybody signs in anew, and the mail password and second factors must be entered again."
            ),
            err=True,
        )


def doctor(*, data: Data = None, as_json: Json = False) -> None:
    """Look at everything this installation needs. The output holds no secrets and may be pasted. Exit code 0 or 1."""
    from anshin.console.web.operate.doctor import examine

    found = examine(chosen_data(data).expanduser().resolve())
    if as_json:
        typer.echo(json.dumps(found.document(), ensure_ascii=False, indent=2))
    else:
        typer.echo(found.text())
    if not found.ok:
        raise typer.Exit(1)


def _passphrase(*, no_input: bool, twice: bool) -> str:
    """Return the passphrase from the file that the environment names, or ask for it on a terminal."""
    from anshin.console.web.operate.words import gettext as _

    named = os.environ.get("ANSHIN_BACKUP_PASSPHRASE_FILE", "")
    if named:
        passphrase = Path(named).read_text(encoding="utf-8").strip()
    elif no_input or not sys.stdin.isatty():
        raise CliError(
            _("A passphrase is needed. Write it into a file and name that in ANSHIN_BACKUP_PASSPHRASE_FILE."),
            code="usage",
            exit_code=USAGE,
            field="ANSHIN_BACKUP_PASSPHRASE_FILE",
        )
    else:
        passphrase = typer.prompt(_("Passphrase"), hide_input=True, confirmation_prompt=twice, err=True)
    if twice and len(passphrase) < 12:
        raise CliError(_("The passphrase is too short; use at least 12 characters."), code="usage", exit_code=USAGE)
    return passphrase
