"""How a company's devices protect: the mode, and the files it always allows or always blocks."""

import re
from uuid import UUID

from django.db import transaction

from anshin.console.audit.operations import record
from anshin.console.fleet.models import HashListEntry, Protection, ProtectionPolicy
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission

MAX_LIST_ENTRIES = 2000
"""Most entries of a company's two lists together: every heartbeat carries them."""


class ListFull(ValueError):  # noqa: N818 - reads as what it says
    """The company's lists hold as many entries as a heartbeat may carry."""


def current_mode() -> str:
    """Return the mode of the company whose scope is active; a company that never chose one is protected."""
    chosen = ProtectionPolicy.objects.values_list("mode", flat=True).first()
    return chosen or Protection.PROTECT.value


def set_protection(*, actor: Actor, mode: Protection) -> str:
    """Change the mode and return the one before."""
    actor.require(Permission.DEVICE_MANAGE)
    with transaction.atomic():
        before = current_mode()
        if before != mode:
            ProtectionPolicy.objects.update_or_create(organisation=actor.organisation, defaults={"mode": mode})
            record(
                actor=actor,
                action="protection.changed",
                object_kind="organisation",
                object_id=actor.organisation.id,
                data={"from": before, "to": str(mode)},
            )
    return before


def change_list(*, actor: Actor, which: HashListEntry.List, sha256: str, reason: str) -> HashListEntry:
    """Put a file on one of the lists; one that stands on the other list moves. Raises ValueError for a bad hash.

    Raises ListFull when the lists are full.
    """
    actor.require(Permission.DETECTION_HANDLE)
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("a SHA-256 has 64 digits from 0 to 9 and a to f")
    with transaction.atomic():
        if HashListEntry.objects.exclude(sha256=sha256).count() >= MAX_LIST_ENTRIES:
            raise ListFull(MAX_LIST_ENTRIES)
        entry, _created = HashListEntry.objects.update_or_create(
            organisation=actor.organisation,
            sha256=sha256,
            defaults={"list": which, "reason": reason, "created_by_name": actor.name[:200]},
        )
        record(
            actor=actor,
            action="hash_list.added",
            object_kind="hash_list_entry",
            object_id=entry.id,
            data={"list": str(which), "sha256": sha256, "reason": reason},
        )
    return entry


def remove_from_list(*, actor: Actor, entry_id: UUID, reason: str = "") -> None:
    """Take a file off its list; what is gone already stays gone without an error."""
    actor.require(Permission.DETECTION_HANDLE)
    with transaction.atomic():
        entry = HashListEntry.objects.select_for_update().filter(id=entry_id).first()
        if entry is None:
            return
        data = {"list": entry.list, "sha256": entry.sha256, "reason": reason}
        entry.delete()
        record(actor=actor, action="hash_list.removed", object_kind="hash_list_entry", object_id=entry_id, data=data)
