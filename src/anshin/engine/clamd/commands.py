"""The commands of clamd, and which of them may be said how. Source: clamd(8) and clamd/session.c of ClamAV 1.5."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Spec:
    """What the protocol says of one command."""

    argument: bool = False  # a path follows
    plain: bool = False  # may be sent without the prefix n or z
    session: bool = False  # allowed inside IDSESSION


SPECS: Final[dict[str, Spec]] = {
    "SCAN": Spec(argument=True, plain=True, session=True),
    "SHUTDOWN": Spec(plain=True),
    "RELOAD": Spec(plain=True),
    "SELFCHECK": Spec(plain=True),
    "PING": Spec(plain=True, session=True),
    "CONTSCAN": Spec(argument=True, plain=True),
    "VERSIONCOMMANDS": Spec(session=True),
    "VERSION": Spec(plain=True, session=True),
    "END": Spec(session=True),
    "MULTISCAN": Spec(argument=True, plain=True),
    "FILDES": Spec(plain=True, session=True),
    "STATS": Spec(session=True),
    "IDSESSION": Spec(),
    "INSTREAM": Spec(session=True),
    "ALLMATCHSCAN": Spec(argument=True),
}
"""In the order in which VERSIONCOMMANDS names them."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, understood, and how it wants to be answered."""

    name: str
    argument: bytes = b""
    number: int = 0  # its number in a session; 0: there is no session
    end: bytes = b"\n"  # what ends every line of the answer


def parse(line: bytes) -> tuple[str, bytes] | None:
    """Return name and argument of a command without prefix and ending, or None for one that nobody knows."""
    for name, spec in SPECS.items():
        raw = name.encode()
        if not line.startswith(raw):
            continue
        rest = line[len(raw) :]
        if not spec.argument and not rest:
            return name, b""
        if spec.argument and len(rest) > 1 and rest[:1] in {b" ", b"\t"}:
            return name, rest[1:]
    return None
