"""From the bytes an agent sent to documents: strict as a whole, and event by event where only some are wrong."""

import json
import math
from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from anshin.console.fleet.operations.ingest import ReceivedEvent, Upload
from anshin.console.web.problems import ApiProblem
from anshin.engine.verdict import Verdict
from anshin.wire.documents import MAX_EVENTS, WIRE_VERSION, AgentEvent, EventUpload, Refusal

D = TypeVar("D", bound=BaseModel)
_LARGEST = 2**63 - 1  # what the database's whole numbers hold
_LONGEST_OFFSET = 50 * 366 * 86400.0


def parse_document(kind: type[D], body: bytes) -> D:
    """Parse one document. Raises ApiProblem 422 naming the first field that is wrong."""
    try:
        return kind.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _invalid(error) from error


def parse_upload(body: bytes) -> Upload:
    """Parse a batch. Where the envelope is readable, what is wrong with one event refuses that event alone.

    Raises ApiProblem 422 when the envelope is not readable, or an event cannot even be named.
    """
    try:
        events = EventUpload.model_validate_json(body, strict=True).events
        documents = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)["events"]
    except ValueError as error:  # pydantic's error is one too
        return _one_by_one(body, error)
    except RecursionError as error:
        raise _unreadable() from error
    return _sift(zip(events, documents, strict=True), nul=b"\\u0000" in body)


def _sift(pairs: Iterator[tuple[AgentEvent | Refusal, Any]], *, nul: bool) -> Upload:
    received: list[ReceivedEvent] = []
    refused: list[Refusal] = []
    for given, sent in pairs:
        event, document = given, sent
        if nul and isinstance(event, AgentEvent):
            document = _without_nul(sent)
            event = _event_or_refusal(document)
        if isinstance(event, Refusal):
            refused.append(event)
        elif fault := _unusable(event):
            refused.append(Refusal(id=event.id, code="event_invalid", message=fault))
        else:
            received.append(ReceivedEvent(event, document))
    return Upload(tuple(received), tuple(refused))


def _one_by_one(body: bytes, error: ValueError) -> Upload:
    try:
        envelope = json.loads(body)  # reads NaN, which then refuses its one event
    except (ValueError, RecursionError) as unreadable:
        raise _unreadable() from unreadable
    if not isinstance(envelope, dict) or set(envelope) - {"wire_version", "events"}:
        raise _invalid(error)
    documents = envelope.get("events")
    if envelope.get("wire_version", WIRE_VERSION) != WIRE_VERSION or not isinstance(documents, list):
        raise _invalid(error)
    if not 1 <= len(documents) <= MAX_EVENTS:
        raise _invalid(error)
    return _sift(((_event_or_refusal(document), document) for document in documents), nul=b"\\u0000" in body)


def _event_or_refusal(document: Any) -> AgentEvent | Refusal:
    try:
        return AgentEvent.model_validate_json(json.dumps(document, allow_nan=False), strict=True)
    except RecursionError as error:
        raise _unreadable() from error
    except ValueError as error:  # pydantic's, or NaN
        try:
            named = UUID(document["id"])
        except (KeyError, TypeError, ValueError, AttributeError) as nameless:
            raise _invalid(error) from nameless
        return Refusal(id=named, code="event_invalid", message=_told(error))


def _unusable(event: AgentEvent) -> str:
    """Say what in a well-formed event no database could keep, or what its kind cannot do without; "" when nothing."""
    if not math.isfinite(event.clock_offset_seconds) or abs(event.clock_offset_seconds) > _LONGEST_OFFSET:
        return "clock_offset_seconds: not a number of seconds that a clock can be off"
    if event.sequence > _LARGEST or (event.quarantine is not None and event.quarantine.size > _LARGEST):
        return "sequence or quarantine.size: larger than 2^63-1"
    if any(one.size > _LARGEST for one in _verdicts(event.verdict)):
        return "verdict.size: larger than 2^63-1"
    if event.kind.startswith("detection.") and event.verdict is None:
        return f"verdict: an event of kind {event.kind} carries the verdict"
    if event.kind.startswith(("quarantine.", "detection.blocked")) and event.quarantine is None:
        return f"quarantine: an event of kind {event.kind} says which item it is about"
    return ""


def _without_nul(value: Any) -> Any:
    """Return `value` with every NUL character made visible: PostgreSQL keeps none, and a file name can smuggle one in.

    Refusing the event instead would let a crafted archive hide its own detection.
    """
    if isinstance(value, str):
        return value.replace("\0", "\\x00")
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(part) for key, part in value.items()}
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):  # 1e999: JSON by its letter, but no database keeps what it becomes
        raise ValueError(f"{text[:20]} is larger than any number here")
    return value


def _verdicts(verdict: Verdict | None) -> Iterator[Verdict]:
    """Yield a verdict and those of all its members."""
    waiting = [verdict] if verdict else []
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(one.children)


def _told(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)[:1000]
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:1000]


def _invalid(error: ValueError) -> ApiProblem:
    told = _told(error)
    return ApiProblem(
        422,
        "document_invalid",
        f"送られた文書を読めません: {told}。エージェントとサーバーの版を合わせてください。",
        f"The document cannot be read: {told}. Bring agent and console to the same version.",
        field=told.partition(": ")[0],
    )


def _unreadable() -> ApiProblem:
    return ApiProblem(
        422,
        "document_invalid",
        "送られたデータはJSONとして読めません。",
        "The body cannot be read as JSON.",
    )
