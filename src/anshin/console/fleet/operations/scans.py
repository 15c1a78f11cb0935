"""Asking devices to examine everything they watch, and saying how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.fleet.models import Detection, Device, DeviceCommand, ScanRequest
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.wire.documents import CommandKind

SCAN_LIFETIME = timedelta(hours=24)
"""How long a device that is off has time to fetch the request."""


class ScanRefused(Exception):  # noqa: N818 - reads as what it says
    """Nothing can be examined now. `code` is no_device, under_way, device_revoked or sample."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ScanStage(StrEnum):
    """How far one device is."""

    ASKED = "asked"  # it has not fetched the request yet
    SENT = "sent"  # it has the request
    DONE = "done"
    FAILED = "failed"  # it answered that it could not, or was interrupted
    EXPIRED = "expired"  # no answer within the life of the request


@dataclass(frozen=True, slots=True)
class DeviceScan:
    """What one device was asked, and how far it is. `files` is what it looked at, `found` what it reported."""

    device: Device
    command: DeviceCommand
    stage: ScanStage

    @property
    def moves(self) -> bool:
        """Whether the stage may change by itself soon."""
        return self.stage in {ScanStage.ASKED, ScanStage.SENT}


@dataclass(frozen=True, slots=True)
class ScanState:
    """How far a request is, over all devices that were asked."""

    request: ScanRequest
    devices: tuple[DeviceScan, ...]

    @property
    def done(self) -> int:
        """How many devices have gone through everything."""
        return sum(one.stage is ScanStage.DONE for one in self.devices)

    @property
    def failed(self) -> int:
        """How many devices will not answer any more, or answered that they could not."""
        return sum(one.stage in {ScanStage.FAILED, ScanStage.EXPIRED} for one in self.devices)

    @property
    def files(self) -> int:
        """How many files were looked at so far, over all devices that have finished."""
        return sum(one.command.files_scanned or 0 for one in self.devices)

    @property
    def found(self) -> int:
        """How many dangerous or suspicious files were reported so far."""
        return sum(one.command.found for one in self.devices)

    @property
    def moves(self) -> bool:
        """Whether any device may still answer: a page that shows it looks again."""
        return any(one.moves for one in self.devices)


def ask_to_scan(
    *, actor: Actor, detection: Detection | None = None, device: Device | None = None, now: datetime | None = None
) -> ScanRequest:
    """Ask one device, or because of a detection every living device of the company, to examine all it watches.

    Sample devices have no agent and are left out. Raises ScanRefused.
    """
    actor.require(Permission.DETECTION_HANDLE)
    if (detection is None) == (device is None):
        raise TypeError("name either a detection or a device")
    now = now or timezone.now()
    with transaction.atomic():
        asked = _devices(detection, device, now)
        request = ScanRequest.objects.create(
            organisation=actor.organisation, detection=detection, asked_by_name=actor.name[:200], asked_at=now
        )
        DeviceCommand.objects.bulk_create(
            DeviceCommand(
                organisation=actor.organisation,
                device=one,
                kind=CommandKind.SCAN.value,
                scan=request,
                asked_by_name=actor.name[:200],
                expires_at=now + SCAN_LIFETIME,
            )
            for one in asked
        )
        subject = detection or device
        record(
            actor=actor,
            action="device.scan_asked",
            object_kind="detection" if detection else "device",
            object_id=subject.pk if subject else "",
            data={"request": str(request.id), "count": len(asked), "devices": [one.name for one in asked]},
        )
    return request


def _devices(detection: Detection | None, device: Device | None, now: datetime) -> Sequence[Device]:
    """Return who is to be asked, after locking what the request is about, so that two clicks are one request."""
    if device is not None:
        device = Device.objects.select_for_update().get(pk=device.pk)
        if device.revoked_at is not None:
            raise ScanRefused("device_revoked")
        if device.is_sample:
            raise ScanRefused("sample")
        last = last_scan(device=device, now=now)
        if last is not None and last.moves:
            raise ScanRefused("under_way")
        return [device]
    if detection is not None:
        Detection.objects.select_for_update(of=("self",)).get(pk=detection.pk)
        state = scan_state(detection=detection, now=now)
        if state is not None and state.moves:
            raise ScanRefused("under_way")
    living = list(Device.objects.filter(revoked_at=None, is_sample=False))
    if not living:
        raise ScanRefused("no_device")
    return living


def scan_state(*, detection: Detection, now: datetime | None = None) -> ScanState | None:
    """Return how far the last request about a detection is, or None when nobody asked."""
    now = now or timezone.now()
    request = ScanRequest.objects.filter(detection=detection).order_by("-asked_at").first()
    if request is None:
        return None
    commands = DeviceCommand.objects.filter(scan=request).select_related("device").order_by("device__name")
    return ScanState(request, tuple(_device_scan(command, now) for command in commands))


def last_scan(*, device: Device, now: datetime | None = None) -> DeviceScan | None:
    """Return the last request to examine everything on a device, or None when nobody asked."""
    command = (
        DeviceCommand.objects.filter(device=device, scan__isnull=False)
        .select_related("device")
        .order_by("-created_at")
        .first()
    )
    return _device_scan(command, now or timezone.now()) if command else None


def _device_scan(command: DeviceCommand, now: datetime) -> DeviceScan:
    if command.answered_at is not None:
        stage = ScanStage.FAILED if command.error_en else ScanStage.DONE
    elif command.expires_at <= now or command.device.revoked_at is not None:
        stage = ScanStage.EXPIRED
    else:
        stage = ScanStage.SENT if command.delivered_at else ScanStage.ASKED
    return DeviceScan(command.device, command, stage)
