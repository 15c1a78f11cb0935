"""What a device is to do: waiting commands, how to protect, and the company's lists."""

from datetime import datetime
from typing import Literal

from anshin.console.fleet.models import Device, DeviceCommand, HashListEntry
from anshin.console.fleet.operations.protection import current_mode
from anshin.wire.documents import Command, CommandKind, HeartbeatReply


def commands_for(*, device: Device, now: datetime) -> HeartbeatReply:
    """Return what waits for `device`. A command is handed out again until it is answered or expires."""
    waiting = list(
        DeviceCommand.objects.filter(device=device, answered_at=None, expires_at__gt=now).order_by("created_at")[:50]
    )
    fresh = [command.id for command in waiting if command.delivered_at is None]
    if fresh:
        DeviceCommand.objects.filter(id__in=fresh).update(delivered_at=now)
    lists: dict[str, list[str]] = {"allow": [], "deny": []}
    for name, sha256 in HashListEntry.objects.order_by("sha256").values_list("list", "sha256"):
        lists[name].append(sha256)
    protection: Literal["protect", "watch"] = "watch" if current_mode() == "watch" else "protect"
    return HeartbeatReply(
        server_time=now,
        commands=tuple(_wire(command) for command in waiting),
        protection=protection,
        allow_sha256=tuple(lists["allow"]),
        deny_sha256=tuple(lists["deny"]),
    )


def _wire(command: DeviceCommand) -> Command:
    return Command(
        id=command.id,
        kind=CommandKind(command.kind),
        item_id=command.item_id,
        path=command.path,
        reason=command.reason,
        asked_by=command.asked_by_name,
        expires_at=command.expires_at,
    )
