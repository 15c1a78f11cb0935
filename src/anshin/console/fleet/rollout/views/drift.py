"""The page that shows where scores and reports of false alarms have moved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from anshin.console.fleet.rollout.access import provider_room
from anshin.console.fleet.rollout.operations.drift import drift_of, reports_of
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.wire.models import week_of


@provider_room(Permission.MODEL_REVIEW)
def model_drift(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show how the scores of each model lie against the weeks before."""
    now = timezone.now()
    context = {
        "rows": drift_of(actor.organisation, now=now),
        "reports": reports_of(actor.organisation, now=now),
        "this_week": week_of(now),
    }
    return render(request, "fleet/rollout/drift.html", context)
