"""What other apps and the provider's board may know of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django_scopes import scopes_disabled

from anshin.console.cases.models import CaseSource, Incident
from anshin.console.cases.operations.opening import DETECTION
from anshin.console.people.access import Actor
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Permission


@dataclass(frozen=True, slots=True)
class CaseLink:
    """Enough to link to a case."""

    id: UUID
    number: str
    state: str


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One company's cases that are not closed: all of them, and how many of them the desk has."""

    open: int = 0
    with_desk: int = 0


def case_of_detection(*, detection_id: UUID) -> CaseLink | None:
    """Return the case of a detection of the active company, or None while it has none."""
    found = CaseSource.objects.filter(kind=DETECTION, source_id=detection_id).select_related("incident").first()
    return CaseLink(found.incident.id, found.incident.number, found.incident.state) if found else None


def summaries(organisations: Sequence[Organisation]) -> dict[UUID, CaseSummary]:
    """Return a summary for each of `organisations` in one query. The caller knows that they may be looked at."""
    ids = [organisation.id for organisation in organisations]
    with scopes_disabled():  # several companies at once: the query names exactly these
        rows = list(
            Incident.objects.filter(organisation__in=ids)
            .exclude(state=Incident.State.CLOSED)
            .order_by()
            .values("organisation_id")
            .annotate(open=Count("id"), with_desk=Count("id", filter=Q(state=Incident.State.WITH_DESK)))
        )
    found = {row["organisation_id"]: CaseSummary(row["open"], row["with_desk"]) for row in rows}
    return {key: found.get(key, CaseSummary()) for key in ids}


def desk_queue(*, actor: Actor) -> list[Incident]:
    """Return the cases that the customers of the actor's provider handed to its desk, oldest first.

    Raises PermissionDenied unless the actor works at the desk; for anything but a provider the queue is empty.
    """
    actor.require(Permission.CASE_DESK)
    with scopes_disabled():  # the desk works for all customers of its provider, and for no others
        return list(
            Incident.objects.filter(organisation__provider=actor.organisation, state=Incident.State.WITH_DESK)
            .select_related("organisation")
            .order_by("handed_at", "opened_at")
        )
