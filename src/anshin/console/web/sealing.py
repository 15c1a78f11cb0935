"""Encrypts the few secrets that must be read again, such as the mail server's password."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_INFO = b"anshin console sealing v1"


def _key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=_INFO).derive(secret.encode())


def seal(plain: bytes) -> bytes:
    """Return `plain` encrypted under the installation's secret key (AES-256-GCM, random nonce in front)."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, plain, _INFO)


def open_sealed(sealed: bytes) -> bytes:
    """Return what was sealed, also under an earlier secret key. Raises ValueError when no key fits."""
    from cryptography.exceptions import InvalidTag

    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(secret)).decrypt(sealed[:12], sealed[12:], _INFO)
        except InvalidTag:
            continue
    raise ValueError("no secret key of this installation opens the stored secret; enter it anew")
