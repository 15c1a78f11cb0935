"""The standard security handler (ISO 32000-1, 7.6; ISO 32000-2, 7.6.4 for AES-256): the key, and what it opens.

Our own derivation, so that single strings and streams can be opened without handing the whole hostile file to a
library; the ciphers are those of `cryptography`.
"""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
SLOW_BYTES = 1024 * 1024
"""Bytes opened with a key of an odd length, for which there is no fast cipher."""


@dataclass(frozen=True, slots=True)
class Key:
    """What opens the strings and streams of one document."""

    secret: bytes
    strings: str  # "rc4", "aes", "aes256", "none"
    streams: str
    metadata: bool  # whether the metadata stream is encrypted as well

    def open(self, data: bytes, number: int, generation: int, method: str) -> bytes:
        """Return the plain bytes of a string or a stream of one object; what cannot be opened is returned empty."""
        if method == "none" or not data:
            return data
        if method == "aes256":
            return _aes(self.secret, data)
        salt = struct.pack("<I", number)[:3] + struct.pack("<I", generation)[:2]
        if method == "aes":
            salt += b"sAlT"
        key = hashlib.md5(self.secret + salt, usedforsecurity=False).digest()[: min(16, len(self.secret) + 5)]
        return _rc4(key, data) if method == "rc4" else _aes(key, data)


def find_key(settings: dict[str, Any], document_id: bytes, passwords: Iterable[bytes]) -> tuple[Key, bytes] | None:
    """Return the key, and the password that gave it; None where no password fits or the handler is another one.

    `settings` is the encryption dictionary with its references followed.
    """
    if settings.get("Filter") not in {"Standard", None}:
        return None
    version, revision = settings.get("V", 0), settings.get("R", 0)
    owner, user = settings.get("O"), settings.get("U")
    if not (isinstance(version, int) and isinstance(revision, int)):
        return None
    if not (isinstance(owner, bytes) and isinstance(user, bytes)):
        return None
    strings, streams = _method(settings, "StrF", version), _method(settings, "StmF", version)
    metadata = settings.get("EncryptMetadata") is not False
    for password in passwords:
        secret = (
            _secret_256(settings, owner, user, revision, password)
            if revision >= 5
            else _secret_old(settings, owner, user, document_id, password)
        )
        if secret is not None:
            return Key(secret, strings, streams, metadata), password
    return None


def _method(settings: dict[str, Any], which: str, version: int) -> str:
    if version < 4:
        return "rc4"
    filters = settings.get("CF")
    name = settings.get(which, "Identity")
    chosen = filters.get(name) if isinstance(filters, dict) else None
    method = chosen.get("CFM") if isinstance(chosen, dict) else "None"
    return {"V2": "rc4", "AESV2": "aes", "AESV3": "aes256"}.get(str(method), "none")


def _key_bytes(settings: dict[str, Any]) -> int:
    bits = settings.get("Length", 40)
    if settings.get("V") == 4:
        bits = 128
    if not isinstance(bits, int) or settings.get("V", 0) < 2:
        return 5
    return min(16, max(5, bits // 8 if bits > 16 else bits))


def _secret_old(
    settings: dict[str, Any], owner: bytes, user: bytes, document_id: bytes, password: bytes
) -> bytes | None:
    """Algorithms 2, 4, 5 and 6; then 7, for when it is the password of the owner."""
    for candidate in (password, _user_of_owner(settings, owner, password)):
        secret = _derive(settings, owner, document_id, candidate)
        if _checks(settings, user, document_id, secret):
            return secret
    return None


def _derive(settings: dict[str, Any], owner: bytes, document_id: bytes, password: bytes) -> bytes:
    revision, size = settings.get("R", 0), _key_bytes(settings)
    rights = settings.get("P", 0)
    digest = hashlib.md5((password + _PAD)[:32] + owner[:32], usedforsecurity=False)
    digest.update(struct.pack("<I", int(rights) & 0xFFFFFFFF if isinstance(rights, int | float) else 0) + document_id)
    if revision >= 4 and settings.get("EncryptMetadata") is False:
        digest.update(b"\xff\xff\xff\xff")
    key = digest.digest()
    if revision >= 3:
        for _ in range(50):
            key = hashlib.md5(key[:size], usedforsecurity=False).digest()
    return key[:size]


def _checks(settings: dict[str, Any], user: bytes, document_id: bytes, secret: bytes) -> bool:
    if settings.get("R", 0) < 3:
        return _rc4(secret, _PAD) == user[:32]
    value = _rc4(secret, hashlib.md5(_PAD + document_id, usedforsecurity=False).digest())
    for n in range(1, 20):
        value = _rc4(bytes(b ^ n for b in secret), value)
    return value[:16] == user[:16]


def _user_of_owner(settings: dict[str, Any], owner: bytes, password: bytes) -> bytes:
    size = _key_bytes(settings)
    key = hashlib.md5((password + _PAD)[:32], usedforsecurity=False).digest()
    if settings.get("R", 0) < 3:
        return _rc4(key[:size], owner[:32])
    for _ in range(50):
        key = hashlib.md5(key, usedforsecurity=False).digest()
    value = owner[:32]
    for n in range(19, -1, -1):
        value = _rc4(bytes(b ^ n for b in key[:size]), value)
    return value


def _secret_256(settings: dict[str, Any], owner: bytes, user: bytes, revision: int, password: bytes) -> bytes | None:
    """Algorithm 2.A, with the hash 2.B for revision 6."""
    password = password[:127]
    for check, wrapped, extra in ((user, settings.get("UE"), b""), (owner, settings.get("OE"), user[:48])):
        if not isinstance(wrapped, bytes) or len(check) < 48 or len(wrapped) < 32:
            continue
        if _hash(password, check[32:40], extra, revision) == check[:32]:
            return _cbc(_hash(password, check[40:48], extra, revision), bytes(16), wrapped[:32])
    return None


def _hash(password: bytes, salt: bytes, extra: bytes, revision: int) -> bytes:
    key = hashlib.sha256(password + salt + extra).digest()
    if revision < 6:
        return key
    number = 0
    while True:
        number += 1
        block = _cbc(key[:16], key[16:32], (password + key + extra) * 64, encrypt=True)
        rest = sum(block[:16]) % 3
        key = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[rest](block).digest()
        if (number >= 64 and block[-1] <= number - 32) or number >= 400:
            return key[:32]


def _rc4(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher

    if len(key) * 8 in ARC4.key_sizes:
        return Cipher(ARC4(key), None).encryptor().update(data)
    return _rc4_any(key, data[:SLOW_BYTES])


def _rc4_any(key: bytes, data: bytes) -> bytes:
    """RC4 with a key of any length: PDF allows 40 to 128 bits in steps of 8, the library only some of them."""
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(data), 0, 0
    for n in range(len(out)):
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        out[n] ^= box[(box[i] + box[j]) & 255]
    return bytes(out)


def _cbc(key: bytes, start: bytes, data: bytes, *, encrypt: bool = False) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    machine = Cipher(algorithms.AES(key), modes.CBC(start))
    return (machine.encryptor() if encrypt else machine.decryptor()).update(data)


def _aes(key: bytes, data: bytes) -> bytes:
    """Open AES in CBC with the start value in front and the padding behind; damage at the end loses the end only."""
    whole = len(data) // 16 * 16
    if whole < 32:
        return b""
    out = _cbc(key.ljust(16, b"\0"), data[:16], data[16:whole])
    pad = out[-1]
    return out[:-pad] if 1 <= pad <= 16 else out
