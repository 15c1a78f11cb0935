"""Encrypted ZIP entries: the old cipher (APPNOTE 6.1) and AES as WinZip writes it (APPNOTE appendix E, AE-1 and AE-2).

The standard library reads the old cipher only, one password at a time; here the header of an entry is held against all
candidates at once.
"""

import hashlib
import hmac
import zlib

import numpy as np
import numpy.typing as npt

from anshin.engine.budget import Budget
from anshin.engine.unpack.passwords import candidates
from anshin.engine.unpack.zip_headers import Entry

OLD_CIPHER_BYTES = 8 * 1024 * 1024
"""The old cipher hangs each byte on the one before, which Python does at some megabytes a second."""
_HEADER = 12
_TRIAL = 2048
_KEYS = (0x12345678, 0x23456789, 0x34567890)
_Keys = tuple[int, int, int]


def _table() -> list[int]:
    rows = []
    for n in range(256):
        value = n
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        rows.append(value)
    return rows


_CRC = _table()
_CRC_ARRAY = np.array(_CRC, dtype=np.uint32)


class Opener:
    """Opens the entries of one archive; a password that fitted is tried first on the next entry."""

    def __init__(self, budget: Budget) -> None:
        """Take the passwords when the first encrypted entry asks for them."""
        self._budget = budget
        self._good: list[str] = []
        self.used: str = ""  # the password of the entry opened last

    def open(self, entry: Entry, data: bytes) -> tuple[bytes, int] | None:
        """Return the packed bytes of an entry in the clear, and how they are packed; None where no password fits."""
        words = list(dict.fromkeys((*self._good, *candidates(self._budget))))
        opened = _open_aes(entry, data, words, self._budget) if entry.aes else self._old(entry, data, words)
        if opened is None:
            return None
        body, self.used = opened
        if self.used not in self._good:
            self._good.append(self.used)
        return body, entry.aes[1] if entry.aes else entry.method

    def _old(self, entry: Entry, data: bytes, words: list[str]) -> tuple[bytes, str] | None:
        if len(data) < _HEADER or len(data) > OLD_CIPHER_BYTES or entry.flags & 0x40:
            return None
        checks = {entry.crc >> 24, entry.time >> 8}
        for word, keys in _fitting(words, data[:_HEADER], checks):
            self._budget.check_time()
            start, state = _decipher(keys, data[_HEADER : _HEADER + _TRIAL])
            if entry.method == 8 and not _inflates(start):
                continue
            rest, _ = _decipher(state, data[_HEADER + _TRIAL :])
            body = start + rest
            if _is_right(entry, body, self._budget):
                return body, word
        return None


def _fitting(words: list[str], header: bytes, checks: set[int]) -> list[tuple[str, _Keys]]:
    """Return the passwords after which the last byte of the header is one of `checks`, with the keys behind it."""
    raw = [encoded for w in words for encoded in _encodings(w)]
    named = [w for w in words for _ in _encodings(w)]
    longest = max((len(r) for r in raw), default=0)
    if not longest:
        return []
    letters = np.zeros((longest, len(raw)), dtype=np.uint32)
    sizes = np.array([len(r) for r in raw])
    for n, word in enumerate(raw):
        letters[: len(word), n] = np.frombuffer(word, dtype=np.uint8)
    k0, k1, k2 = (np.full(len(raw), k, dtype=np.uint32) for k in _KEYS)
    for n in range(longest):
        going = sizes > n
        n0, n1, n2 = _step(k0, k1, k2, letters[n])
        k0, k1, k2 = np.where(going, n0, k0), np.where(going, n1, k1), np.where(going, n2, k2)
    plain = np.zeros(len(raw), dtype=np.uint32)
    for byte in header:
        temporary = k2 | np.uint32(2)
        plain = np.uint32(byte) ^ (((temporary * (temporary ^ np.uint32(1))) >> np.uint32(8)) & np.uint32(255))
        k0, k1, k2 = _step(k0, k1, k2, plain)
    fits = np.flatnonzero(np.isin(plain, list(checks)))
    return [(named[n], (int(k0[n]), int(k1[n]), int(k2[n]))) for n in fits]


