"""The only way to the fleet's objects. What is not this company's answers like what does not exist."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anshin import __version__
from anshin.console.fleet.filters import DetectionFilter, DeviceFilter
from anshin.console.fleet.models import Detection, Device, DeviceEvent, EnrolmentToken, HashListEntry
from anshin.console.fleet.operations.protection import current_mode
from anshin.console.fleet.operations.summaries import facts_of
from anshin.console.fleet.status import DeviceStatus, State, device_status
from anshin.console.people.access import first_or_404

_WEIGHT = {State.URGENT: 0, State.ATTENTION: 1, State.UNKNOWN: 2, State.SAFE: 3}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device with its derived state and how many detections on it nobody has handled."""

    device: Device
    status: DeviceStatus
    unhandled: int


@dataclass(frozen=True, slots=True)
class DeviceTable:
    """The chosen devices, and the counts of all states whatever the filter."""

    rows: list[DeviceRow]
    counts: dict[str, int]
    total: int


def _with_counts() -> QuerySet[Device]:
    open_ones = Q(detection__handled_at=None, detection__pk__isnull=False)
    return Device.objects.annotate(
        open_count=Count("detection", filter=open_ones),
        left_count=Count("detection", filter=open_ones & Q(detection__outcome=Detection.Outcome.NOT_BLOCKED)),
    )


def _row(device: Device, *, watch_only: bool, now: datetime) -> DeviceRow:
    facts = facts_of(device, watch_only=watch_only, not_blocked=getattr(device, "left_count", 0))
    status = device_status(facts, now=now, current_version=__version__)
    return DeviceRow(device, status, getattr(device, "open_count", 0))


def device_table(chosen: DeviceFilter, *, now: datetime | None = None) -> DeviceTable:
    """Return the company's devices as `chosen`. Devices whose enrolment ended show only when asked for."""
    now = now or timezone.now()
    watch_only = current_mode() == "watch"
    rows = [_row(device, watch_only=watch_only, now=now) for device in _with_counts()]
    active = [row for row in rows if row.device.revoked_at is None]
    counts = Counter[str](row.status.state.value for row in active)
    counts["revoked"] = len(rows) - len(active)
    if chosen.state == "revoked":
        shown = [row for row in rows if row.device.revoked_at is not None]
    else:
        shown = [row for row in active if not chosen.state or row.status.state == chosen.state]
    if chosen.search:
        sought = chosen.search.casefold()
        shown = [
            row for row in shown if sought in f"{row.device.name}\n{row.device.hostname}\n{row.device.os}".casefold()
        ]
    return DeviceTable(_sorted(shown, chosen.sort), {s: counts[s] for s in (*State, "revoked")}, len(active))


def _sorted(rows: list[DeviceRow], order: str) -> list[DeviceRow]:
    key = order.removeprefix("-")
    rows = sorted(rows, key=lambda row: row.device.name.casefold())
    keys = {
        "name": lambda row: row.device.name.casefold(),
        "state": lambda row: _WEIGHT[row.status.state],
        "seen": lambda row: row.device.last_seen_at.timestamp() if row.device.last_seen_at else 0.0,
        "os": lambda row: row.device.os.casefold(),
        "version": lambda row: row.device.agent_version,
    }
    return sorted(rows, key=keys[key], reverse=order.startswith("-"))


def device_of(device_id: UUID) -> Device:
    """Return the device, or raise Http404."""
    found: Device = first_or_404(Device.objects.filter(id=device_id))
    return found


def device_row_of(device_id: UUID, *, now: datetime | None = None) -> DeviceRow:
    """Return the device with its state, or raise Http404."""
    device: Device = first_or_404(_with_counts().filter(id=device_id))
    return _row(device, watch_only=current_mode() == "watch", now=now or timezone.now())


def events_of(device: Device, *, limit: int = 20) -> list[DeviceEvent]:
    """Return the last events of a device, newest first."""
    return list(DeviceEvent.objects.filter(device=device).defer("document").order_by("-sequence")[:limit])


def detections(chosen: DetectionFilter) -> QuerySet[Detection]:
    """Return the company's detections as `chosen`, their devices loaded with them."""
    return chosen.apply(Detection.objects.select_related("device"))


def detection_of(detection_id: UUID) -> Detection:
    """Return the detection with its device and event, or raise Http404."""
    found: Detection = first_or_404(Detection.objects.select_related("device", "event").filter(pk=detection_id))
    return found


def devices_with_same_file(detection: Detection) -> int:
    """Return on how many other devices of the company the same file was found."""
    if not detection.sha256:
        return 0
    same = Detection.objects.filter(sha256=detection.sha256).exclude(device=detection.device_id)
    return same.values("device").distinct().count()


def enrolment_of(enrolment_id: UUID) -> EnrolmentToken:
    """Return the enrolment with its device, or raise Http404."""
    found: EnrolmentToken = first_or_404(EnrolmentToken.objects.select_related("device").filter(id=enrolment_id))
    return found


def list_entries() -> QuerySet[HashListEntry]:
    """Return the company's always-allowed and always-blocked files, newest first."""
    return HashListEntry.objects.order_by("-created_at", "id")


def list_entry_of(entry_id: UUID) -> HashListEntry:
    """Return the entry, or raise Http404."""
    found: HashListEntry = first_or_404(HashListEntry.objects.filter(id=entry_id))
    return found
