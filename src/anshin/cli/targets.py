"""Whether what a scan is asked for is there at all."""

import os

from anshin.cli.errors import NOT_FOUND, CliError
from anshin.engine.names import safe_name


def check(paths: list[str]) -> None:
    """Raise for the first path that does not exist, before anything is scanned."""
    for path in paths:
        if path != "-" and not os.path.lexists(path):
            raise CliError(
                f"{safe_name(path)}: there is no such file or folder; check the spelling",
                code="not_found",
                exit_code=NOT_FOUND,
                field="path",
            )
