"""What people do with a device: give it another name, end its enrolment."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.fleet.models import Device
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission


def rename_device(*, actor: Actor, device: Device, name: str) -> Device:
    """Give `device` another name."""
    actor.require(Permission.DEVICE_MANAGE)
    before, device.name = device.name, name.strip()
    if before != device.name:
        with transaction.atomic():
            device.save(update_fields=["name"])
            record(
                actor=actor,
                action="device.renamed",
                object_kind="device",
                object_id=device.id,
                data={"from": before, "to": device.name},
            )
    return device


def revoke_device(*, actor: Actor, device: Device, now: datetime | None = None) -> Device:
    """End the enrolment: from now on the console refuses whatever the device's agent sends. Twice is once."""
    actor.require(Permission.DEVICE_MANAGE)
    now = now or timezone.now()
    with transaction.atomic():
        if Device.objects.filter(id=device.id, revoked_at=None).update(revoked_at=now):
            record(
                actor=actor,
                action="device.revoked",
                object_kind="device",
                object_id=device.id,
                data={"name": device.name},
            )
    device.refresh_from_db()
    return device
