"""Asking a device to put a file back where it was, and saying how far that is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.fleet.models import Detection, DeviceCommand, QuarantineItem
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.wire.documents import CommandKind

COMMAND_LIFETIME = timedelta(hours=24)
MIN_REASON = 5


class RestoreRefused(Exception):  # noqa: N818 - reads as what it says
    """The file cannot be restored now. `code` is no_item, restored, under_way or device_revoked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RestoreStage(StrEnum):
    """How far a restore is, as a person sees it."""

    NONE = "none"  # nothing in quarantine
    HELD = "held"
    ASKED = "asked"  # the device has not fetched the command yet
    SENT = "sent"  # the device has it
    EXPIRED = "expired"  # the device was not heard within the command's life; the file stays in quarantine
    RESTORED = "restored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RestoreState:
    """The stage, the item and the last command about it."""

    stage: RestoreStage
    item: QuarantineItem | None = None
    command: DeviceCommand | None = None

    @property
    def may_ask(self) -> bool:
        """Whether a restore can be asked for now."""
        return self.stage in {RestoreStage.HELD, RestoreStage.EXPIRED, RestoreStage.FAILED}

    @property
    def moves(self) -> bool:
        """Whether the stage may change by itself soon: a page that shows it looks again."""
        return self.stage in {RestoreStage.ASKED, RestoreStage.SENT}


def restore_state(*, detection: Detection, now: datetime | None = None) -> RestoreState:
    """Return how far the restore of a detection's file is."""
    now = now or timezone.now()
    item = QuarantineItem.objects.filter(detection=detection).first()
    if item is None:
        return RestoreState(RestoreStage.NONE)
    command = DeviceCommand.objects.filter(device=item.device_id, item_id=item.id).order_by("-created_at").first()
    if item.state != QuarantineItem.State.RESTORING:
        return RestoreState(RestoreStage(item.state), item, command)
    if command is None:  # only a command makes an item "restoring"; without one nothing is on its way
        return RestoreState(RestoreStage.HELD, item)
    if command.expires_at <= now:
        return RestoreState(RestoreStage.EXPIRED, item, command)
    return RestoreState(RestoreStage.SENT if command.delivered_at else RestoreStage.ASKED, item, command)


def request_restore(*, actor: Actor, detection: Detection, reason: str, now: datetime | None = None) -> DeviceCommand:
    """Ask the device to put the file back. Raises RestoreRefused, and ValueError for a reason that is too short."""
    actor.require(Permission.DETECTION_HANDLE)
    now = now or timezone.now()
    reason = reason.strip()
    if len(reason) < MIN_REASON:
        raise ValueError(f"a reason of at least {MIN_REASON} characters is needed")
    with transaction.atomic():
        item = QuarantineItem.objects.select_for_update().filter(detection=detection).first()
        state = restore_state(detection=detection, now=now)
        if item is None:
            raise RestoreRefused("no_item")
        if detection.device.revoked_at is not None:
            raise RestoreRefused("device_revoked")
        if not state.may_ask:
            raise RestoreRefused("restored" if state.stage is RestoreStage.RESTORED else "under_way")
        command = DeviceCommand.objects.create(
            organisation=actor.organisation,
            device=detection.device,
            kind=CommandKind.RESTORE.value,
            item_id=item.id,
            reason=reason[:4096],
            asked_by_name=actor.name[:200],
            expires_at=now + COMMAND_LIFETIME,
        )
        item.state, item.state_changed_at = QuarantineItem.State.RESTORING, now
        item.reason, item.asked_by_name = reason, actor.name[:200]
        item.error_ja = item.error_en = ""
        item.save()
        record(
            actor=actor,
            action="quarantine.restore",
            object_kind="detection",
            object_id=detection.pk,
            data={"item": str(item.id), "command": str(command.id), "sha256": item.sha256, "reason": reason},
        )
    return command
