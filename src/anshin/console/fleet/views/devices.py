"""Pages about devices."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.fleet import access, operations
from anshin.console.fleet.filters import DetectionFilter, DeviceFilter
from anshin.console.fleet.forms import DeviceNameForm, EnrolmentForm
from anshin.console.fleet.rollout.access import models_on
from anshin.console.fleet.status import State
from anshin.console.fleet.views.scans import scan_line
from anshin.console.fleet.wording import CAUSES, STATES, detection_rows
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.live import answer_part, render_part
from anshin.console.web.tables import csv_response, page_of, wants_csv


@company_page(Permission.DEVICE_VIEW)
def device_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show all devices and how they are; the part with the table keeps itself current."""
    chosen = DeviceFilter.read(request.GET)
    table = access.device_table(chosen)
    if wants_csv(request):
        return _device_csv(table)
    page = page_of(request, table.rows)
    context = {
        "chosen": chosen,
        "table": table,
        "page": page,
        "rows": [(row, STATES[row.status.state], [CAUSES[cause] for cause in row.status.causes]) for row in page],
        "states": [(state.value, STATES[state], table.counts[state]) for state in State],
        "may_manage": actor.may(Permission.DEVICE_MANAGE),
    }
    if request.htmx:  # type: ignore[attr-defined]
        return answer_part(request, "fleet/parts/device_table.html", context)
    context["part"] = render_part(request, "fleet/parts/device_table.html", context)
    return render(request, "fleet/devices.html", context)


def _device_csv(table: access.DeviceTable) -> HttpResponse:
    header = [_("Name"), _("State"), _("Why"), _("Last heard"), _("System"), _("Version"), _("Open detections")]
    rows = (
        [
            row.device.name,
            STATES[row.status.state],
            " / ".join(str(CAUSES[cause]) for cause in row.status.causes),
            row.device.last_seen_at.isoformat(timespec="seconds") if row.device.last_seen_at else "",
            row.device.os,
            row.device.agent_version,
            row.unhandled,
        ]
        for row in table.rows
    )
    return csv_response("devices", header, rows)


def _detail_context(actor: Actor, device_id: UUID) -> dict[str, Any]:
    row = access.device_row_of(device_id)
    scan = operations.last_scan(device=row.device)
    place = {"organisation_id": actor.organisation.id, "device_id": device_id}
    return {
        "row": row,
        "device": row.device,
        "state_word": STATES[row.status.state],
        "causes": [CAUSES[cause] for cause in row.status.causes],
        "events": access.events_of(row.device),
        "models": [(one, one.ja if get_language() == "ja" else one.en) for one in models_on(row.device)],
        "detections": detection_rows(access.detections(DetectionFilter(device=device_id))[:10]),
        "scan": scan_line(scan) if scan else None,
        "may_manage": actor.may(Permission.DEVICE_MANAGE),
        "may_handle": actor.may(Permission.DETECTION_HANDLE),
        "live_path": reverse("device_detail", kwargs=place),
    }


def _detail(request: HttpRequest, context: dict[str, Any], form: DeviceNameForm, *, status: int = 200) -> HttpResponse:
    context = context | {"form": form, "part": render_part(request, "fleet/parts/device_now.html", context)}
    return render(request, "fleet/device.html", context, status=status)


@company_page(Permission.DEVICE_VIEW)
def device_detail(request: HttpRequest, actor: Actor, device_id: UUID) -> HttpResponse:
    """Show one device; the part that may change keeps itself current."""
    context = _detail_context(actor, device_id)
    if request.htmx:  # type: ignore[attr-defined]
        return answer_part(request, "fleet/parts/device_now.html", context)
    return _detail(request, context, DeviceNameForm(initial={"name": context["device"].name}))


@company_page(Permission.DEVICE_MANAGE)
@require_POST
def device_rename(request: HttpRequest, actor: Actor, device_id: UUID) -> HttpResponse:
    """Give a device another name."""
    device = access.device_of(device_id)
    form = DeviceNameForm(request.POST)
    if not form.is_valid():
        return _detail(request, _detail_context(actor, device_id), form, status=400)
    operations.rename_device(actor=actor, device=device, name=form.cleaned_data["name"])
    messages.success(request, _("The name has been changed."))
    return redirect("device_detail", organisation_id=actor.organisation.id, device_id=device_id)


@company_page(Permission.DEVICE_MANAGE)
def device_revoke(request: HttpRequest, actor: Actor, device_id: UUID) -> HttpResponse:
    """Ask once more, then end a device's enrolment."""
    device = access.device_of(device_id)
    if request.method == "POST":
        operations.revoke_device(actor=actor, device=device)
        messages.success(request, _("The enrolment has ended. The PC is no longer accepted."))
        return redirect("device_detail", organisation_id=actor.organisation.id, device_id=device_id)
    return render(request, "fleet/device_revoke.html", {"device": device})


@company_page(Permission.DEVICE_MANAGE)
def device_add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Make a one-time token and show what to paste. The token is shown here and never again."""
    form = EnrolmentForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "fleet/device_add.html", {"form": form}, status=status)
    enrolment = operations.start_enrolment(actor=actor, label=form.cleaned_data["label"])
    context = _waiting_context(actor, enrolment.id) | {
        "token": enrolment.token,
        "expires_at": enrolment.expires_at,
        "console": settings.CONFIG.public_url,
    }
    context["part"] = render_part(request, "fleet/parts/device_wait.html", context)
    return render(request, "fleet/device_added.html", context)


def _waiting_context(actor: Actor, enrolment_id: UUID) -> dict[str, Any]:
    place = {"organisation_id": actor.organisation.id, "enrolment_id": enrolment_id}
    return {"enrolment": access.enrolment_of(enrolment_id), "live_path": reverse("device_waiting", kwargs=place)}


@company_page(Permission.DEVICE_MANAGE)
def device_waiting(request: HttpRequest, actor: Actor, enrolment_id: UUID) -> HttpResponse:
    """Say whether the new device has been heard; nothing but hearing it closes this."""
    context = _waiting_context(actor, enrolment_id)
    if request.htmx:  # type: ignore[attr-defined]
        return answer_part(request, "fleet/parts/device_wait.html", context)
    context["part"] = render_part(request, "fleet/parts/device_wait.html", context)
    return render(request, "fleet/device_waiting.html", context)
