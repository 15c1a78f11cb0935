"""What agent and console say to each other about learned models.

Documents and an address of their own, so that agents and consoles of before models go on understanding each other.
"""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from anshin.wire.documents import WIRE_VERSION, Base64Key, Document, Sha256, Short, Text

SCORE_BINS: Final = 20
"""Bins of a histogram of scores: see `anshin.engine.scores`."""
MAX_PACKAGE_BYTES: Final = 64 * 1024 * 1024
PART_BYTES: Final = 1024 * 1024
"""Bytes of a package that one request brings; a download that was cut off goes on behind the last whole part."""
MAX_FAMILIES: Final = 64

Family = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d{4}\.\d{1,2}\.\d{1,3}$")]
Week = Annotated[str, StringConstraints(pattern=r"^\d{4}-W\d{2}$")]
Count = Annotated[int, Field(ge=0, le=2**53)]


def week_of(moment: datetime) -> str:
    """Return the ISO 8601 week of a moment, as in 2026-W48: what agents count by and the console compares."""
    year, week, _day = moment.isocalendar()
    return f"{year}-W{week:02d}"


class ModelInUse(Document):
    """The model that judges one format family on this device."""

    family: Family
    version: Version
    sha256: Sha256  # of the whole package
    pinned: bool = False  # somebody at the device holds it there


class ModelRefusal(Document):
    """A package that the device does not use, and why in words; the model before it stays."""

    family: Family
    version: Version
    sha256: Sha256
    code: Short
    ja: Text
    en: Text


class ScoreCounts(Document):
    """How often a model gave which score in one week. Nothing of the files but their number."""

    week: Week  # ISO 8601
    family: Family
    version: Version
    counts: Annotated[tuple[Count, ...], Field(min_length=SCORE_BINS, max_length=SCORE_BINS)]


class ModelReport(Document):
    """What judges on this device now. Counts are totals of their week, so that a lost answer does no harm."""

    wire_version: Literal[1] = WIRE_VERSION
    in_use: Annotated[tuple[ModelInUse, ...], Field(max_length=MAX_FAMILIES)] = ()
    refused: Annotated[tuple[ModelRefusal, ...], Field(max_length=MAX_FAMILIES)] = ()
    scores: Annotated[tuple[ScoreCounts, ...], Field(max_length=4 * MAX_FAMILIES)] = ()


class WantedModel(Document):
    """A package that this device is to use. A family that is not named keeps what came with the engine."""

    family: Family
    version: Version
    sha256: Sha256
    size: int = Field(gt=0, le=MAX_PACKAGE_BYTES)


class ModelPlan(Document):
    """Answer to a report. `keys` are the provider's public keys; a device keeps the first that it was ever told."""

    server_time: AwareDatetime
    wanted: Annotated[tuple[WantedModel, ...], Field(max_length=MAX_FAMILIES)] = ()
    keys: Annotated[tuple[Base64Key, ...], Field(max_length=16)] = ()
