"""Who may reach a case and what belongs to it: the only way from an address to an object."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from anshin.console.cases.models import CaseStep, Evidence, Incident
from anshin.console.people.access import Actor, first_or_404
from anshin.console.people.roles import Permission

ORDERS = {
    "opened": "opened_at",
    "-opened": "-opened_at",
    "number": "number",
    "-number": "-number",
    "device": "device_name",
    "-device": "-device_name",
    "state": "state",
    "-state": "-state",
}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases, in which order. A value that means nothing is left out."""

    state: str = ""  # an Incident.State, or "all"; "" means those that are not closed
    search: str = ""
    sort: str = "-opened"

    @property
    def active(self) -> bool:
        """Whether somebody chose a filter."""
        return bool(self.state or self.search)


def case_for(actor: Actor, incident_id: UUID) -> Incident:
    """Return one case of the actor's company. Raises Http404 when it has none of that id, PermissionDenied by role."""
    actor.require(Permission.CASE_VIEW)
    found: Incident = first_or_404(Incident.objects.filter(id=incident_id, organisation=actor.organisation))
    return found


def step_for(actor: Actor, incident_id: UUID, step_id: UUID) -> CaseStep:
    """Return one step of one case. Raises as `case_for` does."""
    incident = case_for(actor, incident_id)
    found: CaseStep = first_or_404(incident.steps.filter(id=step_id).select_related("incident"))
    return found


def evidence_for(actor: Actor, incident_id: UUID, evidence_id: UUID) -> Evidence:
    """Return one piece of evidence of one case. Raises as `case_for` does."""
    incident = case_for(actor, incident_id)
    found: Evidence = first_or_404(incident.evidence.filter(id=evidence_id).select_related("incident"))
    return found


def cases_for(actor: Actor, wanted: CaseFilter) -> QuerySet[Incident]:
    """Return the cases of the actor's company that fit."""
    actor.require(Permission.CASE_VIEW)
    found = Incident.objects.filter(organisation=actor.organisation)
    if wanted.state in Incident.State.values:
        found = found.filter(state=wanted.state)
    elif wanted.state != "all":
        found = found.exclude(state=Incident.State.CLOSED)
    if wanted.search:
        found = found.filter(
            Q(number__icontains=wanted.search)
            | Q(file_name__icontains=wanted.search)
            | Q(device_name__icontains=wanted.search)
        )
    return found.order_by(ORDERS.get(wanted.sort, "-opened_at"), "-number")


def has_cases(actor: Actor) -> bool:
    """Whether the actor's company has ever had a case."""
    actor.require(Permission.CASE_VIEW)
    return Incident.objects.filter(organisation=actor.organisation).exists()
