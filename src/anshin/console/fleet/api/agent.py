"""The agent's API: enrol once, then send events and heartbeats and ask for commands, all signed."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel

from anshin.console.fleet import operations
from anshin.console.fleet.api.parsing import parse_document, parse_upload
from anshin.console.fleet.api.signed import authenticate, carry_out, read_body
from anshin.wire.documents import EnrolRequest, EnrolResponse, EventReceipt, Heartbeat, HeartbeatReply, Problem

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
