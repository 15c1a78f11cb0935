"""How a request of a program proves that it holds an API key."""

import hmac

from django.http import HttpRequest
from django.utils import timezone
from django_scopes import scope
from ninja.security import HttpBearer

from anshin.console.people.access import Actor, actor_for_key, key_by_prefix
from anshin.console.people.keys import parse_key
from anshin.console.people.operations import note_key_use
from anshin.console.people.roles import Permission


class ApiKeyAuth(HttpBearer):
    """Lets a request in by `Authorization: Bearer anshin_…`; `request.auth` is then the key's `Actor`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002
        """Return the key's actor, or None for a key that is unknown, wrong, expired or revoked: the answer is 401."""
        parts = parse_key(token)
        key = key_by_prefix(parts.prefix) if parts else None
        # Compared even when there is no such key, so that the time of the answer does not tell prefixes apart.
        stored = key.secret_hash if key else "0" * 64
        fits = hmac.compare_digest(parts.secret_hash if parts else "", stored)
        now = timezone.now()
        if key is None or not fits or key.revoked_at is not None or key.expires_at <= now:
            return None
        with scope(organisation=key.organisation):
            note_key_use(key=key, now=now)
        return actor_for_key(key)


def actor_of(request: HttpRequest, permission: Permission) -> Actor:
    """Return who asks through the API. Raises PermissionDenied where the key's scope does not reach that far."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    actor.require(permission)
    return actor
