"""The fleet in figures, for many companies at once in a constant number of queries."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils import timezone
from django_scopes import scopes_disabled

from anshin import __version__
from anshin.console.fleet.models import Detection, Device, Protection, ProtectionPolicy
from anshin.console.fleet.status import DeviceFacts, State, device_status
from anshin.console.people.models import Organisation


@dataclass(frozen=True, slots=True)
class FleetSummary:
    """One company's fleet. Revoked devices do not count; `total` is the sum of the four states."""

    total: int = 0
    safe: int = 0
    attention: int = 0
    urgent: int = 0
    unknown: int = 0
    unhandled: int = 0
    not_blocked: int = 0
    last_detection_at: datetime | None = None
    last_detection_outcome: str = ""


def summaries(organisations: Sequence[Organisation], *, now: datetime | None = None) -> dict[UUID, FleetSummary]:
    """Return a summary for each of `organisations`. Whether the caller may look at them is the caller's to know."""
    now = now or timezone.now()
    ids = [organisation.id for organisation in organisations]
    with scopes_disabled():  # several companies at once: every query below names exactly these
        watching = set(
            ProtectionPolicy.objects.filter(organisation__in=ids, mode=Protection.WATCH).values_list(
                "organisation_id", flat=True
            )
        )
        open_by_device = _not_blocked_by_device(ids)
        figures = {
            row["organisation_id"]: row
            for row in Detection.objects.filter(organisation__in=ids)
            .order_by()
            .values("organisation_id")
            .annotate(
                unhandled=Count("pk", filter=Q(handled_at=None)),
                not_blocked=Count("pk", filter=Q(handled_at=None, outcome=Detection.Outcome.NOT_BLOCKED)),
                last_at=Max("occurred_at"),
            )
        }
        outcomes = _outcomes_at({key: row["last_at"] for key, row in figures.items()})
        states: dict[UUID, Counter[State]] = defaultdict(Counter)
        for device in Device.objects.filter(organisation__in=ids, revoked_at=None):
            facts = facts_of(
                device,
                watch_only=device.organisation_id in watching,
                not_blocked=open_by_device.get(device.id, 0),
            )
            states[device.organisation_id][device_status(facts, now=now, current_version=__version__).state] += 1
    return {key: _summary(states[key], figures.get(key), outcomes.get(key, "")) for key in ids}


def facts_of(device: Device, *, watch_only: bool, not_blocked: int) -> DeviceFacts:
    """Return what the status rule looks at."""
    return DeviceFacts(
        last_seen_at=device.last_seen_at,
        revoked_at=device.revoked_at,
        watch_only=watch_only,
        agent_version=device.agent_version,
        spooled_since=device.spooled_since,
        clock_offset_seconds=device.clock_offset_seconds,
        not_blocked=not_blocked,
        is_sample=device.is_sample,
    )


def _not_blocked_by_device(ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = (
        Detection.objects.filter(organisation__in=ids, handled_at=None, outcome=Detection.Outcome.NOT_BLOCKED)
        .order_by()
        .values_list("device_id")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def _outcomes_at(last: dict[UUID, datetime]) -> dict[UUID, str]:
    rows = Detection.objects.filter(organisation__in=last, occurred_at__in=set(last.values()))
    pairs = rows.values_list("organisation_id", "occurred_at", "outcome")
    return {key: outcome for key, at, outcome in pairs if last[key] == at}


def _summary(states: Counter[State], figures: Mapping[str, object] | None, outcome: str) -> FleetSummary:
    row = figures or {}
    at = row.get("last_at")
    return FleetSummary(
        total=states.total(),
        safe=states[State.SAFE],
        attention=states[State.ATTENTION],
        urgent=states[State.URGENT],
        unknown=states[State.UNKNOWN],
        unhandled=int(str(row.get("unhandled", 0))),
        not_blocked=int(str(row.get("not_blocked", 0))),
        last_detection_at=at if isinstance(at, datetime) else None,
        last_detection_outcome=outcome,
    )
