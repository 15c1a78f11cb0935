"""Publish a domain event, and deliver what waits in the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_scopes import scope

from anshin.console.loop.handlers import HANDLERS
from anshin.console.loop.models import DomainEvent
from anshin.console.people.models import Organisation

MAX_ATTEMPTS = 8


def publish(*, kind: str, organisation: Organisation, payload: Mapping[str, Any]) -> DomainEvent:
    """Write an event into the outbox in the caller's transaction and ask the worker to deliver it.

    Raises KeyError when nothing is named for `kind` in `handlers.py`: an event that nobody handles is a mistake.
    """
    return publish_many(organisation=organisation, events=[(kind, payload)])[0]


def publish_many(*, organisation: Organisation, events: Sequence[tuple[str, Mapping[str, Any]]]) -> list[DomainEvent]:
    """Publish several (kind, payload) at once, in order, as `publish` does, with one job for all of them."""
    from anshin.console.loop.jobs import deliver_outbox

    rows = []
    for kind, payload in events:
        HANDLERS[kind]
        rows.append(DomainEvent(kind=kind, organisation=organisation, payload=dict(payload)))
    if rows:
        DomainEvent.objects.bulk_create(rows)
        deliver_outbox.enqueue()  # stored in this transaction: no event without a job, no job without an event
    return rows


def deliver_waiting(*, limit: int = 500) -> int:
    """Hand every waiting event to its handlers, oldest first; return how many were handled.

    Each event has a transaction of its own: a handler that fails leaves its event waiting, with the error, for the
    next round, and the others go on.
    """
    waiting = DomainEvent.objects.filter(handled_at=None, attempts__lt=MAX_ATTEMPTS).order_by("created_at")
    handled = 0
    for event_id in list(waiting.values_list("id", flat=True)[:limit]):
        try:
            handled += _deliver(event_id)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises must not stop the others
            DomainEvent.objects.filter(id=event_id).update(last_error=f"{type(error).__name__}: {error}"[:2000])
    return handled


def _deliver(event_id: Any) -> int:
    # Counted outside the transaction, so that a handler that kills the process cannot be tried for ever.
    with transaction.atomic():
        event = DomainEvent.objects.select_for_update(skip_locked=True).filter(id=event_id, handled_at=None).first()
        if event is None:
            return 0
        event.attempts += 1
        event.save(update_fields=["attempts"])
    with transaction.atomic():
        event = DomainEvent.objects.select_for_update(skip_locked=True).filter(id=event_id, handled_at=None).first()
        if event is None:
            return 0
        with scope(organisation=event.organisation):
            for path in HANDLERS[event.kind]:
                import_string(path)(event_id=event.id, organisation=event.organisation, **event.payload)
        event.handled_at, event.last_error = timezone.now(), ""
        event.save(update_fields=["handled_at", "last_error"])
    return 1


@dataclass(frozen=True, slots=True)
class LoopState:
    """How the outbox stands: events that wait, the age of the oldest in seconds, and events given up."""

    waiting: int
    oldest_seconds: float
    dead: int


def state(*, now: datetime | None = None) -> LoopState:
    """Return how the outbox stands, for health checks and `anshin doctor`."""
    open_events = DomainEvent.objects.filter(handled_at=None)
    waiting = open_events.filter(attempts__lt=MAX_ATTEMPTS)
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    age = ((now or timezone.now()) - oldest).total_seconds() if oldest else 0.0
    return LoopState(waiting.count(), max(0.0, age), open_events.filter(attempts__gte=MAX_ATTEMPTS).count())
