"""Edits of PDF documents that a reader does not show."""

import random

from anshin.training.evaluate.evasion.edit import Edit, honest_piece


def trailing(data: bytes, chance: random.Random, honest: bytes) -> bytes:
    """Append honest objects: readers look for the last `startxref` in the last kilobyte, so it is kept there."""
    tail = data[-1024:] if b"startxref" in data[-1024:] else b"\nstartxref\n0\n%%EOF\n"
    return data + _objects(honest, chance, 40) + tail


def leading(data: bytes, chance: random.Random, honest: bytes) -> bytes | None:
    """Put honest comments before the first object: readers that rebuild the table do not mind the moved offsets."""
    at = data.find(b"\n", data.find(b"%PDF-"))
    if at < 0:
        return None
    lines = honest_piece(honest, chance, 4096).replace(b"\n", b" ").replace(b"\r", b" ")
    block = b"".join(b"%" + lines[n : n + 76] + b"\n" for n in range(0, len(lines), 76))
    return data[: at + 1] + block + data[at + 1 :]


def metadata(data: bytes, chance: random.Random, honest: bytes) -> bytes:
    """Append document properties as an honest program writes them."""
    info = b"\n9901 0 obj\n<</Title (Report)/Author (Office)/Creator (Writer)/Producer (LibreOffice 7.4)>>\nendobj\n"
    tail = data[-1024:] if b"startxref" in data[-1024:] else b"\nstartxref\n0\n%%EOF\n"
    return data + info + _objects(honest, chance, 4) + tail


def _objects(honest: bytes, chance: random.Random, count: int) -> bytes:
    """Return page content streams of honest text under numbers that the document does not use."""
    out = []
    for number in range(9000, 9000 + count):
        text = honest_piece(honest, chance, 600).replace(b"(", b" ").replace(b")", b" ").replace(b"\\", b" ")
        body = b"BT /F1 12 Tf 72 712 Td (" + text + b") Tj ET"
        out.append(b"\n%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(body), body))
    return b"".join(out)


EDITS = (Edit("honest objects", trailing), Edit("honest comments", leading), Edit("properties", metadata))
