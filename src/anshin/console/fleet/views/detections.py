"""Pages about detections."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.fleet import access, operations
from anshin.console.fleet.filters import DetectionFilter
from anshin.console.fleet.forms import RestoreForm
from anshin.console.fleet.models import Detection
from anshin.console.fleet.operations.restores import RestoreRefused, restore_state
from anshin.console.fleet.rollout.operations.false_positives import report_of
from anshin.console.fleet.views.scans import scan_context
from anshin.console.fleet.wording import (
    DONE,
    HEADLINES,
    RESTORE_REFUSED,
    STAGES,
    STOPPED,
    VERDICTS,
    detection_rows,
    detection_state,
)
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.live import answer_part, render_part
from anshin.console.web.tables import csv_response, page_of, wants_csv
from anshin.engine.render.places import told
from anshin.engine.verdict import Verdict


@company_page(Permission.DETECTION_VIEW)
def detection_list(request: HttpRequest, _actor: Actor) -> HttpResponse:
    """Show all detections; the part with the table keeps itself current."""
    chosen = DetectionFilter.read(request.GET)
    found = access.detections(chosen)
    if wants_csv(request):
        return _detection_csv(found)
    page = page_of(request, found)
    context = {
        "chosen": chosen,
        "page": page,
        "rows": detection_rows(page),
        "outcomes": Detection.Outcome.choices,
        "device": access.device_of(chosen.device) if chosen.device else None,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return answer_part(request, "fleet/parts/detection_table.html", context)
    context["part"] = render_part(request, "fleet/parts/detection_table.html", context)
    return render(request, "fleet/detections.html", context)


def _detection_csv(found: Any) -> HttpResponse:
    header = [_("When"), _("Device"), _("File"), _("Place"), _("Result"), _("Handled"), _("Handled by"), "SHA-256"]
    rows = (
        [
            detection.occurred_at.isoformat(timespec="seconds"),
            detection.device.name,
            detection.file_name,
            detection.path,
            detection.get_outcome_display(),
            detection.handled_at.isoformat(timespec="seconds") if detection.handled_at else "",
            detection.handled_by_name,
            detection.sha256,
        ]
        for detection in found.iterator(chunk_size=500)
    )
    return csv_response("detections", header, rows)


@company_page(Permission.DETECTION_VIEW)
def detection_recent(request: HttpRequest, _actor: Actor) -> HttpResponse:
    """Show the last detections, as a part of another page."""
    return answer_part(request, "fleet/parts/recent.html", {"recent": detection_rows(operations.recent_detections())})


@company_page(Permission.DETECTION_VIEW)
def detection_detail(request: HttpRequest, actor: Actor, detection_id: UUID) -> HttpResponse:
    """Show one detection: what happened, is it stopped, what we did, what to do, whom to call."""
    from anshin.console.cases.operations import case_of_detection  # late: cases and fleet know each other

    detection = access.detection_of(detection_id)
    verdict = Verdict.model_validate(detection.verdict)
    ja = get_language() == "ja"
    language: Literal["ja", "en"] = "ja" if ja else "en"
    reasons = [
        (one.ja if ja else one.en, one, told(one.place, language))
        for one in sorted(verdict.reasons, key=lambda one: -one.weight)
    ]
    gaps = [(one.ja if ja else one.en, one, told(one.place, language)) for one in verdict.gaps]
    context = {
        "detection": detection,
        "state": detection_state(detection),
        "headline": HEADLINES[detection.outcome],
        "stopped": STOPPED[detection.outcome],
        "done": DONE[detection.outcome],
        "verdict": verdict,
        "verdict_word": VERDICTS[verdict.status],
        "reasons": reasons,
        # Said once each, however many files inside it concerns; every place stands in the technical details.
        "why": Counter(text for text, _reason, _where in reasons).items(),
        "not_examined": Counter(text for text, _gap, _where in gaps).items(),
        "gaps": gaps,
        "members": list(_members(verdict)),
        "report": report_of(detection),
        "elsewhere": access.devices_with_same_file(detection),
        "case": case_of_detection(detection_id=detection.pk),
        "may_handle": actor.may(Permission.DETECTION_HANDLE),
        "error": detection.event.document.get("error_ja" if ja else "error_en", ""),
    }
    case = context["case"]
    context["may_ask_desk"] = case is not None and case.state == "open" and actor.may(Permission.CASE_WORK)
    restore = _restore_context(actor, detection)
    context["restore"] = restore["restore"]
    context["part"] = render_part(request, "fleet/parts/restore_state.html", restore)
    context["scan_part"] = render_part(request, "fleet/parts/scan_state.html", scan_context(actor, detection))
    return render(request, "fleet/detection.html", context)


def _members(verdict: Verdict) -> Iterator[tuple[int, Verdict, str | Promise]]:
    """Yield (depth, member, word for its state) for everything inside the file, in order."""
    waiting = [(1, child) for child in reversed(verdict.children)]
    while waiting:
        depth, member = waiting.pop()
        yield depth, member, VERDICTS[member.status]
        waiting.extend((depth + 1, child) for child in reversed(member.children))


@company_page(Permission.DETECTION_HANDLE)
@require_POST
def detection_handled(request: HttpRequest, actor: Actor, detection_id: UUID) -> HttpResponse:
    """Note that nothing is left to do about a detection."""
    detection = access.detection_of(detection_id)
    operations.mark_handled(actor=actor, detection_id=detection.pk)
    messages.success(request, _("Marked as handled."))
    return redirect("detection_detail", organisation_id=actor.organisation.id, detection_id=detection_id)


def _restore_context(actor: Actor, detection: Detection) -> dict[str, Any]:
    state = restore_state(detection=detection)
    item = state.item
    place = {"organisation_id": actor.organisation.id, "detection_id": detection.pk}
    return {
        "detection": detection,
        "restore": state,
        "stage": STAGES[state.stage],
        "error": (item.error_ja if get_language() == "ja" else item.error_en) if item else "",
        "live_path": reverse("detection_restore_state", kwargs=place),
        "may_handle": actor.may(Permission.DETECTION_HANDLE),
    }


@company_page(Permission.DETECTION_VIEW)
def detection_restore_state(request: HttpRequest, actor: Actor, detection_id: UUID) -> HttpResponse:
    """Show how far a restore is, as a part of the detection's page."""
    context = _restore_context(actor, access.detection_of(detection_id))
    return answer_part(request, "fleet/parts/restore_state.html", context)


@company_page(Permission.DETECTION_HANDLE)
def detection_restore(request: HttpRequest, actor: Actor, detection_id: UUID) -> HttpResponse:
    """Explain the danger, ask for a reason, then ask the device to put the file back."""
    detection = access.detection_of(detection_id)
    form = RestoreForm(request.POST or None)
    context = _restore_context(actor, detection) | {"form": form}
    if request.method != "POST":
        return render(request, "fleet/restore.html", context)
    if not form.is_valid():
        return render(request, "fleet/restore.html", context, status=400)
    try:
        operations.request_restore(actor=actor, detection=detection, reason=form.cleaned_data["reason"])
    except RestoreRefused as refused:
        context["refused"] = RESTORE_REFUSED[refused.code]
        return render(request, "fleet/restore.html", context, status=409)
    messages.success(request, _("The PC has been asked to put the file back."))
    return redirect("detection_detail", organisation_id=actor.organisation.id, detection_id=detection_id)
