"""What PyInstaller packed behind a program for Linux or macOS; in programs for Windows the reader of PE asks for it.

The archive is found by its cookie alone: on Linux section headers may stand behind it, on macOS the signature.
"""

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.unpack.member import Member

MAGIC = b"MEI\014\013\012\013\016"
COOKIE = 88
LATEST = 16 * 1024 * 1024
"""Bytes before the end in which the cookie is looked for."""


def take_out(data: bytes, budget: Budget, parsed: Parsed) -> None:
    """Add the files of the archive, if there is one, as members, and what hinders as problems."""
    at = data.rfind(MAGIC, max(0, len(data) - LATEST))
    if at < 0:
        return
    from anshin.engine.formats.pe.overlay import Overlay  # late: few programs need it
    from anshin.engine.formats.pyinstaller import entries

    for found in entries(data, Overlay(0, min(len(data), at + COOKIE), "pyinstaller"), budget):
        if isinstance(found, Member):
            parsed.members.append(found)
        else:
            parsed.problems.append(found)
