"""One-time secrets: made here, stored as SHA-256 only.

They carry 256 random bits, so a fast hash is enough: there is nothing to guess.
"""

import hashlib
import secrets


def new_token() -> tuple[str, str]:
    """Return a fresh token to hand out and the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Return the stored form of `token`."""
    return hashlib.sha256(token.encode()).hexdigest()
