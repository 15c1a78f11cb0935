"""The engine's one result document: frozen, versioned, the same for command line, agent and console."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Final = 1


class Status(StrEnum):
    """What may be said of a file.

    An error is never a detection, and a file that was not fully scanned is never `CLEAN`.
    """

    CLEAN = "clean"
    SUSPICIOUS = "suspicious"
    MALICIOUS = "malicious"
    INCOMPLETE = "incomplete"  # something in it was not scanned: limit, time-out, encryption, damage
    UNREADABLE = "unreadable"  # not a single byte could be judged


class Frozen(BaseModel):
    """Base of every part: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileType(Frozen):
    """What the file is, and how that was decided."""

    kind: str  # short lower-case name: pe, elf, zip, tar, gzip, pdf, text, empty, unknown ...
    mime: str
    decided_by: Literal["structure", "magic", "magika", "none"]


class Place(Frozen):
    """Where in the file a reason was found; every part is optional because formats differ."""

    member: str = ""  # path of the archive member, outermost first, joined by "!"
    offset: int | None = None  # bytes from the start of that member
    detail: str = ""  # stream, section, object number or line, in words


class Reason(Frozen):
    """One finding, in words a person without knowledge understands."""

    code: str  # stable: "rule.eicar", "archive.encrypted", "list.deny"
    weight: float = Field(ge=0, le=1)
    ja: str
    en: str
    attack: tuple[str, ...] = ()  # ATT&CK technique ids
    place: Place = Place()


class Gap(Frozen):
    """Something that was not scanned, and why: the difference between "clean" and "incomplete"."""

    code: Literal[
        "depth",
        "members",
        "bytes",
        "ratio",
        "time",
        "memory",
        "size",
        "encrypted",
        "damaged",
        "unsupported",
        "crashed",
        "overlap",
    ]
    ja: str
    en: str
    place: Place = Place()


class Versions(Frozen):
    """What judged: needed to repeat the judgement."""

    engine: str
    rules: str  # first 16 hex digits of the SHA-256 over all rule sources
    model: str = "none"


class Thresholds(Frozen):
    """Scores from which a file counts as suspicious and as malicious."""

    suspicious: float = 0.5
    malicious: float = 0.9


class Verdict(Frozen):
    r"""The judgement of one file, its members included.

    `score` is a probability in [0, 1] that the file is malicious. `reasons` are ranked by weight, heaviest first.
    `name` and every member name are text safe to store: bytes that are not UTF-8 appear as \xNN escapes.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    sha256: str = Field(pattern=r"^([0-9a-f]{64}|)$")  # empty when it was not read to its end
    size: int = Field(ge=0)
    name: str
    type: FileType
    status: Status
    score: float = Field(ge=0, le=1)
    thresholds: Thresholds = Thresholds()
    reasons: tuple[Reason, ...] = ()
    gaps: tuple[Gap, ...] = ()
    children: tuple["Verdict", ...] = ()
    versions: Versions
    cpu_ms: float = Field(ge=0)

    @property
    def blocks(self) -> bool:
        """Whether an agent that protects must stop this file."""
        return self.status is Status.MALICIOUS
