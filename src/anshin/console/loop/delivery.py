"""Hands waiting events to the handlers that `handlers.py` names, whatever happens to the process meanwhile."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django_scopes import scope

from anshin.console.loop.handlers import HANDLERS
from anshin.console.loop.models import DomainEvent

MAX_ATTEMPTS = 8
"""After so many attempts an event counts as dead: `anshin doctor` shows it."""
FIRST_WAIT = timedelta(seconds=5)
"""Wait after the first failure; it doubles with each further one."""
DEAD_WAIT = timedelta(days=1)
"""A dead event is still tried once a day, so that it heals by itself when an upgrade mends its handler."""


def deliver_waiting(*, now: datetime | None = None) -> int:
    """Hand every event that is due to its handlers, oldest first; return how many were handled.

    Each event has a transaction of its own: what a handler did and the note that it is done stand or fall together. A
    handler that fails leaves its event waiting, with the error, for a later round, and the others go on. Two workers
    may do this at once, and a worker may be killed at any point: the next call delivers what is left.
    """
    now = now or timezone.now()
    handled = 0
    for event_id in list(_due(now).values_list("id", flat=True)):
        try:
            handled += _deliver(event_id, now)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises must not stop the others
            _note_failure(event_id, error, now)
    return handled


def _due(now: datetime) -> QuerySet[DomainEvent]:
    ready = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    return DomainEvent.objects.filter(ready, handled_at=None).order_by("created_at", "id")


def _deliver(event_id: UUID, now: datetime) -> int:
    # Counted in a transaction of its own, so that a handler that kills the process cannot be tried for ever.
    with transaction.atomic():
        event = _due(now).select_for_update(skip_locked=True).filter(id=event_id).first()
        if event is None:
            return 0
        event.attempts += 1
        if event.attempts >= MAX_ATTEMPTS:
            event.next_attempt_at = now + DEAD_WAIT
        event.save(update_fields=["attempts", "next_attempt_at"])
    mine = DomainEvent.objects.filter(id=event_id, handled_at=None, attempts=event.attempts)
    with transaction.atomic():
        event = mine.select_for_update(skip_locked=True).first()
        if event is None:  # another worker counted after us: the event is theirs
            return 0
        with scope(organisation=event.organisation):
            for path in HANDLERS[event.kind]:
                import_string(path)(event_id=event.id, organisation=event.organisation, **event.payload)
        event.handled_at, event.last_error, event.next_attempt_at = timezone.now(), "", None
        event.save(update_fields=["handled_at", "last_error", "next_attempt_at"])
    return 1


def _note_failure(event_id: UUID, error: Exception, now: datetime) -> None:
    with transaction.atomic():
        event = DomainEvent.objects.select_for_update().filter(id=event_id, handled_at=None).first()
        if event is None:
            return
        if event.attempts < MAX_ATTEMPTS:
            event.next_attempt_at = now + FIRST_WAIT * 2 ** max(event.attempts - 1, 0)
        event.last_error = f"{type(error).__name__}: {error}".replace("\0", "")[:2000]
        event.save(update_fields=["next_attempt_at", "last_error"])
