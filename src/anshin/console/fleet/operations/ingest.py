"""Stores what agents report, each event exactly once, and what follows from it. This is where throughput matters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django_scopes import scopes_disabled

from anshin.console.fleet.models import Detection, Device, DeviceEvent, QuarantineItem
from anshin.console.fleet.operations.answers import apply_answers
from anshin.console.fleet.rollout.operations.counting import note_model_detections
from anshin.console.loop.operations import publish_many
from anshin.wire.documents import AgentEvent, EventKind, Refusal

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_WINDOWS_PATH = re.compile(r"^(?:[A-Za-z]:|\\\\)")
_OUTCOMES = {
    EventKind.DETECTION_BLOCKED: Detection.Outcome.BLOCKED,
    EventKind.DETECTION_NOT_BLOCKED: Detection.Outcome.NOT_BLOCKED,
    EventKind.DETECTION_SUSPICIOUS: Detection.Outcome.SUSPICIOUS,
}


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event and the document it came in, which is stored as it came."""

    event: AgentEvent
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A batch that could be read, and the events in it that can never be accepted."""

    received: tuple[ReceivedEvent, ...]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredEvents:
    """What the console has now, new or not, and what it will never take."""

    ids: tuple[UUID, ...]
    refused: tuple[Refusal, ...]
    new: int


def store_events(*, device: Device, upload: Upload, now: datetime) -> StoredEvents:
    """Store a batch of the locked `device` in the caller's transaction.

    An id that this device has used is stored already; an id that another device has used is refused, without a word
    about whose it is. Raises IntegrityError when another device takes an id at the same moment: try again.
    """
    unique: dict[UUID, ReceivedEvent] = {}
    for received in upload.received:
        unique.setdefault(received.event.id, received)
    owners = dict(DeviceEvent.objects.filter(id__in=unique).values_list("id", "device_id"))
    owners |= _owners_elsewhere(set(unique) - set(owners))
    foreign = {event_id for event_id, owner in owners.items() if owner != device.id}
    new = [received for event_id, received in unique.items() if event_id not in owners]
    rows = [_event_row(device, received, now) for received in new]
    DeviceEvent.objects.bulk_create(rows)
    detections = _store_detections(device, new, rows, now)
    follow: list[tuple[str, dict[str, str]]] = [("detection.recorded", {"detection_id": str(d.pk)}) for d in detections]
    follow += apply_answers(device=device, events=[received.event for received in new], now=now)
    publish_many(organisation=device.organisation, events=follow)
    device.last_seen_at = now
    fields = ["last_seen_at"]
    if new:
        device.clock_offset_seconds = new[-1].event.clock_offset_seconds
        fields.append("clock_offset_seconds")
    device.save(update_fields=fields)
    refused = tuple(
        Refusal(id=i, code="event_id_refused", message="id: cannot be used; report the event again under a new id")
        for i in unique
        if i in foreign
    )
    return StoredEvents(tuple(i for i in unique if i not in foreign), upload.refused + refused, len(new))


def _owners_elsewhere(ids: set[UUID]) -> dict[UUID, UUID]:
    """Return who owns those of `ids` that events of other companies use: an id is taken wherever it was used."""
    if not ids:
        return {}
    with scopes_disabled():  # ids only; nothing of another company leaves this function but that an id is taken
        return dict(DeviceEvent.objects.filter(id__in=ids).values_list("id", "device_id"))


def _event_row(device: Device, received: ReceivedEvent, now: datetime) -> DeviceEvent:
    event = received.event
    return DeviceEvent(
        id=event.id,
        organisation=device.organisation,
        device=device,
        sequence=event.sequence,
        kind=event.kind.value,
        occurred_at=corrected(event, received_at=now),
        received_at=now,
        document=received.document,
    )


def corrected(event: AgentEvent, *, received_at: datetime) -> datetime:
    """Return when the event happened by the console's clock.

    The PC's clock plus the offset that the agent measured; the time of receipt where that says the impossible: later
    than the receipt, or before 2000 (an empty battery). The document keeps what the PC said.
    """
    try:
        moment = event.occurred_at.astimezone(UTC) + timedelta(seconds=event.clock_offset_seconds)
    except OverflowError:
        return received_at
    return moment if _EARLIEST <= moment <= received_at else received_at


def _store_detections(
    device: Device, received: Sequence[ReceivedEvent], rows: Sequence[DeviceEvent], now: datetime
) -> list[Detection]:
    detections, items = [], []
    for one, row in zip(received, rows, strict=True):
        event, verdict = one.event, one.event.verdict
        outcome = _OUTCOMES.get(event.kind)
        if outcome is None or verdict is None:
            continue
        detection = Detection(
            event=row,
            organisation=device.organisation,
            device=device,
            outcome=outcome,
            file_name=file_name(event.path or verdict.name),
            path=event.path,
            sha256=verdict.sha256,
            verdict=one.document["verdict"],
            occurred_at=row.occurred_at,
        )
        detections.append(detection)
        if event.quarantine is not None and outcome == Detection.Outcome.BLOCKED:
            items.append(
                QuarantineItem(
                    id=event.quarantine.item_id,
                    organisation=device.organisation,
                    device=device,
                    detection=detection,
                    original_path=event.quarantine.original_path,
                    sha256=event.quarantine.sha256,
                    size=event.quarantine.size,
                    state_changed_at=now,
                )
            )
    if detections:
        Detection.objects.bulk_create(detections)
        note_model_detections(detections)
        QuarantineItem.objects.bulk_create(_with_free_ids(items))
    return detections


def _with_free_ids(items: Sequence[QuarantineItem]) -> list[QuarantineItem]:
    """Return the items whose ids nobody uses. A detection is kept even when its item's id was used before."""
    unique: dict[UUID, QuarantineItem] = {}
    for item in items:
        unique.setdefault(item.id, item)
    with scopes_disabled():  # ids only
        taken = set(QuarantineItem.objects.filter(id__in=unique).values_list("id", flat=True))
    return [item for item in unique.values() if item.id not in taken]


def file_name(path: str) -> str:
    r"""Return the last part of a path of any system; a "\" divides only a path that is Windows' own."""
    parts = re.split(r"[\\/]", path) if _WINDOWS_PATH.match(path) else path.split("/")
    return (next((part for part in reversed(parts) if part), "") or path)[:1024]
