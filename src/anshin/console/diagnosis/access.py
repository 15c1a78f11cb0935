"""Who may reach a result: the only way from an address to an object."""

from uuid import UUID

from django.db.models import QuerySet

from anshin.console.diagnosis.models import Calculation, Diagnosis, OutsideCheck, PortfolioRun, Trial
from anshin.console.people.access import Actor, first_or_404
from anshin.console.people.roles import Permission


def diagnosis_for(actor: Actor, diagnosis_id: UUID) -> Diagnosis:
    """Return one result of the actor's company. Raises Http404 when there is none, PermissionDenied by role."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    found: Diagnosis = first_or_404(
        Diagnosis.objects.filter(id=diagnosis_id, organisation=actor.organisation).select_related("questionnaire")
    )
    return found


def finished_for(actor: Actor, diagnosis_id: UUID) -> Diagnosis:
    """Return one result that is there to be read. Raises as `diagnosis_for` does, also while it is calculated."""
    found: Diagnosis = first_or_404(d for d in [diagnosis_for(actor, diagnosis_id)] if d.result is not None)
    return found


def trial_for(actor: Actor, trial_id: UUID) -> Trial:
    """Return one trial of the actor's company. Raises as `diagnosis_for` does."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    found: Trial = first_or_404(
        Trial.objects.filter(id=trial_id, organisation=actor.organisation).select_related("diagnosis")
    )
    return found


def results_for(actor: Actor) -> QuerySet[Diagnosis]:
    """Return the finished results of the actor's company, newest first."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    return Diagnosis.objects.filter(organisation=actor.organisation, state=Calculation.State.DONE).order_by(
        "-requested_at"
    )


def newest_for(actor: Actor) -> Diagnosis | None:
    """Return the newest request of the actor's company, finished or not."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    return Diagnosis.objects.filter(organisation=actor.organisation).order_by("-requested_at").first()


def portfolio_for(actor: Actor) -> tuple[PortfolioRun | None, PortfolioRun | None]:
    """Return the newest run over the customers of the actor's provider, and the newest that is done."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    runs = PortfolioRun.objects.filter(organisation=actor.organisation).order_by("-requested_at")
    return runs.first(), runs.filter(state=Calculation.State.DONE).first()


def outside_for(actor: Actor) -> OutsideCheck | None:
    """Return the look from outside at the actor's company, if it named its domain."""
    actor.require(Permission.DIAGNOSIS_VIEW)
    return OutsideCheck.objects.filter(organisation=actor.organisation).first()
