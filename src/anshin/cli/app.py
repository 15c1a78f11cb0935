"""Assembles the command tree. Each command group lives in a file of its own and imports its work late."""

import typer

from anshin.cli import operate, up, worker

app = typer.Typer(name="anshin", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("up")(up.up)
app.command("worker")(worker.worker)
app.command("backup")(operate.backup)
app.command("restore")(operate.restore)
app.command("doctor")(operate.doctor)


def main() -> None:
    """Entry point of the `anshin` command."""
    app()
