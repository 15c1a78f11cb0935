"""What other apps may know of a detection, and marking it as done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.fleet.models import Detection
from anshin.console.people.access import Actor, first_or_404


@dataclass(frozen=True, slots=True)
class DetectionFacts:
    """A detection as evidence needs it: what the agent said, word for word, and whose key had signed it."""

    id: UUID
    device_id: UUID
    device_name: str
    outcome: str
    file_name: str
    path: str
    sha256: str
    occurred_at: datetime
    document: dict[str, Any]
    device_public_key: str
    agent_version: str
    engine_version: str
    rules_version: str


def detection_facts(*, detection_id: UUID) -> DetectionFacts:
    """Return the facts of one detection of the active company. Raises Http404 when it has none of that id."""
    detection: Detection = first_or_404(Detection.objects.filter(pk=detection_id).select_related("device", "event"))
    device = detection.device
    return DetectionFacts(
        id=detection.pk,
        device_id=device.id,
        device_name=device.name,
        outcome=detection.outcome,
        file_name=detection.file_name,
        path=detection.path,
        sha256=detection.sha256,
        occurred_at=detection.occurred_at,
        document=detection.event.document,
        device_public_key=device.public_key,
        agent_version=device.agent_version,
        engine_version=detection.verdict["versions"]["engine"],
        rules_version=detection.verdict["versions"]["rules"],
    )


def mark_handled(*, actor: Actor, detection_id: UUID, now: datetime | None = None) -> bool:
    """Note that nothing is left to do about a detection; return whether that was new. Twice is once.

    The caller has checked that the actor may: closing a case does it too.
    """
    now = now or timezone.now()
    with transaction.atomic():
        changed = Detection.objects.filter(pk=detection_id, handled_at=None).update(
            handled_at=now, handled_by_name=actor.name[:200]
        )
        if changed:
            record(actor=actor, action="detection.handled", object_kind="detection", object_id=detection_id)
    return bool(changed)


def recent_detections(*, limit: int = 5) -> list[Detection]:
    """Return the active company's last detections with their devices, newest first."""
    return list(Detection.objects.select_related("device")[:limit])
