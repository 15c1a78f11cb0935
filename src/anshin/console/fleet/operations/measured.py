"""What the agents of one company prove about it, with the day of the proof: facts for the diagnosis."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from anshin.console.fleet.models import Device, Protection
from anshin.console.fleet.operations.protection import current_mode

SEEN_DAYS = 90
"""A device that was silent for longer is not counted: it may be gone."""
WORKING_DAYS = 7
"""A device heard within so many days is counted as working: a PC may be off for a week."""


@dataclass(frozen=True, slots=True)
class MeasuredFleet:
    """Devices heard of lately; of these, the ones whose protection works; and when the last was heard."""

    devices: int
    protected: int
    last_heard_at: datetime | None


def measured_fleet(*, now: datetime | None = None) -> MeasuredFleet:
    """Return what the active company's agents prove."""
    now = now or timezone.now()
    rows = Device.objects.filter(revoked_at=None, last_seen_at__gt=now - timedelta(days=SEEN_DAYS))
    heard = [at for at in rows.values_list("last_seen_at", flat=True) if at is not None]
    stops = current_mode() == Protection.PROTECT
    working = [at for at in heard if now - at <= timedelta(days=WORKING_DAYS)]
    return MeasuredFleet(len(heard), len(working) if stops else 0, max(heard, default=None))
