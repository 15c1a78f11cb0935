"""What agents answer to commands, and restores that people start on the PC itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from anshin.console.fleet.models import Detection, Device, DeviceCommand, QuarantineItem
from anshin.wire.documents import AgentEvent, EventKind

_DETECTIONS = {
    EventKind.DETECTION_BLOCKED,
    EventKind.DETECTION_NOT_BLOCKED,
    EventKind.DETECTION_SUSPICIOUS,
}
_RESTORES = {EventKind.QUARANTINE_RESTORED, EventKind.QUARANTINE_RESTORE_FAILED}
_ANSWERS = {*_RESTORES, EventKind.SCAN_FINISHED}


def apply_answers(*, device: Device, events: Sequence[AgentEvent], now: datetime) -> list[tuple[str, dict[str, str]]]:
    """Close the commands that `events` answer, bring quarantine items up to date, and return what follows."""
    commands = _answered(device, events, now)
    restores = [event for event in events if event.kind in _RESTORES and event.quarantine is not None]
    if not restores:
        return []
    items = {
        item.id: item
        for item in QuarantineItem.objects.select_for_update(of=("self",))
        .filter(device=device, id__in={event.quarantine.item_id for event in restores if event.quarantine})
        .select_related("detection")
    }
    follow: list[tuple[str, dict[str, str]]] = []
    for event in restores:
        item = items.get(event.quarantine.item_id) if event.quarantine else None
        if item is None or item.state == QuarantineItem.State.RESTORED:
            continue  # restored is final: what is said of it twice, or later, changes nothing
        command = commands.get(event.command_id) if event.command_id else None
        if event.kind is EventKind.QUARANTINE_RESTORED:
            _mark_restored(item, event, command, now)
            by, reason = item.asked_by_name, item.reason
            follow.append(("quarantine.restored", {"detection_id": str(item.detection_id), "by": by, "reason": reason}))
        else:
            item.state, item.state_changed_at = QuarantineItem.State.FAILED, now
            item.error_ja, item.error_en = event.error_ja, event.error_en
            item.save(update_fields=["state", "state_changed_at", "error_ja", "error_en"])
    return follow


def _answered(device: Device, events: Sequence[AgentEvent], now: datetime) -> dict[UUID, DeviceCommand]:
    """Close what is answered. What a scan finds names its command too, but only its end answers it."""
    found = Counter(event.command_id for event in events if event.kind in _DETECTIONS)
    for command_id, count in found.items():
        if command_id is None:  # found in passing, not by a scan
            continue
        DeviceCommand.objects.filter(device=device, id=command_id).update(found=F("found") + count)
    answers = [(event.command_id, event) for event in events if event.command_id and event.kind in _ANSWERS]
    for command_id, event in answers:
        DeviceCommand.objects.filter(device=device, id=command_id, answered_at=None).update(
            answered_at=now,
            files_scanned=event.files_scanned,
            error_ja=event.error_ja,
            error_en=event.error_en,
        )
    return DeviceCommand.objects.filter(device=device).in_bulk([command_id for command_id, _event in answers])


def _mark_restored(item: QuarantineItem, event: AgentEvent, command: DeviceCommand | None, now: datetime) -> None:
    if command is not None and command.item_id == item.id:
        item.asked_by_name, item.reason = command.asked_by_name, command.reason
    else:  # by the agent's own command line, without the console
        item.asked_by_name, item.reason = event.user or item.device.name, event.reason
    item.state, item.state_changed_at = QuarantineItem.State.RESTORED, now
    item.error_ja = item.error_en = ""
    item.save(update_fields=["state", "state_changed_at", "reason", "asked_by_name", "error_ja", "error_en"])
    Detection.objects.filter(pk=item.detection_id).update(outcome=Detection.Outcome.RESTORED)
