"""Sample devices and what happened on them, stored as if their agents had reported it."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django_scopes import scope

from anshin import __version__
from anshin.console.cases.access import case_for
from anshin.console.cases.operations import (
    add_note,
    close,
    hand_to_desk,
    open_from_detection,
    take,
    tick_step,
)
from anshin.console.fleet.models import Device
from anshin.console.fleet.operations import store_events
from anshin.console.fleet.operations.ingest import ReceivedEvent, Upload
from anshin.console.people.access import Actor, actor_for
from anshin.console.people.models import Organisation
from anshin.console.people.operations import find_person
from anshin.wire.documents import AgentEvent

_NAMES = UUID("5b0f7f5e-6a0c-4b3e-9d43-4f5f6c1d2a90")
"""Ids are made from names below this one, so that two loads of the same data give the same ids."""


def load_history(
    companies: Mapping[str, Organisation], devices: Mapping[str, Any], detections: Mapping[str, Any], *, now: datetime
) -> None:
    """Store devices and past detections of `companies`, counted back from `now`."""
    for key, company in companies.items():
        with scope(organisation=company):
            stored = {entry["hostname"]: _add_device(company, entry, now) for entry in devices["companies"][key]}
            past = [entry for entry in detections["detections"] if entry["company"] == key]
            for number, entry in enumerate(sorted(past, key=lambda e: -float(e["days"])), start=1):
                _add_detection(stored[entry["device"]], entry, detections["reasons"], number, now)
            for entry in devices["companies"][key]:
                # Storing events moved it to their time.
                device = stored[entry["hostname"]]
                device.last_seen_at = now - timedelta(minutes=entry["seen"])
                device.save(update_fields=["last_seen_at"])


def _add_device(company: Organisation, entry: Mapping[str, Any], now: datetime) -> Device:
    key = hashlib.sha256(f"sample device {entry['hostname']}".encode()).digest()
    device = Device.objects.create(
        organisation=company,
        name=entry["name"],
        hostname=entry["hostname"],
        os=entry["os"],
        arch=entry["arch"],
        public_key=base64.b64encode(key).decode(),  # 32 bytes to which nobody has the private half
        agent_version=__version__,
        engine_version=__version__,
        rules_version="sample",
        watched=entry["watched"],
        is_sample=True,
    )
    device.enrolled_at = now - timedelta(days=entry["enrolled_days"])
    device.save(update_fields=["enrolled_at"])
    return device


def _add_detection(
    device: Device, entry: Mapping[str, Any], reasons: Mapping[str, Any], sequence: int, now: datetime
) -> None:
    at = now - timedelta(days=float(entry["days"]))
    event = _event(entry, reasons[entry["reason"]], device, sequence, at)
    document = event.model_dump(mode="json")
    store_events(device=device, upload=Upload((ReceivedEvent(event, document),)), now=at + timedelta(seconds=3))
    _live_through(event.id, device.organisation, entry["case"], at)


def _live_through(detection_id: UUID, company: Organisation, entry: Mapping[str, Any], at: datetime) -> None:
    """Open the case of a detection and do what people did: the steps, a note, over to the desk, closed."""
    opened = open_from_detection(
        event_id=detection_id, organisation=company, detection_id=detection_id, now=at + timedelta(seconds=4)
    )
    owner, analyst = sample_person(entry["by"], company), sample_person(entry["analyst"], company)
    incident = case_for(owner, opened.id)
    end = timedelta(hours=float(entry["hours"]))
    steps = list(incident.steps.all())
    for number, step in enumerate(steps, start=1):
        tick_step(actor=owner, step=step, now=at + end * (0.6 * number / len(steps)))
    add_note(actor=owner, incident=incident, text=entry["note"], now=at + end * 0.65)
    hand_to_desk(actor=owner, incident=incident, now=at + end * 0.7)
    take(actor=analyst, incident=incident, now=at + end * 0.8)
    close(actor=analyst, incident=incident, reason=entry["reason"], now=at + end)


def sample_person(email: str, company: Organisation) -> Actor:
    """Return one of the sample people at work. Raises LookupError for an address that nobody has."""
    user = find_person(email)
    if user is None:
        raise LookupError(f"the sample data names {email}, who is not in organisations.yaml")
    return actor_for(user, company.id)


def _event(
    entry: Mapping[str, Any], reason: Mapping[str, Any], device: Device, sequence: int, at: datetime
) -> AgentEvent:
    path = str(entry["path"])
    digest, size = hashlib.sha256(path.encode()).hexdigest(), 40_000 + len(path) * 1000
    blocked = entry["kind"] == "detection.blocked"
    verdict = {
        "sha256": digest,
        "size": size,
        "name": path.replace("\\", "/").rsplit("/", 1)[-1],
        "type": _TYPES.get(path.rsplit(".", 1)[-1], _TYPES["exe"]),
        "status": "malicious" if blocked else "suspicious",
        "score": entry["score"],
        "reasons": [{"code": entry["reason"], **reason}],
        "versions": {"engine": __version__, "rules": "sample"},
        "cpu_ms": 12.0,
    }
    quarantine = {
        "item_id": str(uuid5(_NAMES, f"item {device.hostname} {path}")),
        "original_path": path,
        "size": size,
        "sha256": digest,
    }
    return AgentEvent.model_validate(
        {
            "id": str(uuid5(_NAMES, f"event {device.id} {path}")),
            "sequence": sequence,
            "kind": entry["kind"],
            "occurred_at": at.isoformat(),
            "path": path,
            "user": entry["user"],
            "verdict": verdict,
            "quarantine": quarantine if blocked else None,
        }
    )


_TYPES: dict[str, dict[str, str]] = {
    "exe": {"kind": "pe", "mime": "application/vnd.microsoft.portable-executable", "decided_by": "structure"},
    "js": {"kind": "javascript", "mime": "text/javascript", "decided_by": "magika"},
    "zip": {"kind": "zip", "mime": "application/zip", "decided_by": "structure"},
}
