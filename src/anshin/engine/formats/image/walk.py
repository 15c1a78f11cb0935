"""The structure of a picture, from its first byte to its true end.

Not Pillow: it decodes, which is slow and where its own flaws lie, and it does not tell where the picture ends.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from anshin.engine.budget import Budget

MOST_PARTS = 100_000
_JPEG_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf"})
_LISTED = (
    b"IHDR PLTE IDAT IEND acTL fcTL fdAT bKGD cHRM cICP dSIG gAMA hIST iCCP iDOT mkBF mkBS mkBT mkTS npTc npOl npLb "
    b"oFFs pCAL pHYs prVW sBIT sCAL sPLT sRGB sTER tIME tRNS vpAg orNT caBX CgBI mDCv cLLi"
)
PNG_KNOWN = PNG_TEXTS | frozenset(_LISTED.split())


@dataclass(slots=True)
class Walk:
    """What was found on the way; offsets in bytes."""

    kind: str = ""
    end: int = 0  # behind the last byte of the picture
    parts: int = 0
    names: list[str] = field(default_factory=list)
    texts: list[tuple[str, int, int]] = field(default_factory=list)  # metadata: name, from, to
    strange: list[tuple[str, int, int]] = field(default_factory=list)  # parts that no standard names
    width: int = 0
    height: int = 0
    damaged: bool = False
    more_pictures: bool = False  # says itself that others follow (multi-picture, motion photo)


def walk(data: bytes, budget: Budget) -> Walk:
    """Return the structure; never raises but `LimitHit`. The end is that of the file where the structure breaks."""
    found = Walk(end=len(data))
    for magic, kind, walker in _WALKERS:
        if data.startswith(magic) and (kind != "webp" or data[8:12] == b"WEBP"):
            found.kind = kind
            try:
                walker(data, found, budget)
            except (struct.error, IndexError):
                found.damaged = True
                found.end = len(data)
            break
    if found.end > len(data):
        found.damaged = True
        found.end = len(data)
    return found


def _part(found: Walk, budget: Budget, name: str) -> bool:
    """Count one part; False when there are more than any picture needs."""
    found.parts += 1
    if found.parts <= 64:
        found.names.append(name)
    if found.parts % 256 == 0:
        budget.check_time()
    return found.parts < MOST_PARTS


def _png(data: bytes, found: Walk, budget: Budget) -> None:
    found.width, found.height = struct.unpack_from(">II", data, 16)
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if not _part(found, budget, name.decode("latin-1")) or end > len(data):
            found.damaged = True
            return
        if name in PNG_TEXTS:
            found.texts.append((name.decode("latin-1"), at + 8, end - 4))
        elif name not in PNG_KNOWN:
            found.strange.append((name.decode("latin-1"), at + 8, end - 4))
        at = end
        if name == b"IEND":
            found.end = end
            return


def _jpeg(data: bytes, found: Walk, budget: Budget) -> None:
    at = 2
    while True:
        mark = _JPEG_MARK.search(data, at)
        if mark is None:
            found.damaged = True
            return
        at, code = mark.end(), data[mark.start() + 1]
        if not _part(found, budget, f"{code:02x}"):
            found.damaged = True
            return
        if code == 0xD9:
            found.end = at
            return
        if code == 0xD8 or code == 0x01:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if 0xC0 <= code <= 0xCF and code not in {0xC4, 0xC8, 0xCC}:
            found.height, found.width = struct.unpack_from(">HH", data, at + 3)
        elif code == 0xFE or 0xE0 <= code <= 0xEF:
            found.texts.append((f"{code:02x}", at + 2, at + length))
            found.more_pictures = found.more_pictures or data.startswith(b"MPF\0", at + 2)
        at += max(2, length)


def _gif(data: bytes, found: Walk, budget: Budget) -> None:
    found.width, found.height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while True:
        code = data[at]
        if not _part(found, budget, f"{code:02x}"):
            found.damaged = True
            return
        if code == 0x3B:
            found.end = at + 1
            return
        start, label = at, data[at + 1]
        if code == 0x21:
            at += 2
        elif code == 0x2C:
            flags = data[at + 9]
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        else:
            found.damaged = True
            return
        at = _blocks(data, at, budget)
        if code == 0x21 and label in {0xFE, 0xFF, 0x01}:
            found.texts.append((f"{label:02x}", start, at))


def _blocks(data: bytes, at: int, budget: Budget) -> int:
    steps = 0
    while data[at]:
        at += 1 + data[at]
        steps += 1
        if steps % 4096 == 0:
            budget.check_time()
    return at + 1


def _bmp(data: bytes, found: Walk, _: Budget) -> None:
    size, _, start, head = struct.unpack_from("<IIII", data, 2)
    if head == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        packing = image = 0
    else:
        width, height, _, bits, packing, image = struct.unpack_from("<iiHHII", data, 18)
    found.width, found.height = abs(width), abs(height)
    if not 12 <= head <= 1024 or bits > 64:
        found.damaged = True
        return
    rows = (abs(width) * bits + 31) // 32 * 4 * abs(height)
    need = start + (image if packing not in {0, 3, 6} and image else rows)
    found.parts = 1
    # the size in the header is what readers believe least; the larger of both that fits is the end
    fitting = [n for n in (size, need) if 14 + head <= n <= len(data)]
    found.damaged = need > len(data)
    found.end = max(fitting, default=len(data))


def _webp(data: bytes, found: Walk, budget: Budget) -> None:
    (size,) = struct.unpack_from("<I", data, 4)
    found.end = 8 + size + size % 2 if 8 + size + size % 2 <= len(data) else 8 + size
    at = 12
    while at + 8 <= min(found.end, len(data)):
        name, length = struct.unpack_from("<4sI", data, at)
        if not _part(found, budget, name.decode("latin-1")):
            break
        if name in {b"EXIF", b"XMP ", b"ICCP"}:
            found.texts.append((name.decode("latin-1").strip(), at + 8, at + 8 + length))
        elif name not in {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}:
            found.strange.append((name.decode("latin-1"), at + 8, at + 8 + length))
        at += 8 + length + length % 2
    found.damaged = found.end > len(data)


def _ico(data: bytes, found: Walk, budget: Budget) -> None:
    (count,) = struct.unpack_from("<H", data, 4)
    end = 6 + 16 * count
    for number in range(count):
        if not _part(found, budget, "icon"):
            break
        width, height, size, at = struct.unpack_from("<BB6xII", data, 6 + 16 * number)
        found.width, found.height = max(found.width, width or 256), max(found.height, height or 256)
        end = max(end, at + size)
    found.end = end
    found.damaged = not count


_WALKERS: tuple[tuple[bytes, str, Callable[[bytes, Walk, Budget], None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png", _png),
    (b"\xff\xd8\xff", "jpeg", _jpeg),
    (b"GIF87a", "gif", _gif),
    (b"GIF89a", "gif", _gif),
    (b"BM", "bmp", _bmp),
    (b"RIFF", "webp", _webp),
    (b"\0\0\1\0", "ico", _ico),
)
