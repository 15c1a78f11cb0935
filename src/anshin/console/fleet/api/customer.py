"""The customer's API: a company's devices and detections by API key, with the filters of the pages."""

from functools import partial
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django_scopes import scope
from ninja import Query, Router, Status

from anshin.console.fleet import access, operations
from anshin.console.fleet.api.documents import (
    DetectionDocument,
    DetectionPage,
    DetectionSummary,
    DeviceDocument,
    DevicePage,
    RestoreAnswer,
    RestoreRequest,
)
from anshin.console.fleet.filters import DetectionFilter, DeviceFilter
from anshin.console.fleet.operations.restores import RestoreRefused, restore_state
from anshin.console.people.key_auth import ApiKeyAuth, actor_of
from anshin.console.people.roles import Permission
from anshin.console.web.problems import ApiProblem
from anshin.wire.documents import Problem

router = Router(auth=ApiKeyAuth())

Limit = Annotated[int, Query(ge=1, le=200, description="How many to return.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="How many to leave out first.")]
REFUSALS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
RESTORE_PROBLEMS = {
    "no_item": partial(
        ApiProblem,
        409,
        "restore_nothing",
        "この検知には、隔離されたファイルがありません。",
        "There is nothing in quarantine for this detection.",
    ),
    "restored": partial(
        ApiProblem,
        409,
        "restore_done",
        "ファイルは、すでに元に戻されています。",
        "The file has been put back already.",
    ),
    "under_way": partial(
        ApiProblem,
        409,
        "restore_under_way",
        "すでに頼んであります。端末の返事を待ってください。",
        "A restore has been asked for already. Wait for the device to answer.",
    ),
    "device_revoked": partial(
        ApiProblem,
        409,
        "restore_device_revoked",
        "この端末は登録を終えているため、依頼を受け取れません。先に、もう一度登録してください。",
        "This device's enrolment has ended, so it takes no requests. Enrol it again first.",
    ),
}


@router.get("/devices", response={200: DevicePage, **REFUSALS})
def list_devices(
    request: HttpRequest, state: str = "", q: str = "", sort: str = "state", limit: Limit = 50, offset: Offset = 0
) -> DevicePage:
    """List the devices. `state`: safe, attention, urgent, unknown or revoked; `q` looks into names and systems."""
    actor = actor_of(request, Permission.DEVICE_VIEW)
    with scope(organisation=actor.organisation):
        rows = access.device_table(DeviceFilter.read({"state": state, "q": q, "sort": sort})).rows
        return DevicePage(items=[DeviceDocument.of(row) for row in rows[offset : offset + limit]], total=len(rows))


@router.get("/devices/{uuid:device_id}", response={200: DeviceDocument, **REFUSALS})
def get_device(request: HttpRequest, device_id: UUID) -> DeviceDocument:
    """Return one device."""
    actor = actor_of(request, Permission.DEVICE_VIEW)
    with scope(organisation=actor.organisation):
        return DeviceDocument.of(access.device_row_of(device_id))


@router.get("/detections", response={200: DetectionPage, **REFUSALS})
def list_detections(
    request: HttpRequest,
    outcome: str = "",
    handled: str = "",
    device: str = "",
    q: str = "",
    sort: str = "-time",
    limit: Limit = 50,
    offset: Offset = 0,
) -> DetectionPage:
    """List the detections, newest first. `outcome`: blocked, not_blocked, suspicious, restored; `handled`: yes, no."""
    actor = actor_of(request, Permission.DETECTION_VIEW)
    query = {"outcome": outcome, "handled": handled, "device": device, "q": q, "sort": sort}
    with scope(organisation=actor.organisation):
        found = access.detections(DetectionFilter.read(query))
        items = [DetectionSummary.of(detection) for detection in found[offset : offset + limit]]
        return DetectionPage(items=items, total=found.count())


@router.get("/detections/{uuid:detection_id}", response={200: DetectionDocument, **REFUSALS})
def get_detection(request: HttpRequest, detection_id: UUID) -> DetectionDocument:
    """Return one detection with its verdict."""
    actor = actor_of(request, Permission.DETECTION_VIEW)
    with scope(organisation=actor.organisation):
        detection = access.detection_of(detection_id)
        return DetectionDocument.with_restore(detection, restore_state(detection=detection))


@router.post("/detections/{uuid:detection_id}/restore", response={202: RestoreAnswer, 409: Problem, **REFUSALS})
def restore_detection(request: HttpRequest, detection_id: UUID, asked: RestoreRequest) -> Status[RestoreAnswer]:
    """Ask the device to put a quarantined file back. Needs a key that may write; the reason is kept for good."""
    actor = actor_of(request, Permission.DETECTION_HANDLE)
    with scope(organisation=actor.organisation):
        detection = access.detection_of(detection_id)
        try:
            command = operations.request_restore(actor=actor, detection=detection, reason=asked.reason)
        except RestoreRefused as refused:
            problem = RESTORE_PROBLEMS[refused.code]()
            raise problem from refused
        except ValueError as error:  # spaces only
            raise ApiProblem(
                422,
                "reason_too_short",
                "理由を5文字以上で書いてください。",
                "Give a reason of at least 5 characters.",
                field="reason",
            ) from error
        stage = restore_state(detection=detection).stage.value
        return Status(202, RestoreAnswer(command_id=command.id, expires_at=command.expires_at, restore=stage))
