"""What a file is besides its main kind: programs that open it by its name look for other marks than its first bytes."""

import re

from anshin.engine.content import BytesContent

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MESSAGE = "__properties_version1.0".encode("utf-16-le")
"""The stream that every message of Outlook has."""
HEAD = 4096
TAIL = 64 * 1024
_TEXTUAL = re.compile(rb"[^\x00-\x08\x0e-\x1a\x1c-\x1f]{512}")
"""A beginning without control characters: text, whose kind is decided by its words elsewhere."""
_SCRIPT = (b"<hta:application", b"<script")
_TAG = re.compile(rb"<[sShH][cCtT][rRaA]")
"""What both begin with; one pass over bytes as they are takes a sixth of the time of lowering and two searches."""
_WINDOWS = (
    b"<hta:application",
    b"vbscript",
    b"activexobject",
    b"createobject",
    b"wscript",
    b"getobject(",
    b"powershell",
)
_APPS = {b"AndroidManifest.xml": "apk", b"META-INF/MANIFEST.MF": "jar"}
PICTURES = (b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"BM", b"\0\0\1\0")


def kinds(data: bytes) -> tuple[str, ...]:
    """Return the kinds whose readers would accept `data`, by the marks that those readers look for.

    A PDF reader looks within the first 1,024 bytes, a Java machine and Android at the end, and `mshta` everywhere; of
    files that are no text, the last is looked for where it costs little, at both ends.
    """
    found = []
    if data.startswith(PICTURES) and b"<?php" in data:
        found.append("php")
    if b"%PDF-" in data[:1024]:
        found.append("pdf")
    if data.startswith(OLE):
        # what Outlook opens as a message and Word as a document is read as both
        found.append("ole2")
        if MESSAGE in data:
            found.append("msg")
    if not data.startswith(b"PK"):
        found += _apps(data)
    if _runs_in_mshta(data):
        found.append("hta")
    return tuple(found)


def _apps(data: bytes) -> list[str]:
    """Return `apk` or `jar` where such an archive stands behind something else."""
    if b"PK\x05\x06" not in data[-66 * 1024 :]:
        return []
    from anshin.engine.unpack.zip_headers import CENTRAL, directories  # the unpackers ask for kinds themselves

    for directory in directories(BytesContent(data)):
        listed = data[directory.start : directory.start + min(directory.size, 1 << 20)]
        if listed.startswith(CENTRAL):
            return [kind for name, kind in _APPS.items() if name in listed][:1]
    return []


def _runs_in_mshta(data: bytes) -> bool:
    """Whether a script for Windows stands at one end of a file that is no text."""
    if _TEXTUAL.match(data):
        return False
    for piece in (data[:HEAD], data[-TAIL:] if len(data) > HEAD else b""):
        if not _TAG.search(piece):
            continue
        lower = piece.lower()
        start = min((at for at in map(lower.find, _SCRIPT) if at >= 0), default=-1)
        if start >= 0 and any(word in lower[start:] for word in _WINDOWS):
            return True
    return False
