"""Pages of the cases: list, room, evidence, and the desk's queue."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.cases import operations
from anshin.console.cases.access import case_for, cases_for, evidence_for, has_cases, step_for
from anshin.console.cases.forms import CaseFilterForm, NoteForm, ReasonForm
from anshin.console.cases.models import Incident
from anshin.console.cases.room import room_of
from anshin.console.cases.wording import custody_sentence, status_of, title_of, verified_sentence
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.tables import csv_response, page_of, wants_csv

UNUSABLE = 422
"""Status of a page that comes back with what was typed and what is wrong with it."""


def _language() -> str:
    return get_language() or "ja"


@company_page(Permission.CASE_VIEW)
def case_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the company's cases; with `format=csv` as a table to download."""
    wanted = CaseFilterForm.read(request.GET)
    found, language = cases_for(actor, wanted), _language()
    if wants_csv(request):
        header = [_("Number"), _("What happened"), _("State"), _("Device"), _("File"), _("Occurred"), _("Opened"),
                  _("Closed"), _("Reason")]  # fmt: skip
        rows = (
            [case.number, title_of(case, language), case.get_state_display(), case.device_name, case.file_name,
             _stamp(case.occurred_at), _stamp(case.opened_at), _stamp(case.closed_at), case.closing_reason]
            for case in found.iterator()
        )  # fmt: skip
        return csv_response("cases", header, rows)
    page = page_of(request, found)
    query = request.GET.copy()
    query["format"] = "csv"
    return render(
        request,
        "cases/list.html",
        {
            "form": CaseFilterForm(request.GET or {}),
            "filter": wanted,
            "page": page,
            "rows": [_row(case, language) for case in page],
            "csv_query": query.urlencode(),
            "ever": bool(page.paginator.count) or has_cases(actor),
        },
    )


