"""A customer reports a false alarm; the provider decides, and takes the rows for the next training."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.fleet.access import detection_of
from anshin.console.fleet.operations.protection import ListFull
from anshin.console.fleet.rollout import access
from anshin.console.fleet.rollout.access import provider_room
from anshin.console.fleet.rollout.models import FalsePositiveReport
from anshin.console.fleet.rollout.operations.false_positives import ReportRefused, decide, report_false_positive
from anshin.console.fleet.rollout.wording import REPORT_REFUSED
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.tables import csv_response, page_of, wants_csv

LABELS = ("sha256", "label", "source", "family", "date", "kind", "size", "score", "model", "engine", "rules")
"""Columns of the rows for training; the first five are named as those of a feature table."""


@company_page(Permission.DETECTION_HANDLE)
@require_POST
def detection_false_positive(request: HttpRequest, actor: Actor, detection_id: UUID) -> HttpResponse:
    """Report a detection as a false alarm."""
    detection = detection_of(detection_id)
    try:
        report_false_positive(actor=actor, detection=detection, note=request.POST.get("note", "").replace("\0", ""))
    except ReportRefused as refused:
        messages.error(request, str(REPORT_REFUSED[refused.code]))
    except ListFull:
        messages.error(request, _("The lists are full. Remove entries that are no longer needed first."))
    else:
        messages.success(request, _("Reported. The file is allowed on all PCs of the company within a minute."))
    return redirect("detection_detail", organisation_id=actor.organisation.id, detection_id=detection_id)


@provider_room(Permission.MODEL_REVIEW)
def false_positive_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what customers reported; as CSV or JSON the accepted ones, as rows for training."""
    state = request.GET.get("state", "")
    found = access.false_positives(actor.organisation, state=state)
    if wants_csv(request):
        rows = access.false_positives(actor.organisation, state=FalsePositiveReport.State.ACCEPTED)
        labels = [_label(row) for row in rows]
        return csv_response("labels", [*LABELS, "signs"], ([*(r[c] for c in LABELS), _signs(r)] for r in labels))
    if request.GET.get("format") == "json":
        rows = access.false_positives(actor.organisation, state=FalsePositiveReport.State.ACCEPTED)
        document = {"schema_version": 1, "labels": [_label(row) for row in rows]}
        return JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    context = {
        "page": page_of(request, found),
        "state": state,
        "states": FalsePositiveReport.State.choices,
        "marks": {"open": "attention", "accepted": "safe", "declined": "urgent"},
    }
    return render(request, "fleet/rollout/false_positives.html", context)


def _label(row: FalsePositiveReport) -> dict[str, Any]:
    return {
        "sha256": row.sha256,
        "label": "benign",
        "source": "false-positive-report",
        "family": row.family,
        "date": row.reported_at.date().isoformat(),
        "kind": row.kind,
        "size": row.size,
        "score": row.score,
        "model": row.model,
        "engine": row.engine,
        "rules": row.rules,
        "signs": row.features,
    }


def _signs(label: dict[str, Any]) -> str:
    return " ".join(f"{sign['code']}:{sign['weight']}" for sign in label["signs"])


@provider_room(Permission.MODEL_REVIEW)
@require_POST
def false_positive_decide(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Accept or decline one report, with a reason."""
    verdict = request.POST.get("verdict", "")
    if verdict not in {"accept", "decline"} or "report" not in request.POST:
        messages.error(request, _("This cannot be done."))
        return redirect("false_positive_list", organisation_id=actor.organisation.id)
    try:
        report = access.false_positive_of(actor.organisation, UUID(request.POST["report"]))
    except ValueError as error:
        raise Http404("no such object") from error
    try:
        reason = request.POST.get("reason", "").replace("\0", "")[:2000]
        decide(actor=actor, report=report, accept=verdict == "accept", reason=reason)
    except ReportRefused as refused:
        messages.error(request, str(REPORT_REFUSED[refused.code]))
    else:
        messages.success(request, _("The decision is written down in the company's log."))
    return redirect("false_positive_list", organisation_id=actor.organisation.id)
