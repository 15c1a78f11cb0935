"""What happens whenever an agent calls: find and lock its device, use up the nonce, note that it was heard."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django_scopes import scopes_disabled

from anshin.console.fleet.models import Device, RequestNonce
from anshin.console.fleet.operations.commands import commands_for
from anshin.wire.documents import MAX_CLOCK_SKEW_SECONDS, Heartbeat, HeartbeatReply

_LARGEST = 2**31 - 1
NONCE_MEMORY = timedelta(seconds=2 * MAX_CLOCK_SKEW_SECONDS)
"""How long a nonce is remembered: a request is accepted that long around its own time, and not longer."""


def find_for_signature(device_id: UUID) -> Device | None:
    """Return the device that claims to call, of whatever company: the signature, not a scope, decides who it is."""
    with scopes_disabled():
        return Device.objects.select_related("organisation").filter(id=device_id).first()


def lock_device(device_id: UUID) -> Device:
    """Return the device locked until the end of the transaction, so that its requests are stored one after another."""
    return Device.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(id=device_id)


def use_nonce(*, device: Device, nonce: str, now: datetime) -> bool:
    """Remember `nonce`; False when this device has used it before. The caller's transaction must then be given up."""
    try:
        RequestNonce.objects.create(device=device, nonce=nonce, seen_at=now)
    except IntegrityError:
        return False
    return True


def forget_nonces(*, now: datetime) -> int:
    """Delete the nonces whose requests would be refused for their time anyway; return how many."""
    return RequestNonce.objects.filter(seen_at__lt=now - NONCE_MEMORY).delete()[0]


def hear(*, device: Device, beat: Heartbeat | None, now: datetime) -> HeartbeatReply:
    """Note a sign of life, with what a heartbeat tells, and return what the device is to do."""
    device.last_seen_at = now
    fields = ["last_seen_at"]
    if beat is not None:
        fields += [*_take_machine(device, beat), *_take_counts(device, beat, now)]
    device.save(update_fields=fields)
    return commands_for(device=device, now=now)


def _take_machine(device: Device, beat: Heartbeat) -> list[str]:
    fields = ["hostname", "os", "arch", "agent_version", "engine_version", "rules_version"]
    for name in fields:
        setattr(device, name, getattr(beat.machine, name).replace("\0", ""))
    return fields


def _take_counts(device: Device, beat: Heartbeat, now: datetime) -> list[str]:
    device.clock_offset_seconds = (now - beat.sent_at).total_seconds()
    device.spooled = min(beat.spooled, _LARGEST)
    if not device.spooled:
        device.spooled_since = None
    elif device.spooled_since is None:
        device.spooled_since = now
    device.quarantined = min(beat.quarantined, _LARGEST)
    device.watched = [folder.replace("\0", "") for folder in beat.watched]
    return ["clock_offset_seconds", "spooled", "spooled_since", "quarantined", "watched"]
