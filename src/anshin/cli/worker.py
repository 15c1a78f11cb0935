"""`anshin worker`: background work."""

from pathlib import Path
from typing import Annotated

import typer

from anshin.cli.django_setup import start_django


def worker(
    data: Annotated[Path | None, typer.Option(help="Data folder; ANSHIN_DATA or ./data when left out.")] = None,
) -> None:
    """Deliver domain events, run stored tasks and periodic jobs until SIGTERM; the task in hand is finished first."""
    start_django(data)
    from anshin.console.web.operate.worker import Worker

    Worker().run()
