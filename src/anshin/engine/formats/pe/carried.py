"""Files that a program carries: programs in it, archives and scripts in its resources and behind its end."""

import base64
import binascii
import re
from collections.abc import Iterator

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent, SliceContent
from anshin.engine.formats.pe.program import Program
from anshin.engine.formats.pyinstaller import entries
from anshin.engine.names import safe_name, shortened
from anshin.engine.unpack.member import Found, Member, Problem

MAX_MEMBERS = 64
_ARCHIVES = (b"PK\x03\x04", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", b"MSCF\0\0\0\0", b"\x1f\x8b\x08", b"\xfd7zXZ\0",
             b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")  # fmt: skip
_SCRIPT = re.compile(
    rb"powershell|createobject|<script|<hta:|wscript\.|activexobject|@echo off|invoke-|start-process|#!/", re.IGNORECASE
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")
_PLAIN = frozenset({"icon", "cursor", "bitmap", "group_icon", "group_cursor", "dialog", "menu", "accelerator", "string",
                    "version", "manifest", "messagetable", "font", "fontdir"})  # fmt: skip


def carried(program: Program, budget: Budget) -> Found:
    """Yield the files inside, 64 at most, as they stand or decoded from base64."""
    data = program.image.data
    if program.overlay.kind == "pyinstaller":
        yield from entries(data, program.overlay, budget)
    whole = BytesContent(data)
    for count, (name, start, size) in enumerate(_all(program)):
        if count >= MAX_MEMBERS:
            yield Problem(gap="members")
            return
        budget.spend(size)
        yield Member(shortened(safe_name(name), 120), SliceContent(whole, start, start + size))
    at = program.marks.places.get("text_base64_program")
    run = _BASE64.match(_without_zeros(data, at)) if at is not None else None
    if run is not None:
        raw = _decoded(run[0])
        budget.spend(len(raw))
        if raw:
            yield Member("base64 program", BytesContent(raw))


def _all(program: Program) -> Iterator[tuple[str, int, int]]:
    """Yield name, place and size."""
    data = program.image.data
    for number, (at, size) in enumerate(program.embedded, 1):
        yield f"program {number}", at, size
    overlay = program.overlay
    if overlay.kind in {"7z", "rar", "cab", "gzip", "xz", "ole2", "pdf"}:
        yield f"overlay.{overlay.kind}", overlay.at, overlay.size
    elif overlay.kind == "7z-sfx":
        start = data.find(b"7z\xbc\xaf'\x1c", overlay.at)
        if start >= 0:
            yield "overlay.7z", start, overlay.at + overlay.size - start
    inside = [
        (f"{leaf.type} {leaf.name}", leaf.at, leaf.size) for leaf in program.resources.leaves if leaf.type not in _PLAIN
    ]
    inside += program.dotnet.resources if program.dotnet is not None else []
    for name, at, size in inside:
        head = data[at : at + min(size, 4096)]
        if head.startswith(_ARCHIVES) or (b"\0\0\0" not in head and _SCRIPT.search(head.replace(b"\0", b""))):
            yield f"resource {name}", at, min(size, len(data) - at)


def _without_zeros(data: bytes, at: int) -> bytes:
    piece = data[at : at + 32 * 1024 * 1024]
    return piece[::2] if piece[1:2] == b"\0" else piece


def _decoded(run: bytes) -> bytes:
    try:
        return base64.b64decode(run.rstrip(b"=")[: len(run.rstrip(b"=")) // 4 * 4], validate=True)
    except (binascii.Error, ValueError):
        return b""
