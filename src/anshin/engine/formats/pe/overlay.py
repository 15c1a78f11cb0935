"""What is appended behind the last section, and programs that stand as they are inside another one."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from anshin.engine.budget import Budget
from anshin.engine.formats.pe.image import Image, read_image
from anshin.engine.formats.pe.signature import Signature

MAX_EMBEDDED = 64
_STARTS = (
    (b"7z\xbc\xaf'\x1c", "7z"), (b"Rar!\x1a\x07", "rar"), (b"MSCF\0\0\0\0", "cab"), (b"PK\x03\x04", "zip"),
    (b"MZ", "pe"), (b"%PDF-", "pdf"), (b"\x1f\x8b\x08", "gzip"), (b"\xfd7zXZ\0", "xz"), (b"idska", "inno"),
    (b"zlb\x1a", "inno"), (b";!@Install@!", "7z-sfx"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole2"),
)  # fmt: skip
_PYINSTALLER = b"MEI\014\013\012\013\016"


@dataclass(frozen=True, slots=True)
class Overlay:
    """Bytes behind the sections, without the signature."""

    at: int
    size: int
    kind: str  # what it looks like; "" where unknown, "nsis", "inno", "7z-sfx", "pyinstaller" for known installers


def read_overlay(image: Image, signature: Signature) -> Overlay:
    """Return what stands behind the sections up to the signature (or to the end, where the signature comes first)."""
    data = image.data
    start = max([image.headers_end, *(s.raw_at + s.raw_size for s in image.sections if s.raw_size)])
    end = len(data)
    if signature.present and start <= signature.at <= end and signature.at + signature.size >= end - 8:
        end = signature.at
    if start >= end or not data[start:end].strip(b"\0"):
        return Overlay(min(start, end), 0, "")
    return Overlay(start, end - start, _kind(data, start, end))


def _kind(data: bytes, start: int, end: int) -> str:
    head = data[start : min(start + 4096, end)]
    if b"\xef\xbe\xad\xdeNullsoftInst" in head:
        return "nsis"
    if data.rfind(_PYINSTALLER, max(start, end - 8192), end) >= 0:
        return "pyinstaller"
    for mark, kind in _STARTS:
        if head.startswith(mark):
            return kind
    if b"Inno Setup Setup Data" in head:
        return "inno"
    if data.rfind(b"PK\x05\x06", max(start, end - 65557), end) >= 0:
        return "zip"
    return "7z-sfx" if b"7z\xbc\xaf'\x1c" in head else ""


def embedded(data: bytes, budget: Budget, start: int = 64) -> Iterator[tuple[int, int]]:
    """Yield where whole programs stand in `data`, and how long they are; 64 at most."""
    at, count = start, 0
    while count < MAX_EMBEDDED:
        at = data.find(b"MZ", at)
        if at < 0:
            return
        size = _program(data, at)
        if size:
            yield at, size
            count += 1
            at += size
        else:
            at += 2
        budget.check_time()


def _program(data: bytes, at: int) -> int:
    """Return the length of a program that begins at `at`; 0 where none does."""
    if at + 64 > len(data):
        return 0
    (new,) = struct.unpack_from("<I", data, at + 60)
    if not 64 <= new <= 4096 or data[at + new : at + new + 4] != b"PE\0\0":
        return 0
    image = read_image(data[at : at + 65536])
    if image is None or not image.coff[1]:
        return 0
    table = at + image.optional_at + image.coff[5]
    end = 0
    for number in range(min(image.coff[1], 96)):
        line = data[table + 40 * number : table + 40 * number + 40]
        if len(line) == 40:
            size, where = struct.unpack_from("<II", line, 16)
            end = max(end, where + size)
    return end if 512 <= end <= len(data) - at else 0
