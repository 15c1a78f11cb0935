"""Archives of the kinds that the standard library cannot write, made at run time."""

import hashlib
import hmac
import io
import struct
import zlib

import py7zr

from tests.engine.samples import central_header, end_record, local_header

_POLY = 0xEDB88320


def _crc_table() -> list[int]:
    rows = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ (_POLY if n & 1 else 0)
        rows.append(n)
    return rows


_TABLE = _crc_table()


def _old_cipher(data: bytes, password: bytes, check: int) -> bytes:
    """Encrypt as PKZIP 2 did, after a header of 12 bytes of which the last is the check."""
    k0, k1, k2 = 0x12345678, 0x23456789, 0x34567890

    def update(byte: int) -> None:
        nonlocal k0, k1, k2
        k0 = k0 >> 8 ^ _TABLE[(k0 ^ byte) & 255]
        k1 = ((k1 + (k0 & 255)) * 134775813 + 1) & 0xFFFFFFFF
        k2 = k2 >> 8 ^ _TABLE[(k2 ^ k1 >> 24) & 255]

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in bytes(range(11)) + bytes([check]) + data:
        temporary = k2 | 2
        out.append(byte ^ (temporary * (temporary ^ 1) >> 8 & 255))
        update(byte)
    return bytes(out)


def _deflated(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


def locked_zip(members: dict[str, bytes], password: str, *, aes: bool = False) -> bytes:
    """Return a ZIP whose entries are deflated and encrypted."""
    out, central = b"", b""
    for label, data in members.items():
        name = label.encode()
        if aes:
            local, line = _aes_entry(name, data, password.encode(), len(out))
        else:
            packed = _old_cipher(_deflated(data), password.encode(), zlib.crc32(data) >> 24)
            local = local_header(name, data, method=8, flags=1, packed=packed)
            line = central_header(name, data, len(out), method=8, flags=1, packed=len(packed))
        out += local
        central += line
    return out + central + end_record(len(members), len(central), len(out))


def _aes_entry(name: bytes, data: bytes, password: bytes, at: int) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 66)
    plain = _deflated(data)
    blocks = b"".join(struct.pack("<QQ", n + 1, 0) for n in range(len(plain) // 16 + 1))
    stream = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor().update(blocks)
    body = bytes(a ^ b for a, b in zip(plain, stream, strict=False))
    packed = salt + keys[64:] + body + hmac.digest(keys[32:64], body, "sha1")[:10]
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
    local = bytearray(local_header(name, data, method=99, flags=1, packed=packed))
    local[28:30] = struct.pack("<H", len(extra))
    local[14:18] = bytes(4)
    local[30 + len(name) : 30 + len(name)] = extra
    line = bytearray(central_header(name, data, at, method=99, flags=1, packed=len(packed)))
    line[30:32] = struct.pack("<H", len(extra))
    line[16:20] = bytes(4)
    return bytes(local), bytes(line) + extra


def sevenzipped(members: dict[str, bytes], password: str | None = None, *, hide_names: bool = False) -> bytes:
    """Return a 7z."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=hide_names) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return out.getvalue()
