"""The form of a quarantined copy on disk: AES-256-GCM in chunks, so that a file of any size needs one chunk of memory.

Header: 8 bytes magic with version, 4 bytes chunk size. Then chunks, each sealed with the item's own key under a
counter nonce (the key is used for this one file only, so a counter never repeats); header, number and a last-chunk flag
are authenticated with it, so that cutting, reordering or lengthening is found. The STREAM construction: Hoang,
Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015.
"""

import hashlib
import os
import struct
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anshin.agent.errors import DamagedBlob

MAGIC = b"ANSHINQ\x01"
CHUNK_BYTES = 256 * 1024
_HEADER = struct.Struct(">8sI")
_TAG_BYTES = 16
_LARGEST_CHUNK = 16 * 1024 * 1024


def read_full(fd: int, count: int) -> bytes:
    """Read up to `count` bytes; fewer only at the end of the file."""
    parts = []
    while count:
        part = os.read(fd, count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write_full(fd: int, data: bytes) -> None:
    """Write everything or raise OSError; a full disk can take half of a write without a word."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def hash_file(fd: int) -> str:
    """Return the SHA-256 of an open file from its first byte on."""
    os.lseek(fd, 0, os.SEEK_SET)
    digest = hashlib.sha256()
    while chunk := read_full(fd, CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _sealed_with(header: bytes, index: int, *, last: bool) -> tuple[bytes, bytes]:
    return index.to_bytes(12, "big"), header + struct.pack(">Q?", index, last)


def encrypt(source: int, sink: int, key: bytes) -> tuple[str, int]:
    """Seal everything from file descriptor `source` into `sink`; returns SHA-256 and size of what was read."""
    cipher, header, digest, size = AESGCM(key), _HEADER.pack(MAGIC, CHUNK_BYTES), hashlib.sha256(), 0
    os.lseek(source, 0, os.SEEK_SET)
    write_full(sink, header)
    index, chunk = 0, read_full(source, CHUNK_BYTES)
    while True:
        following = read_full(source, CHUNK_BYTES) if len(chunk) == CHUNK_BYTES else b""
        digest.update(chunk)
        size += len(chunk)
        nonce, bound = _sealed_with(header, index, last=not following)
        write_full(sink, cipher.encrypt(nonce, chunk, bound))
        if not following:
            return digest.hexdigest(), size
        index, chunk = index + 1, following


def decrypt(source: int, write: Callable[[bytes], object], key: bytes, *, item: str) -> tuple[str, int]:
    """Open a sealed copy and hand its bytes to `write`; returns SHA-256 and size.

    Raises DamagedBlob at the first chunk that is not exactly what was sealed; `write` has then seen only true chunks.
    """
    os.lseek(source, 0, os.SEEK_SET)
    header = read_full(source, _HEADER.size)
    if len(header) != _HEADER.size:
        raise DamagedBlob("blob_damaged", item=item)
    magic, chunk_bytes = _HEADER.unpack(header)
    if magic != MAGIC or not 1 <= chunk_bytes <= _LARGEST_CHUNK:
        raise DamagedBlob("blob_damaged", item=item)
    cipher, digest, size, index = AESGCM(key), hashlib.sha256(), 0, 0
    sealed = read_full(source, chunk_bytes + _TAG_BYTES)
    while True:
        full = len(sealed) == chunk_bytes + _TAG_BYTES
        following = read_full(source, chunk_bytes + _TAG_BYTES) if full else b""
        nonce, bound = _sealed_with(header, index, last=not following)
        try:
            chunk = cipher.decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError) as error:
            raise DamagedBlob("blob_damaged", item=item) from error
        digest.update(chunk)
        size += len(chunk)
        write(chunk)
        if not following:
            return digest.hexdigest(), size
        index, sealed = index + 1, following
