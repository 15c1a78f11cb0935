"""The text of an API key, and how a request proves that it holds one."""

import hmac
import secrets
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils import timezone
from django_scopes import scope
from ninja.security import HttpBearer

from anshin.console.people.access import Actor, actor_for_key, key_by_prefix
from anshin.console.people.tokens import hash_token

_START = "anshin"


@dataclass(frozen=True, slots=True)
class KeyParts:
    """A key taken apart: `anshin_<prefix>_<secret>`. The prefix is stored as it is, the secret as a hash."""

    prefix: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """The key as a program sends it."""
        return f"{_START}_{self.prefix}_{self.secret}"

    @property
    def secret_hash(self) -> str:
        """What is stored of the secret."""
        return hash_token(self.secret)


def new_key() -> KeyParts:
    """Return a fresh key: eight characters to recognise it by, 256 random bits to prove it."""
    return KeyParts(secrets.token_hex(4), secrets.token_urlsafe(32))


def parse_key(text: str) -> KeyParts | None:
    """Take a key apart, or return None when it does not look like one of ours."""
    start, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    return KeyParts(prefix, secret) if start == _START and prefix and secret else None


class ApiKeyAuth(HttpBearer):
    """Lets a request in by `Authorization: Bearer anshin_…`; `request.auth` is then the key's `Actor`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002
        """Return the key's actor, or None for a key that is unknown, wrong, expired or revoked: the answer is 401."""
        from anshin.console.people.operations import note_key_use

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
