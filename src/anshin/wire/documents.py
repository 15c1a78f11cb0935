"""The documents that travel between an agent and the console. All frozen; unknown fields are refused."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from anshin.engine.verdict import Verdict

WIRE_VERSION: Final = 1
MAX_EVENTS = 200
"""Most events in one upload; more are sent in the next."""
MAX_BODY_BYTES = 4 * 1024 * 1024
"""Largest request body either side accepts, in bytes."""
MAX_CLOCK_SKEW_SECONDS = 300
UNKNOWN_SHA256 = "0" * 64
"""In `Quarantined`, when a device answers for an item that it does not have."""

Short = Annotated[str, StringConstraints(max_length=255)]
Text = Annotated[str, StringConstraints(max_length=4096)]
Base64Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]  # 32 raw bytes
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Document(BaseModel):
    """Base of every wire document."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Machine(Document):
    """What the agent knows of the computer it runs on."""

    hostname: Short
    os: Short  # "Linux 6.1", "Windows 11 23H2"
    arch: Short
    agent_version: Short
    engine_version: Short
    rules_version: Short


class EnrolRequest(Document):
    """Sent once, unsigned but for the one-time token; the device's public key comes with it."""

    wire_version: Literal[1] = WIRE_VERSION
    token: Annotated[str, StringConstraints(min_length=20, max_length=200)]
    public_key: Base64Key  # Ed25519
    machine: Machine


class EnrolResponse(Document):
    """The device's name in the console from now on."""

    device_id: UUID
    organisation: Short
    server_time: AwareDatetime


class EventKind(StrEnum):
    """Everything an agent reports. A new kind must also stand in the reference docs (a test looks)."""

    AGENT_STARTED = "agent.started"
    DETECTION_BLOCKED = "detection.blocked"  # malicious, moved into quarantine
    DETECTION_NOT_BLOCKED = "detection.not_blocked"  # malicious, but still in place: disk full, no rights
    DETECTION_SUSPICIOUS = "detection.suspicious"  # watched, left in place
    FILE_NOT_SCANNED = "file.not_scanned"  # incomplete or unreadable
    QUARANTINE_RESTORED = "quarantine.restored"
    QUARANTINE_RESTORE_FAILED = "quarantine.restore_failed"
    CLOCK_JUMPED = "clock.jumped"
    SCAN_FINISHED = "scan.finished"  # answers the command scan.path; what it found came as events of their own


class Quarantined(Document):
    """Where the blocked file is now."""

    item_id: UUID
    original_path: Text  # safe text: bytes that are not UTF-8 appear as \xNN
    size: int = Field(ge=0)
    sha256: Sha256


class AgentEvent(Document):
    """One thing that happened on a PC. `id` makes storing it idempotent; `sequence` shows that none is missing.

    `occurred_at` is the PC's clock; `clock_offset_seconds` is what the agent last measured of the console's clock minus
    its own, so that the console can show both without trusting either.
    """

    id: UUID
    sequence: int = Field(ge=1)
    kind: EventKind
    occurred_at: AwareDatetime
    clock_offset_seconds: float = 0.0
    path: Text = ""
    user: Short = ""  # owner of the file, where the system tells
    verdict: Verdict | None = None  # present for detection.* and file.*
    quarantine: Quarantined | None = None  # present for detection.blocked and quarantine.*
    command_id: UUID | None = None  # the console's command that this answers
    reason: Text = ""  # restore: the person's reason
    error_ja: Text = ""
    error_en: Text = ""
    files_scanned: int | None = Field(default=None, ge=0)  # scan.finished: how many files were looked at


class EventUpload(Document):
    """A batch out of the spool, oldest first."""

    wire_version: Literal[1] = WIRE_VERSION
    events: Annotated[tuple[AgentEvent, ...], Field(min_length=1, max_length=MAX_EVENTS)]


class EventReceipt(Document):
    """What the console has now, new or not: the agent deletes exactly these ids from its spool."""

    stored: tuple[UUID, ...]
    refused: tuple["Refusal", ...] = ()  # kept by the agent in a dead-letter table, never dropped silently
    server_time: AwareDatetime


class Refusal(Document):
    """One event that will never be accepted as it is."""

    id: UUID
    code: Short
    message: Text


class Heartbeat(Document):
    """Sent every half minute and at start, so that the fleet page can tell alive from silent."""

    wire_version: Literal[1] = WIRE_VERSION
    machine: Machine
    sent_at: AwareDatetime  # the PC's own clock, uncorrected: the console shows how far it is off
    spooled: int = Field(ge=0)
    watched: Annotated[tuple[Text, ...], Field(max_length=100)]
    quarantined: int = Field(ge=0)


class CommandKind(StrEnum):
    """What the console may ask of a device."""

    RESTORE = "quarantine.restore"
    SCAN = "scan.path"


class Command(Document):
    """One request of the console to a device. The agent runs it at most once and answers with an event."""

    id: UUID
    kind: CommandKind
    item_id: UUID | None = None  # restore
    path: Text = ""  # scan; "" is everything that the device watches
    reason: Text = ""
    asked_by: Short = ""
    expires_at: AwareDatetime


class HeartbeatReply(Document):
    """Answer to a heartbeat and to a poll: commands that wait for this device, and how to protect."""

    server_time: AwareDatetime
    commands: tuple[Command, ...] = ()
    protection: Literal["protect", "watch"] = "protect"
    allow_sha256: tuple[Sha256, ...] = ()
    deny_sha256: tuple[Sha256, ...] = ()


class Problem(Document):
    """The one error shape of every Anshin API."""

    code: Short
    message: Text  # what, where and how to mend it, in the caller's language
    field: Short = ""
    reference: Short = ""  # request id, to find it in the log
    server_time: datetime | None = None  # with code "clock_skew", so that the agent can correct itself
