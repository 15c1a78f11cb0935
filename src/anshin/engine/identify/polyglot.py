"""What a file is besides its main kind: programs that open it by its name look for other marks than its first bytes."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MESSAGE = "__properties_version1.0".encode("utf-16-le")
"""The stream that every message of Outlook has."""


def kinds(data: bytes) -> tuple[str, ...]:
    """Return the kinds whose readers would accept `data`, by the marks that those readers look for."""
    found = []
    if b"%PDF-" in data[:1024]:
        found.append("pdf")
    if data.startswith(OLE):
        # what Outlook opens as a message and Word as a document is read as both
        found.append("ole2")
        if MESSAGE in data:
            found.append("msg")
    return tuple(found)
