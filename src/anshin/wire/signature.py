"""How an agent signs a request, and how the console checks it.

Ed25519 over method, path with query, time, nonce and the SHA-256 of the body, one per line. The time window and the
nonce together make a replay useless: the console refuses a time further than `MAX_CLOCK_SKEW_SECONDS` from its own and
remembers every nonce of a device for twice that long.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DEVICE_HEADER = "X-Anshin-Device"
TIME_HEADER = "X-Anshin-Time"
NONCE_HEADER = "X-Anshin-Nonce"
SIGNATURE_HEADER = "X-Anshin-Signature"


class SignatureError(ValueError):
    """The headers are missing, malformed, or do not fit the request."""


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The four headers, parsed but not yet checked against a key."""

    device_id: UUID
    sent_at: datetime
    nonce: str
    signature: bytes


def canonical_bytes(*, method: str, path: str, sent_at: str, nonce: str, body: bytes) -> bytes:
    """Return what is signed: five lines, so that no two different requests share one form."""
    digest = hashlib.sha256(body).hexdigest()
    return f"anshin-agent-v1\n{method.upper()}\n{path}\n{sent_at}\n{nonce}\n{digest}".encode()


def sign(
    *, key: Ed25519PrivateKey, device_id: UUID, method: str, path: str, body: bytes, now: datetime
) -> dict[str, str]:
    """Return the headers that prove that `key`'s device sends this request now. `path` includes the query string."""
    sent_at = now.astimezone(UTC).isoformat(timespec="milliseconds")
    nonce = secrets.token_urlsafe(18)
    signature = key.sign(canonical_bytes(method=method, path=path, sent_at=sent_at, nonce=nonce, body=body))
    return {
        DEVICE_HEADER: str(device_id),
        TIME_HEADER: sent_at,
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
    }


def parse_headers(*, device: str, sent_at: str, nonce: str, signature: str) -> SignedHeaders:
    """Parse the four header values. Raises SignatureError when one is missing or malformed."""
    if not 16 <= len(nonce) <= 64 or not nonce.isascii():
        raise SignatureError("nonce header missing or malformed")
    try:
        when = datetime.fromisoformat(sent_at)
        parsed = SignedHeaders(UUID(device), when, nonce, base64.b64decode(signature, validate=True))
    except (ValueError, binascii.Error) as error:
        raise SignatureError("device, time or signature header missing or malformed") from error
    if when.tzinfo is None:
        raise SignatureError("time header has no time zone")
    return parsed


def verify(*, public_key: bytes, headers: SignedHeaders, sent_at: str, method: str, path: str, body: bytes) -> None:
    """Check a request against the raw 32-byte `public_key`. Raises SignatureError when the signature does not fit.

    `sent_at` is the header exactly as received, because that text was signed. Time window and nonce are the caller's
    to check: they need a clock and a memory.
    """
    message = canonical_bytes(method=method, path=path, sent_at=sent_at, nonce=headers.nonce, body=body)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(headers.signature, message)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("signature does not fit the request") from error
