"""API keys: made, shown once, listed, used, revoked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from anshin.console.audit.operations import record
from anshin.console.people.access import Actor, person_of
from anshin.console.people.keys import new_key
from anshin.console.people.models import ApiKey
from anshin.console.people.roles import Permission

MAX_DAYS = 365
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key and its text, which is nowhere stored and shown once."""

    key: ApiKey
    text: str = field(repr=False)


def create_key(*, actor: Actor, name: str, scope: str, days: int, now: datetime | None = None) -> MadeKey:
    """Make a key for the actor's company that expires in `days` (1 to 365). Raises ValueError outside that range."""
    actor.require(Permission.KEY_MANAGE)
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"a key lives 1 to {MAX_DAYS} days, not {days}")
    parts = new_key()
    now = now or timezone.now()
    with transaction.atomic():
        key = ApiKey.objects.create(
            organisation=actor.organisation,
            name=name,
            scope=scope,
            prefix=parts.prefix,
            secret_hash=parts.secret_hash,
            created_by=person_of(actor),
            expires_at=now + timedelta(days=days),
        )
        record(
            actor=actor,
            action="key.created",
            object_kind="key",
            object_id=key.id,
            data={"name": name, "scope": scope, "prefix": key.prefix, "days": days},
        )
    return MadeKey(key, parts.text)


def revoke_key(*, actor: Actor, key: ApiKey, now: datetime | None = None) -> None:
    """Stop a key at once. Revoking twice changes nothing."""
    actor.require(Permission.KEY_MANAGE)
    with transaction.atomic():
        if ApiKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=now or timezone.now()):
            record(
                actor=actor,
                action="key.revoked",
                object_kind="key",
                object_id=key.id,
                data={"name": key.name, "prefix": key.prefix},
            )


def keys_of() -> QuerySet[ApiKey]:
    """Return the keys of the company in whose scope this runs, newest first."""
    return ApiKey.objects.select_related("created_by").order_by("-created_at")


def note_key_use(*, key: ApiKey, now: datetime) -> None:
    """Remember when a key was last used, at most once a minute: reading the API must not write all the time."""
    due = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_NOTED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - _USE_NOTED_EVERY:
        ApiKey.objects.filter(due, id=key.id).update(last_used_at=now)