def _stamp(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


def _row(case: Incident, language: str) -> dict[str, Any]:
    return {"case": case, "title": title_of(case, language), "status": status_of(case)}


@company_page(Permission.CASE_VIEW)
def case_room(request: HttpRequest, actor: Actor, incident_id: UUID) -> HttpResponse:
    """Show one case: what to do next, what is known, what is proven, what was done."""
    return _room(request, actor, case_for(actor, incident_id))


def _room(
    request: HttpRequest, actor: Actor, incident: Incident, *, status: int = 200, **forms: NoteForm | ReasonForm
) -> HttpResponse:
    context = {
        **room_of(incident, _language()),
        "note_form": NoteForm(),
        "close_form": ReasonForm(auto_id="close_%s"),
        "reopen_form": ReasonForm(auto_id="reopen_%s"),
        "may_work": actor.may(Permission.CASE_WORK),
        "may_desk": actor.may(Permission.CASE_DESK),
        "mine": incident.taken_by_name == actor.name[:200],
        **forms,
    }
    return render(request, "cases/room.html", context, status=status)


def _act(request: HttpRequest, actor: Actor, incident: Incident, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and lead back to the room with what came of it."""
    try:
        act()
    except operations.CaseConflict as conflict:
        messages.error(request, str(conflict))
    else:
        messages.success(request, done)
    return redirect("case_room", actor.organisation.id, incident.id)


@company_page(Permission.CASE_WORK)
@require_POST
def case_step(request: HttpRequest, actor: Actor, incident_id: UUID, step_id: UUID) -> HttpResponse:
    """Mark a step as done, or with `undo` take the mark back."""
    step = step_for(actor, incident_id, step_id)
    if "undo" in request.POST:
        return _act(
            request, actor, step.incident, lambda: operations.untick_step(actor=actor, step=step),
            _("The step is open again."),
        )  # fmt: skip
    return _act(
        request, actor, step.incident, lambda: operations.tick_step(actor=actor, step=step), _("The step is done.")
    )


@company_page(Permission.CASE_WORK)
@require_POST
def case_note(request: HttpRequest, actor: Actor, incident_id: UUID) -> HttpResponse:
    """Add a note to the timeline."""
    incident, form = case_for(actor, incident_id), NoteForm(request.POST)
    if not form.is_valid():
        return _room(request, actor, incident, status=UNUSABLE, note_form=form)
    text = form.cleaned_data["text"]
    return _act(
        request, actor, incident, lambda: operations.add_note(actor=actor, incident=incident, text=text),
        _("The note is stored."),
    )  # fmt: skip


@company_page(Permission.CASE_WORK)
def case_hand_over(request: HttpRequest, actor: Actor, incident_id: UUID) -> HttpResponse:
    """Ask once more, then hand the case to the provider's desk."""
    incident = case_for(actor, incident_id)
    if request.method == "POST":
        return _act(
            request, actor, incident, lambda: operations.hand_to_desk(actor=actor, incident=incident),
            _("The desk has the case now and will contact you."),
        )  # fmt: skip
    return render(request, "cases/hand_over.html", {"incident": incident, "title": title_of(incident, _language())})


@company_page(Permission.CASE_DESK)
@require_POST
def case_take(request: HttpRequest, actor: Actor, incident_id: UUID) -> HttpResponse:
    """Take a case as the desk's analyst, or take it over from the one who has it."""
    incident, seen = case_for(actor, incident_id), request.POST.get("instead_of", "")
    return _act(
        request, actor, incident, lambda: operations.take(actor=actor, incident=incident, instead_of=seen),
        _("You have the case in hand now."),
    )  # fmt: skip


@company_page(Permission.CASE_DESK)
@require_POST
def case_close(request: HttpRequest, actor: Actor, incident_id: UUID) -> HttpResponse:
    """Close a case with a reason."""
    incident, form = case_for(actor, incident_id), ReasonForm(request.POST, auto_id="close_%s")
    if not form.is_valid():
        return _room(request, actor, incident, status=UNUSABLE, close_form=form)
    reason = form.cleaned_data["reason"]
    return _act(
        request, actor, incident, lambda: operations.close(actor=actor, incident=incident, reason=reason),
        _("The case is closed, and its detections count as handled."),
    )  # fmt: skip


@company_page(Permission.CASE_WORK)
@require_POST
def case_reopen(request: HttpRequest, actor: Actor, incident_id: UUID) -> HttpResponse:
    """Open a closed case again with a reason."""
    incident, form = case_for(actor, incident_id), ReasonForm(request.POST, auto_id="reopen_%s")
    if not form.is_valid():
        return _room(request, actor, incident, status=UNUSABLE, reopen_form=form)
    reason = form.cleaned_data["reason"]
    return _act(
        request, actor, incident, lambda: operations.reopen(actor=actor, incident=incident, reason=reason),
        _("The case is open again."),
    )  # fmt: skip


@company_page(Permission.CASE_VIEW)
@require_POST
def case_verify(request: HttpRequest, actor: Actor, incident_id: UUID) -> HttpResponse:
    """Check seals and custody chain, and say what was found."""
    incident = case_for(actor, incident_id)
    result = operations.verify_case(incident=incident, actor=actor)
    (messages.success if result.whole else messages.error)(request, verified_sentence(result))
    return redirect("case_room", actor.organisation.id, incident.id)


@company_page(Permission.CASE_WORK)
def case_evidence(request: HttpRequest, actor: Actor, incident_id: UUID, evidence_id: UUID) -> HttpResponse:
    """Show one piece of evidence. Looking at it is written down."""
    piece = evidence_for(actor, incident_id, evidence_id)
    content = operations.view_evidence(actor=actor, piece=piece)
    return _evidence(request, piece, content, ReasonForm())


def _evidence(
    request: HttpRequest, piece: Any, content: dict[str, Any], form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    custody = piece.incident.custody.filter(evidence=piece)
    context = {
        "piece": piece,
        "incident": piece.incident,
        "text": json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True),
        "custody": [{"entry": entry, "sentence": custody_sentence(entry)} for entry in custody],
        "form": form,
    }
    return render(request, "cases/evidence.html", context, status=status)


@company_page(Permission.CASE_WORK)
@require_POST
def case_evidence_export(request: HttpRequest, actor: Actor, incident_id: UUID, evidence_id: UUID) -> HttpResponse:
    """Send one piece of evidence with its hash and custody as a JSON file; the reason stands in custody."""
    piece, form = evidence_for(actor, incident_id, evidence_id), ReasonForm(request.POST)
    if not form.is_valid():
        content = operations.view_evidence(actor=actor, piece=piece)  # the page shows it again, so it was looked at
        return _evidence(request, piece, content, form, status=UNUSABLE)
    bundle = operations.export_evidence(actor=actor, piece=piece, reason=form.cleaned_data["reason"])
    name = f"evidence-{piece.incident.number}-{piece.sha256[:12]}.json"
    return HttpResponse(
        json.dumps(bundle, ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Anshin-Evidence-SHA256": piece.sha256},
    )


@company_page(Permission.CASE_DESK)
def desk_queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the cases that customers handed to the desk, oldest first."""
    rows = [_row(case, _language()) for case in operations.desk_queue(actor=actor)]
    return render(request, "cases/queue.html", {"rows": rows, "now": timezone.now()})
