"""The export table: what a library offers to others."""

import struct
from dataclasses import dataclass

from anshin.engine.budget import Budget
from anshin.engine.formats.pe.image import EXPORT, Image

MAX_EXPORTS = 2048


@dataclass(frozen=True, slots=True)
class Exports:
    """Name of the library as it was built, names offered, functions offered, how many are forwarded elsewhere."""

    library: str = ""
    names: tuple[str, ...] = ()
    count: int = 0
    forwarded: int = 0


def read_exports(image: Image, budget: Budget) -> Exports:
    """Return the exports, 2,048 names at most; nothing where there is no table."""
    rva, size = image.directory(EXPORT)
    head = image.read(rva, 40) if rva else b""
    if len(head) < 40:
        return Exports()
    library, _, count, named, functions, names, _ = struct.unpack_from("<7I", head, 12)
    found = []
    for (at,) in struct.iter_unpack("<I", _whole(image.read(names, 4 * min(named, MAX_EXPORTS)))):
        text = image.text(at)
        if text:
            found.append(text.decode("latin-1"))
        if len(found) % 512 == 0:
            budget.check_time()
    addresses = struct.iter_unpack("<I", _whole(image.read(functions, 4 * min(count, MAX_EXPORTS))))
    forwarded = sum(rva <= a < rva + size for (a,) in addresses)
    return Exports(image.text(library, 256).decode("latin-1"), tuple(found), count, forwarded)


def _whole(raw: bytes) -> bytes:
    return raw[: len(raw) // 4 * 4]
