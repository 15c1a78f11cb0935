"""Who had the evidence when, and did what: written for every look and every copy, and proven on request."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from anshin.console.audit.operations import record
from anshin.console.cases.models import CustodyEvent, Evidence, Incident
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.desk import chain, evidence

Action = Literal["collect", "seal", "view", "export"]


@dataclass(frozen=True, slots=True)
class VerifiedCase:
    """The proof of one case: how many pieces and custody entries were checked, and the first thing that does not fit.

    `code` is "" when all is whole, else evidence_changed, evidence_missing, evidence_unsealed or custody_broken;
    `position` counts from 1 and `why` says it in English for logs and the command line.
    """

    id: UUID
    organisation_id: UUID
    number: str
    evidence: int
    custody: int
    code: str = ""
    position: int = 0
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether everything fits."""
        return not self.code


def append_custody(
    *, incident: Incident, piece: Evidence, action: Action, actor: Actor, at: datetime, reason: str = ""
) -> CustodyEvent:
    """Add one link to the custody chain of a case, in the caller's transaction, and move the head that it carries."""
    locked = Incident.objects.select_for_update(no_key=True).get(id=incident.id)
    entry = CustodyEvent(
        organisation_id=locked.organisation_id,
        incident=locked,
        evidence=piece,
        sequence=locked.custody_count + 1,
        action=action,
        actor_kind=actor.kind,
        actor_name=actor.name[:200],
        reason=reason,
        at=at,
        previous_hash=locked.custody_head,
    )
    entry.hash = chain.link(locked.custody_head, content_of(entry, piece.sha256))
    entry.save(force_insert=True)
    locked.custody_count, locked.custody_head = entry.sequence, entry.hash
    locked.save(update_fields=["custody_count", "custody_head"])
    incident.custody_count, incident.custody_head = entry.sequence, entry.hash
    return entry


def content_of(entry: CustodyEvent, evidence_sha256: str) -> dict[str, Any]:
    """Return what the hash of `entry` covers."""
    return evidence.custody_content(
        case=str(entry.incident_id),
        sequence=entry.sequence,
        evidence=str(entry.evidence_id),
        evidence_sha256=evidence_sha256,
        action=entry.action,
        actor=(entry.actor_kind, entry.actor_name),
        reason=entry.reason,
        at=entry.at,
    )


def view_evidence(*, actor: Actor, piece: Evidence, now: datetime | None = None) -> dict[str, Any]:
    """Return the sealed content of one piece, parsed. Looking is written into custody and log."""
    actor.require(Permission.CASE_WORK)
    with transaction.atomic():
        _note(actor, piece, "view", "evidence.viewed", "", now or timezone.now())
    content: dict[str, Any] = json.loads(piece.content)
    return content


def export_evidence(*, actor: Actor, piece: Evidence, reason: str, now: datetime | None = None) -> dict[str, Any]:
    """Return one piece with its seal and the whole custody of its case, this export included, ready to leave the house.

    `evidence.content` is the sealed text itself: the SHA-256 over its UTF-8 bytes is `evidence.sha256`.
    """
    actor.require(Permission.CASE_WORK)
    if not reason.strip():
        raise ValueError("an export needs a reason")
    with transaction.atomic():
        _note(actor, piece, "export", "evidence.exported", reason.strip(), now or timezone.now())
        custody = list(piece.incident.custody.select_related("evidence"))
    return {
        "schema": "anshin.evidence-export/1",
        "case": {"id": str(piece.incident_id), "number": piece.incident.number},
        "evidence": {
            "id": str(piece.id),
            "kind": piece.kind,
            "sha256": piece.sha256,
            "size": piece.size,
            "content": piece.content,
        },
        "custody": [
            {
                "content": content_of(entry, entry.evidence.sha256),
                "previous_hash": entry.previous_hash,
                "hash": entry.hash,
            }
            for entry in custody
        ],
    }


def _note(actor: Actor, piece: Evidence, action: Action, audited: str, reason: str, now: datetime) -> None:
    append_custody(incident=piece.incident, piece=piece, action=action, actor=actor, at=now, reason=reason)
    data = {"number": piece.incident.number, "sha256": piece.sha256} | ({"reason": reason} if reason else {})
    record(actor=actor, action=audited, object_kind="evidence", object_id=piece.id, data=data)


def verify_case(*, incident: Incident, actor: Actor | None = None) -> VerifiedCase:
    """Check every seal and the custody chain of one case. With `actor` the check is written into the log."""
    with transaction.atomic():  # pieces, chain and head of one moment, also while others look
        locked = Incident.objects.select_for_update(no_key=True).get(id=incident.id)
        result = _verified(locked)
        if actor is not None:
            outcome = "whole" if result.whole else f"{result.code} {result.position}"
            record(
                actor=actor,
                action="evidence.verified",
                object_kind="case",
                object_id=locked.id,
                data={"number": locked.number, "result": outcome, "custody_head": locked.custody_head},
            )
    return result


def verify_all() -> list[VerifiedCase]:
    """Check every case of every company."""
    with scopes_disabled():  # the owner of the installation proves all companies at once
        return [verify_case(incident=case) for case in Incident.objects.order_by("organisation_id", "number")]


def _verified(incident: Incident) -> VerifiedCase:
    pieces = list(incident.evidence.all())
    custody = list(incident.custody.all())

    def fault(code: str, position: int, why: str) -> VerifiedCase:
        return VerifiedCase(
            incident.id, incident.organisation_id, incident.number, len(pieces), len(custody), code, position, why
        )

    for position, piece in enumerate(pieces, start=1):
        why = evidence.check(canonical=piece.content.encode(), sha256=piece.sha256, size=piece.size)
        if why or not _label_fits(piece):
            return fault("evidence_changed", position, why or "its label is not what was sealed")
    hashes = {piece.id: piece.sha256 for piece in pieces}
    if gone := next((entry for entry in custody if entry.evidence_id not in hashes), None):
        return fault("evidence_missing", gone.sequence, "a piece that custody names is gone")
    sealed = {entry.evidence_id for entry in custody if entry.action == "seal"}
    for position, piece in enumerate(pieces, start=1):
        if piece.id not in sealed:
            return fault("evidence_unsealed", position, "custody does not say when it was sealed")
    entries = ((content_of(entry, hashes[entry.evidence_id]), entry.previous_hash, entry.hash) for entry in custody)
    if found := chain.verify(entries, incident.custody_head):
        return fault("custody_broken", found.position, found.why)
    return VerifiedCase(incident.id, incident.organisation_id, incident.number, len(pieces), len(custody))


def _label_fits(piece: Evidence) -> bool:
    """Whether the columns beside the sealed text say what the text says."""
    try:
        content = json.loads(piece.content)
    except ValueError:
        return False
    label = {
        "kind": piece.kind,
        "collector": piece.collector,
        "tools": piece.tools,
        "collected_at": piece.collected_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "sealed_at": piece.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return isinstance(content, dict) and all(content.get(key) == value for key, value in label.items())
