"""Publish a domain event, deliver what waits in the outbox, and say how the outbox is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from anshin.console.loop.delivery import MAX_ATTEMPTS, deliver_waiting
from anshin.console.loop.handlers import HANDLERS
from anshin.console.loop.jobs import deliver_outbox
from anshin.console.loop.models import DomainEvent
from anshin.console.people.models import Organisation

__all__ = ["MAX_ATTEMPTS", "LoopState", "deliver_waiting", "publish", "publish_many", "state"]


@dataclass(frozen=True, slots=True)
class LoopState:
    """How the outbox is: what waits, since how many seconds, and what has failed too often."""

    waiting: int
    oldest_seconds: float
    dead: int


def publish(*, kind: str, organisation: Organisation, payload: Mapping[str, Any]) -> DomainEvent:
    """Write an event into the outbox in the caller's transaction and ask the worker to deliver it.

    Raises KeyError when nothing is named for `kind` in `handlers.py`: an event that nobody handles is a mistake.
    """
    return publish_many(organisation=organisation, events=[(kind, payload)])[0]


def publish_many(*, organisation: Organisation, events: Sequence[tuple[str, Mapping[str, Any]]]) -> list[DomainEvent]:
    """Publish several (kind, payload) at once, in order, as `publish` does, with one job for all of them."""
    rows = []
    for kind, payload in events:
        HANDLERS[kind]
        rows.append(DomainEvent(kind=kind, organisation=organisation, payload=dict(payload)))
    if rows:
        DomainEvent.objects.bulk_create(rows)
        deliver_outbox.enqueue()  # stored in this transaction: no event without a job, no job without an event
    return rows


def state(*, now: datetime | None = None) -> LoopState:
    """Return how the outbox is. Dead events do not count as waiting."""
    alive = Q(attempts__lt=MAX_ATTEMPTS)
    found = DomainEvent.objects.filter(handled_at=None).aggregate(
        waiting=Count("id", filter=alive), oldest=Min("created_at", filter=alive), dead=Count("id", filter=~alive)
    )
    age = ((now or timezone.now()) - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return LoopState(found["waiting"], max(age, 0.0), found["dead"])
