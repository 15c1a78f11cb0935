"""The parser for OneNote sections (.one). Format: [MS-ONESTORE] 2.6.13 (FileDataStoreObject).

Embedded files are found by the mark before each, not by walking the revisions of the section: deleted ones and those
of forged sections are found, too, and nothing has to be trusted.
"""

import math
import re
import struct

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.native import RUNNABLE
from anshin.engine.unpack.member import Member, Problem

STORE = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
HEADER = 36
MAX_FILES = 500
_ENDING = re.compile(rb"\.\0(?:[A-Za-z0-9]\0){2,4}(?![A-Za-z0-9]\0)")
_NAME = re.compile(r"[^\x00-\x1f\"*/:<>?\\|\ufffd]{1,120}$")
"""What may stand before the ending in a name of Windows."""
_SCRIPT = re.compile(
    rb"(?i)<hta:application|<script|wscript\.|createobject|activexobject|powershell|^\s*@echo off|^\s*<job"
    rb"|\bstart-process\b"
)
_CLICK = re.compile(
    r"(?i)double[\s-]*click|click\s+(?:here\s+)?to\s+(?:view|open|see)|view\s+document"
    r"|ダブルクリック|クリックして(?:表示|開|閲覧)"
)
_PICTURE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".one", ".com", ".net", ".org", ".html"})
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF", b"\x01\0\0\0")


def parse_onenote(data: bytes, budget: Budget) -> Parsed:
    """Read one section. Raises `LimitHit` only."""
    found = Parsed(family="onenote")
    blobs = _blobs(found, data, budget)
    pictures = [b for b in blobs if b.startswith(_PICTURES)]
    files = [b for b in blobs if not b.startswith(_PICTURES)]
    names = _names(data, blobs)
    runnable = [n for n in names if n.rpartition(".")[2].lower() in RUNNABLE]
    for number, blob in enumerate(blobs, 1):
        name = f"file {number}"
        if blob in files and files.index(blob) < len(names):
            name = names[files.index(blob)]
        found.members.append(Member(name, BytesContent(blob)))
    if files:
        found.sign("onenote.embedded_file", f"object {len(files)}")
    scripts = [b for b in files if b.startswith(b"MZ") or _SCRIPT.search(b[:65536])]
    if files and (runnable or scripts):
        found.sign(
            "onenote.runnable", f"attachment {runnable[0].replace(',', '_')}" if runnable else "attachment script"
        )
    if pictures:
        found.sign("onenote.picture")
    if files and (match := _CLICK.search(_page_text(data, blobs))):
        found.sign("onenote.click_text", f"field {match[0][:40]}")
    if any(re.search(r"(?i)\.(?:pdf|docx?|xlsx?|txt|png|jpe?g)\.\w{2,4}$", n) for n in runnable):
        found.sign("onenote.double_ending", f"attachment {runnable[0].replace(',', '_')}")
    found.facts |= {
        "files": math.log1p(len(files)),
        "pictures": math.log1p(len(pictures)),
        "file_share": sum(map(len, files)) / max(1, len(data)),
        "picture_share": sum(map(len, pictures)) / max(1, len(data)),
        "names": math.log1p(len(names)),
        "runnable_names": math.log1p(len(runnable)),
        "scripts": math.log1p(len(scripts)),
        "programs": float(any(b.startswith(b"MZ") for b in files)),
        "click": float(any(s.code == "onenote.click_text" for s in found.signs)),
        "smallest_file": math.log1p(min(map(len, files), default=0)),
        "links": math.log1p(data.count(b"h\0t\0t\0p\0")),
        "largest_picture": max(map(len, pictures), default=0) / max(1, len(data)),
    }
    found.tokens += [f"ending:{n.rpartition('.')[2].lower()}" for n in names[:200]]
    found.tokens += [f"start:{b[:4].hex()}" for b in files[:200]]
    return found


def _blobs(found: Parsed, data: bytes, budget: Budget) -> list[bytes]:
    blobs: list[bytes] = []
    at = data.find(STORE)
    while at >= 0:
        budget.check_time()
        if len(blobs) >= MAX_FILES:
            found.problems.append(Problem(gap="members"))
            break
        start = at + HEADER
        if at + 24 > len(data):
            found.problems.append(Problem(gap="damaged", detail="object end"))
            break
        (size,) = struct.unpack_from("<Q", data, at + 16)
        if size > len(data) - start:
            found.problems.append(Problem(gap="damaged", detail="object end"))
            size = max(0, len(data) - start)
        blob = data[start : start + size]
        budget.spend(len(blob))
        if blob:
            blobs.append(blob)
        at = data.find(STORE, start + size)
    return blobs


def _outside(data: bytes, blobs: list[bytes]) -> bytes:
    """Return the section without the embedded files, at most some megabytes of it."""
    pieces, at = [], 0
    for blob in blobs:
        start = data.find(STORE, at)
        if start < 0:
            break
        pieces.append(data[at:start])
        at = start + HEADER + len(blob)
    pieces.append(data[at:])
    return b"".join(pieces)[: 8 * 1024 * 1024]


def _names(data: bytes, blobs: list[bytes]) -> list[str]:
    """Return names with an ending, in order; those of pictures left out."""
    found: dict[str, None] = {}
    text = _outside(data, blobs)
    for match in _ENDING.finditer(text):
        ending = match[0].decode("utf-16-le")
        before = text[max(0, match.start() - 240) : match.start()]
        stem = _NAME.search(before[len(before) % 2 :].decode("utf-16-le", "replace"))
        if stem and ending.lower() not in _PICTURE_ENDINGS:
            found.setdefault((stem[0] + ending).strip())
        if len(found) >= MAX_FILES:
            break
    return list(found)


def _page_text(data: bytes, blobs: list[bytes]) -> str:
    """Return what may be text of pages: UTF-16 at even and at odd offsets, and plain."""
    rest = _outside(data, blobs)[: 4 * 1024 * 1024]
    return "\n".join(
        (rest.decode("utf-16-le", "replace"), rest[1:].decode("utf-16-le", "replace"), rest.decode("latin-1"))
    )
