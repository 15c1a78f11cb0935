"""Assembles the command tree. Each command group lives in a file of its own and imports its work late."""

import sys

import typer

from anshin.cli import agent, audit, engine, model, operate, people, risk, up, worker
from anshin.cli.errors import run
from anshin.cli.scan import scan

app = typer.Typer(name="anshin", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("up")(up.up)
app.command("scan")(scan)
app.add_typer(agent.app)
app.add_typer(engine.app)
app.add_typer(audit.app)
app.add_typer(model.app)
app.add_typer(risk.app)
app.command("worker")(worker.worker)
app.command("backup")(operate.backup)
app.command("restore")(operate.restore)
app.command("doctor")(operate.doctor)
app.add_typer(people.user)
app.add_typer(people.tenant)


@app.callback()
def anshin() -> None:
    """Cyber protection and insurance for small companies, in one self-hosted pack."""


def main() -> None:
    """Entry point of the `anshin` command."""
    sys.exit(run(app, sys.argv[1:]))
