"""What the broker hands to whoever judges."""

from dataclasses import dataclass

from anshin.engine.content import Content


@dataclass(frozen=True, slots=True)
class Job:
    """One file to judge."""

    content: Content
    name: str  # safe text
    sha256: str
    fd: int | None  # None: the content is in memory
