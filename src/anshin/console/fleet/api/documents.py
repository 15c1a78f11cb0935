"""What the customer's API answers with. Times are ISO 8601 with an offset; ids are UUIDs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from anshin.console.fleet.access import DeviceRow
from anshin.console.fleet.models import Detection
from anshin.console.fleet.operations.restores import MIN_REASON, RestoreState


class DeviceDocument(Schema):
    """A device, its derived state, and why it is not simply safe."""

    id: UUID
    name: str
    state: str
    causes: list[str]
    hostname: str
    os: str
    agent_version: str
    engine_version: str
    rules_version: str
    last_seen_at: datetime | None
    enrolled_at: datetime
    revoked_at: datetime | None
    unhandled_detections: int
    spooled: int
    quarantined: int
    clock_offset_seconds: float

    @classmethod
    def of(cls, row: DeviceRow) -> "DeviceDocument":
        """Return the document of one row of the table."""
        device = row.device
        return cls(
            **{name: getattr(device, name) for name in _SAME},
            state=row.status.state.value,
            causes=[cause.value for cause in row.status.causes],
            unhandled_detections=row.unhandled,
        )


_SAME = (
    "id",
    "name",
    "hostname",
    "os",
    "agent_version",
    "engine_version",
    "rules_version",
    "last_seen_at",
    "enrolled_at",
    "revoked_at",
    "spooled",
    "quarantined",
    "clock_offset_seconds",
)


class DetectionSummary(Schema):
    """A detection as it stands in a list."""

    id: UUID
    device_id: UUID
    device_name: str
    outcome: str
    file_name: str
    path: str
    sha256: str
    occurred_at: datetime
    handled_at: datetime | None
    handled_by: str

    @staticmethod
    def fields_of(detection: Detection) -> dict[str, Any]:
        """Return the fields that list and single detection share."""
        return {
            "id": detection.pk,
            "device_id": detection.device_id,
            "device_name": detection.device.name,
            "outcome": detection.outcome,
            "file_name": detection.file_name,
            "path": detection.path,
            "sha256": detection.sha256,
            "occurred_at": detection.occurred_at,
            "handled_at": detection.handled_at,
            "handled_by": detection.handled_by_name,
        }

    @classmethod
    def of(cls, detection: Detection) -> "DetectionSummary":
        """Return the document of one detection."""
        return cls(**cls.fields_of(detection))


class DetectionDocument(DetectionSummary):
    """A detection with its verdict (engine.verdict.Verdict) and how far a restore is."""

    restore: str
    verdict: dict[str, Any]

    @classmethod
    def with_restore(cls, detection: Detection, state: RestoreState) -> "DetectionDocument":
        """Return the document of one detection and the state of its restore."""
        return cls(**cls.fields_of(detection), restore=state.stage.value, verdict=detection.verdict)


class DevicePage(Schema):
    """Some of the devices, and how many there are in all."""

    items: list[DeviceDocument]
    total: int


class DetectionPage(Schema):
    """Some of the detections, and how many there are in all."""

    items: list[DetectionSummary]
    total: int


class RestoreRequest(Schema):
    """Why a file must come back."""

    # PostgreSQL keeps no NUL; forms refuse it by themselves.
    reason: str = Field(min_length=MIN_REASON, max_length=2000, pattern=r"^[^\x00]*$")


class RestoreAnswer(Schema):
    """The command that the device will fetch, and the stage of the restore."""

    command_id: UUID
    expires_at: datetime
    restore: str