def _encodings(word: str) -> list[bytes]:
    utf8 = word.encode("utf-8", "replace")
    if word.isascii():
        return [utf8]
    return [utf8, word.encode("cp932", "replace")]


def _step(
    k0: npt.NDArray[np.uint32], k1: npt.NDArray[np.uint32], k2: npt.NDArray[np.uint32], byte: object
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    k0 = (k0 >> np.uint32(8)) ^ _CRC_ARRAY[(k0 ^ byte) & np.uint32(255)]  # type: ignore[operator]
    k1 = (k1 + (k0 & np.uint32(255))) * np.uint32(134775813) + np.uint32(1)
    k2 = (k2 >> np.uint32(8)) ^ _CRC_ARRAY[(k2 ^ (k1 >> np.uint32(24))) & np.uint32(255)]
    return k0, k1, k2


def _decipher(keys: _Keys, data: bytes) -> tuple[bytes, _Keys]:
    k0, k1, k2 = keys
    table = _CRC
    out = bytearray(data)
    for n, byte in enumerate(data):
        temporary = k2 | 2
        plain = byte ^ (temporary * (temporary ^ 1)) >> 8 & 255
        out[n] = plain
        k0 = k0 >> 8 ^ table[(k0 ^ plain) & 255]
        k1 = ((k1 + (k0 & 255)) * 134775813 + 1) & 0xFFFFFFFF
        k2 = k2 >> 8 ^ table[(k2 ^ k1 >> 24) & 255]
    return bytes(out), (k0, k1, k2)


def _inflates(start: bytes) -> bool:
    try:
        zlib.decompressobj(-zlib.MAX_WBITS).decompress(start, 65536)
    except zlib.error:
        return False
    return True


def _is_right(entry: Entry, body: bytes, budget: Budget) -> bool:
    """Whether the checksum agrees, for stored and deflated entries; others must fit by their header."""
    if entry.method == 0:
        return zlib.crc32(body) == entry.crc
    if entry.method != 8:
        return True
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    crc, rest = 0, body
    try:
        while rest and not machine.eof:
            budget.check_time()
            crc = zlib.crc32(machine.decompress(rest, 1 << 20), crc)
            rest = machine.unconsumed_tail
    except zlib.error:
        return False
    return crc == entry.crc


def _open_aes(entry: Entry, data: bytes, words: list[str], budget: Budget) -> tuple[bytes, str] | None:
    size = {1: 16, 2: 24, 3: 32}.get(entry.aes[0]) if entry.aes else None
    if size is None or len(data) < size // 2 + 12:
        return None
    salt, verifier = data[: size // 2], data[size // 2 : size // 2 + 2]
    body, code = data[size // 2 + 2 : -10], data[-10:]
    for word in words:
        for raw in _encodings(word):
            budget.check_time()
            derived = hashlib.pbkdf2_hmac("sha1", raw, salt, 1000, 2 * size + 2)
            if derived[-2:] != verifier:
                continue
            if hmac.digest(derived[size : 2 * size], body, "sha1")[:10] == code:
                return _aes_counter(derived[:size], body), word
    return None


def _aes_counter(key: bytes, data: bytes) -> bytes:
    """AES in counter mode with a little-endian counter from 1, which no library has: the counters are encrypted."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    machine = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 -- counters, no text
    out = bytearray()
    for at in range(0, len(data), 1 << 20):
        piece = data[at : at + (1 << 20)]
        blocks = -(-len(piece) // 16)
        counters = np.zeros((blocks, 2), dtype="<u8")
        counters[:, 0] = np.arange(blocks, dtype=np.uint64) + np.uint64(at // 16 + 1)
        stream = np.frombuffer(machine.update(counters.tobytes()), dtype=np.uint8)[: len(piece)]
        out += (np.frombuffer(piece, dtype=np.uint8) ^ stream).tobytes()
    return bytes(out)
