"""The text of an API key: made, taken apart, and what of it is stored."""

import secrets
from dataclasses import dataclass, field

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
