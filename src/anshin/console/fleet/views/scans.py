"""Asking devices to examine everything they watch, from a detection's page and from a device's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anshin.console.fleet import access, operations
from anshin.console.fleet.models import Detection, Device
from anshin.console.fleet.operations.scans import DeviceScan, ScanRefused
from anshin.console.fleet.wording import SCAN_REFUSED, SCANS
from anshin.console.people.access import Actor
from anshin.console.people.gates import company_page
from anshin.console.people.roles import Permission
from anshin.console.web.live import answer_part


def scan_context(actor: Actor, detection: Detection) -> dict[str, Any]:
    """Return what the part about the examination of the company's devices needs."""
    state = operations.scan_state(detection=detection)
    place = {"organisation_id": actor.organisation.id, "detection_id": detection.pk}
    return {
        "detection": detection,
        "scan": state,
        "lines": [scan_line(one) for one in state.devices] if state else [],
        "live_path": reverse("detection_scan_state", kwargs=place),
    }


def scan_line(scan: DeviceScan) -> dict[str, Any]:
    """Return one device's line: how far it is, and its own words when it could not."""
    error = scan.command.error_ja if get_language() == "ja" else scan.command.error_en
    return {"scan": scan, "stage": SCANS[scan.stage], "error": error}


@company_page(Permission.DETECTION_VIEW)
def detection_scan_state(request: HttpRequest, actor: Actor, detection_id: UUID) -> HttpResponse:
    """Show how far the devices are, as a part of the detection's page."""
    context = scan_context(actor, access.detection_of(detection_id))
    return answer_part(request, "fleet/parts/scan_state.html", context)


@company_page(Permission.DETECTION_HANDLE)
@require_POST
def detection_scan(request: HttpRequest, actor: Actor, detection_id: UUID) -> HttpResponse:
    """Ask every living device of the company to examine all it watches."""
    detection = access.detection_of(detection_id)
    _ask(request, actor, detection=detection)
    return redirect("detection_detail", organisation_id=actor.organisation.id, detection_id=detection_id)


@company_page(Permission.DETECTION_HANDLE)
@require_POST
def device_scan(request: HttpRequest, actor: Actor, device_id: UUID) -> HttpResponse:
    """Ask one device to examine all it watches."""
    device = access.device_of(device_id)
    _ask(request, actor, device=device)
    return redirect("device_detail", organisation_id=actor.organisation.id, device_id=device_id)


def _ask(
    request: HttpRequest, actor: Actor, *, detection: Detection | None = None, device: Device | None = None
) -> None:
    try:
        operations.ask_to_scan(actor=actor, detection=detection, device=device)
    except ScanRefused as refused:
        messages.error(request, str(SCAN_REFUSED[refused.code]))
    else:
        messages.success(request, _("Asked for. This page shows by itself how far it is."))
