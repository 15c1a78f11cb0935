"""What the broker hands to whoever judges."""

from dataclasses import dataclass

from anshin.engine.content import Content

IN_MESSAGE = 64 * 1024
"""A file up to this size goes with the message, which never blocks; a larger one as an open descriptor."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to judge."""

    content: Content
    name: str  # safe text
    sha256: str
    fd: int | None  # None: the content is in memory
    stated: str | None = None  # set: the feature vectors are wanted too; the kind that text is to be taken for, or ""
