"""What an unpacker yields: members, and problems that keep the archive from being called clean."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from anshin.engine.budget import Meter
from anshin.engine.content import Content


class Member(NamedTuple):
    """One file taken out of an archive; archives hold thousands, and a tuple is made in a third of the time."""

    name: str  # safe text
    content: Content
    cut: bool = False  # longer than the limit for one piece: only its beginning is here
    kind: str = ""  # what the container says it is (a macro module, a script block); empty: to be identified
    hidden: bool = False  # the container marks it as not to be shown
    locked: bool = False  # it came out with a password


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be taken out, or that is not as it should be.

    `gap` makes the archive incomplete, `reason` is a finding; either may be empty.
    """

    gap: str = ""
    reason: str = ""
    weight: float = 0.0
    name: str = ""  # the member, where there is one
    detail: str = ""


Found = Iterator[Member | Problem]
"""What an unpacker returns that can be pulled."""
Sink = Callable[[Member | Problem], None]
"""What takes members where the library pushes them."""


def odd_name(name: str) -> Iterator[Problem]:
    """Yield a finding for a name that would be written outside the folder of unpacking."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or (len(name) > 2 and name[1] == ":" and name[2] in "/\\"):
        yield Problem(reason="archive.traversal", weight=0.2, name=name)


class Collector:
    """Gathers unpacked pieces up to the room that one member has; counts all of them."""

    def __init__(self, meter: Meter) -> None:
        """Start empty."""
        self._meter = meter
        self._pieces: list[bytes] = []
        self.size = 0
        self.cut = False

    def add(self, piece: bytes) -> bool:
        """Take a piece; False when the member is full and the caller should stop."""
        self._meter.spend(len(piece))
        room = self._meter.room - self.size
        if len(piece) > room:
            piece = piece[:room]
            self.cut = True
        self._pieces.append(piece)
        self.size += len(piece)
        return not self.cut

    def bytes(self) -> bytes:
        """Return what was gathered, and let go of the pieces."""
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces = []
        return data
