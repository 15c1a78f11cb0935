"""`anshin up`: the whole installation on one machine."""

import json
from pathlib import Path
from typing import Annotated

import typer

from anshin.cli.django_setup import chosen_data


def up(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Load sample data and start one real agent.")] = False,
    data: Annotated[Path | None, typer.Option(help="Data folder; ANSHIN_DATA or ./data when left out.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    no_link: Annotated[bool, typer.Option("--no-link", help="Print the address without a sign-in link.")] = False,
    skip_backup: Annotated[
        bool, typer.Option("--skip-backup", help="Migrate without a backup; make one yourself before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the line as JSON.")] = False,
) -> None:
    """Start everything: migrate, web server, worker, and in a demonstration one real agent. Ctrl-C ends it."""
    from anshin.console.web.operate.start import Installation, Welcome
    from anshin.console.web.operate.words import gettext as _

    def welcome(found: Welcome) -> None:
        if as_json:
            line = json.dumps({"address": found.address, "link": found.link, "purpose": found.purpose})
        elif found.purpose == "sign-in":
            line = _("Anshin: {address} | sign in once, within 15 minutes: {link}").format(
                address=found.address, link=found.link
            )
        elif found.purpose == "set-up":
            line = _("Anshin: {address} | set up here: {link}").format(address=found.address, link=found.link)
        else:
            line = _("Anshin: {address}").format(address=found.address)
        typer.echo(line)

    def say(sentence: str) -> None:
        typer.echo(f"anshin: {sentence}", err=True)

    Installation(chosen_data(data), host, port, demo, say, skip_backup, give_link=not no_link).run(welcome)
