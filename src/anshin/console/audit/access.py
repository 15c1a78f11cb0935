"""Which entries of the log someone may read: those of the company they act on, and no others."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from anshin.console.audit.catalogue import names_of_program
from anshin.console.audit.models import AuditEntry
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What a reader looks for; empty means everything. Both days are included, in the installation's time zone."""

    who: str = ""
    action: str = ""
    first_day: date | None = None
    last_day: date | None = None


def entries_for(actor: Actor, wanted: LogFilter) -> QuerySet[AuditEntry]:
    """Return the entries of the actor's company that fit, newest first. Raises PermissionDenied."""
    actor.require(Permission.AUDIT_VIEW)
    found = AuditEntry.objects.filter(organisation=actor.organisation).order_by("-sequence")
    if wanted.who:
        found = found.filter(
            Q(actor_name__icontains=wanted.who) | Q(actor_kind="system", actor_name__in=names_of_program(wanted.who))
        )
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.first_day:
        found = found.filter(at__gte=_midnight(wanted.first_day))
    if wanted.last_day:
        found = found.filter(at__lt=_midnight(wanted.last_day + timedelta(days=1)))
    return found


def actions_of(actor: Actor) -> list[str]:
    """Return the actions that occur in the log of the actor's company, for the filter."""
    actor.require(Permission.AUDIT_VIEW)
    found = AuditEntry.objects.filter(organisation=actor.organisation).order_by("action")
    return list(found.values_list("action", flat=True).distinct())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
