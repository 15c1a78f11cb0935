"""Write to the log, read it, and prove that it is whole."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import transaction
from django.utils import timezone

from anshin.console.audit.models import AuditEntry, AuditHead
from anshin.console.people.access import Actor
from anshin.console.people.models import Organisation
from anshin.console.web.requests import current_request_id
from anshin.desk import chain


def record(
    *, actor: Actor, action: str, object_kind: str = "", object_id: object = "", data: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Append one entry in the caller's transaction, so that act and entry stand or fall together.

    `data` holds what changed, as text, whole numbers, lists and mappings; never a secret. It is stored in the form that
    is hashed (a float as its text, text in NFC), because databases give numbers back in other forms than they got them.
    """
    with transaction.atomic():
        AuditHead.objects.get_or_create(organisation=actor.organisation)
        head = AuditHead.objects.select_for_update().get(organisation=actor.organisation)
        entry = AuditEntry(
            organisation=actor.organisation,
            sequence=head.sequence + 1,
            at=timezone.now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name[:200],
            as_provider=actor.as_provider,
            action=action,
            object_kind=object_kind,
            object_id=str(object_id),
            data=json.loads(chain.canonical_bytes(data or {})),
            request_id=current_request_id(),
            previous_hash=head.hash,
        )
        entry.hash = chain.link(head.hash, content_of(entry))
        entry.save(force_insert=True)
        head.sequence, head.hash = entry.sequence, entry.hash
        head.save(update_fields=["sequence", "hash"])
    return entry


def has_acted(*, organisation: Organisation, actions: Sequence[str]) -> bool:
    """Whether a person has done one of `actions` for this organisation."""
    return AuditEntry.objects.filter(organisation=organisation, actor_kind="person", action__in=actions).exists()


def content_of(entry: AuditEntry) -> dict[str, Any]:
    """Return what the hash of `entry` covers."""
    return {
        "organisation": str(entry.organisation_id),
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": [entry.actor_kind, entry.actor_id, entry.actor_name, entry.as_provider],
        "action": entry.action,
        "object": [entry.object_kind, entry.object_id],
        "data": entry.data,
        "request": entry.request_id,
    }


def verify_organisation(organisation: Organisation) -> chain.Break | None:
    """Return the first break in the chain of one organisation, or None when it is whole."""
    return _verified(organisation).found


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """The log of one organisation, walked from its first entry: how many there are, and the first break, if any."""

    organisation: Organisation
    entries: int
    found: chain.Break | None


def verify_all() -> list[VerifiedLog]:
    """Walk the log of every organisation."""
    return [_verified(organisation) for organisation in Organisation.objects.order_by("created_at", "id")]


def _verified(organisation: Organisation) -> VerifiedLog:
    with transaction.atomic():  # head and entries of one moment, also while others write
        head = AuditHead.objects.select_for_update().filter(organisation=organisation).first()
        rows: Iterator[AuditEntry] = (
            AuditEntry.objects.filter(organisation=organisation).order_by("sequence").iterator()
        )
        entries = ((content_of(row), row.previous_hash, row.hash) for row in rows)
        found = chain.verify(entries, head.hash if head else chain.START)
    return VerifiedLog(organisation, head.sequence if head else 0, found)
