"""What a file is besides its main kind: programs that open it by its name look for other marks than its first bytes."""

import re

PICTURES = (b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"BM", b"\0\0\1\0")
_PAGE = re.compile(
    rb"<hta:application|<script\s+(?:language|type)\s*=\s*[\"']?(?:vbscript|jscript|text/vbscript)", re.IGNORECASE
)


def kinds(data: bytes) -> tuple[str, ...]:
    """Return the kinds whose readers would accept `data`, by the marks that those readers look for."""
    found = []
    if data.startswith(PICTURES):
        if b"<?php" in data:
            found.append("php")
        if _PAGE.search(data):
            found.append("hta")
    if b"%PDF-" in data[:1024]:
        found.append("pdf")
    return tuple(found)
