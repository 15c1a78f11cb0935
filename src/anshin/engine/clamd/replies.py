"""The lines that clamd answers with, byte for byte."""

import re
from typing import Final

from anshin.engine.clamd.commands import SPECS, Command

UNKNOWN: Final = b"UNKNOWN COMMAND"
UNAVAILABLE: Final = b"COMMAND UNAVAILABLE"
TOO_LARGE: Final = b"INSTREAM size limit exceeded. ERROR"
NOT_IN_SESSION: Final = b"Command invalid inside IDSESSION. ERROR"
NOT_PLAIN: Final = b"Only nCMDS\\n and zCMDS\\0 are accepted inside IDSESSION. ERROR"
TOO_LONG: Final = b"Command too long. ERROR"
NO_DESCRIPTOR: Final = b"No file descriptor received. ERROR"

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LINE_BREAKS = re.compile(rb"[\x00\r\n]")


def line(command: Command, text: bytes, *, path: bytes | None = None) -> bytes:
    """Return one line of an answer: `[number: ][path: ]text` and the ending that the client chose.

    A file that somebody named "x: OK<newline>y" must not be able to answer for another one.
    """
    number = b"%d: " % command.number if command.number else b""
    subject = b"" if path is None else one_line(path, command) + b": "
    return number + subject + _LINE_BREAKS.sub(b" ", text) + command.end


def one_line(path: bytes, command: Command) -> bytes:
    """Return a path as it stands in an answer: as it is, or with what would end the line replaced, byte for byte.

    Samba compares the length of the path with what it asked for.
    """
    return path.replace(command.end, b"?")


def found(signature: str) -> bytes:
    """Return the text for a file in which something was found."""
    return f"{signature} FOUND".encode("ascii")


def error(why: str) -> bytes:
    """Return the text for a file of which nothing can be said."""
    return f"{why} ERROR".encode()


def signature(code: str, kind: str = "") -> str:
    """Return the stable name of a finding: `Anshin.<code>`, `Anshin.suspicious.<code>`, `Anshin.incomplete.<gap>`."""
    parts = ("Anshin", kind, _NOT_IN_A_NAME.sub("_", code))
    return ".".join(part for part in parts if part)[:200]


def commands(version: str) -> bytes:
    """Return the answer to VERSIONCOMMANDS."""
    return f"{version}| COMMANDS: {' '.join(SPECS)}".encode()
