"""What a file is besides its main kind: programs that open it by its name look for other marks than its first bytes."""


def kinds(data: bytes) -> tuple[str, ...]:
    """Return the kinds whose readers would accept `data`, by the marks that those readers look for."""
    found = []
    if b"%PDF-" in data[:1024]:
        found.append("pdf")
    return tuple(found)
