"""The agent's API: enrol once, then send events and heartbeats and ask for commands, all signed."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel

from anshin.console.fleet import operations
from anshin.console.fleet.api.parsing import parse_document, parse_upload
from anshin.console.fleet.api.signed import authenticate, carry_out, read_body
from anshin.console.fleet.rollout.operations import hear_models, part_for
from anshin.console.web.problems import ApiProblem
from anshin.wire.documents import EnrolRequest, EnrolResponse, EventReceipt, Heartbeat, HeartbeatReply, Problem
from anshin.wire.models import ModelPlan, ModelReport

router = Router()
MAX_ENROL_BYTES = 16 * 1024
"""Largest enrolment. Anybody may send one, and telling what is wrong with megabytes takes hundreds of megabytes."""


def _answer(document: BaseModel, status: int = 200) -> HttpResponse:
    response = HttpResponse(document.model_dump_json(), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


@router.post("/enrol", response={201: EnrolResponse, 403: Problem, 413: Problem, 422: Problem})
def enrol(request: HttpRequest) -> HttpResponse:
    """Trade a one-time token (EnrolRequest) for a device id. The token works once, also under a race."""
    asked = parse_document(EnrolRequest, read_body(request, limit=MAX_ENROL_BYTES))
    return _answer(operations.enrol(request=asked), 201)


@router.post("/events", response={200: EventReceipt, 401: Problem, 403: Problem, 413: Problem, 422: Problem})
def events(request: HttpRequest) -> HttpResponse:
    """Store a batch of events (EventUpload). Each is stored once, however often it is sent."""
    signed = authenticate(request)
    upload = parse_upload(signed.body)
    stored = carry_out(signed, lambda device: operations.store_events(device=device, upload=upload, now=signed.now))
    return _answer(EventReceipt(stored=stored.ids, refused=stored.refused, server_time=timezone.now()))


@router.post("/heartbeat", response={200: HeartbeatReply, 401: Problem, 403: Problem, 413: Problem, 422: Problem})
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Take a sign of life (Heartbeat) and answer with what the device is to do."""
    signed = authenticate(request)
    beat = parse_document(Heartbeat, signed.body)
    return _answer(carry_out(signed, lambda device: operations.hear(device=device, beat=beat, now=signed.now)))


@router.get("/commands", response={200: HeartbeatReply, 401: Problem, 403: Problem})
def commands(request: HttpRequest) -> HttpResponse:
    """Answer with what the device is to do."""
    signed = authenticate(request)
    return _answer(carry_out(signed, lambda device: operations.hear(device=device, beat=None, now=signed.now)))


@router.post("/models", response={200: ModelPlan, 401: Problem, 403: Problem, 413: Problem, 422: Problem})
def models(request: HttpRequest) -> HttpResponse:
    """Take what judges on the device (ModelReport) and answer with the learned models that it is to use."""
    signed = authenticate(request)
    report = parse_document(ModelReport, signed.body)
    return _answer(carry_out(signed, lambda device: hear_models(device=device, report=report, now=signed.now)))


@router.get("/models/{sha256}", response={200: bytes, 401: Problem, 403: Problem, 404: Problem})
def model_part(request: HttpRequest, sha256: str, offset: int = 0) -> HttpResponse:
    """Answer with the next bytes, from `offset` on, of a package that this device is to use; 1 MiB at most."""
    signed = authenticate(request)
    data = carry_out(signed, lambda device: part_for(device=device, sha256=sha256, offset=offset))
    if data is None:
        raise ApiProblem(
            404,
            "model_unknown",
            "このモデルは、この端末に配られていません。次の問い合わせで、いまのモデルを受け取ってください。",
            "This model is not meant for this device. Ask again which models are.",
        )
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Cache-Control"] = "no-store"
    return response
