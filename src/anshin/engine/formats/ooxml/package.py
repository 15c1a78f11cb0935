"""The parts of a package, read on demand from the ZIP around them.

Not the library zipfile: it refuses the archives that Office repairs and opens. The headers are read by `unpack`.
"""

import zlib
from dataclasses import dataclass, field

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.unpack.zip_headers import Entry, Headers, directories, headers

MAX_PARTS = 20_000
LARGEST = 64 * 1024 * 1024
STEP = 4 * 1024 * 1024


@dataclass(slots=True)
class Package:
    """Names of parts and how to read them."""

    content: BytesContent
    headers: Headers
    budget: Budget
    parts: dict[str, Entry] = field(default_factory=dict)  # by name without the first slash, lower case
    twice: list[str] = field(default_factory=list)
    odd_slashes: bool = False

    def read(self, name: str, limit: int = LARGEST) -> bytes:
        """Return a part, at most `limit` bytes; nothing where there is none that can be read. Raises `LimitHit`."""
        entry = self.parts.get(name.lower())
        local = self.headers.local(entry.header) if entry else None
        if entry is None or local is None or entry.encrypted:
            return b""
        start = local[1]
        if entry.method == 0:
            return self.content.read(start, entry.packed or self.content.size - start)[:limit]
        if entry.method != 8:
            return b""
        whole = self.headers.tried(start, entry.packed)
        if whole is not None:
            self.budget.spend(min(limit, len(whole)))
            return whole[:limit]
        raw = self.content.read(start, entry.packed or self.content.size - start)
        machine, out = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
        try:
            while raw and len(out) < limit and not machine.eof:
                piece = machine.decompress(raw, min(STEP, limit - len(out)))
                self.budget.spend(len(piece))
                out += piece
                raw = machine.unconsumed_tail
        except zlib.error:
            pass  # the unpacker reports the damage; what came out before it is looked at here
        return bytes(out)


def open_package(data: bytes, budget: Budget) -> Package:
    """Return the package in `data`; without parts where there is no ZIP directory."""
    content = BytesContent(data)
    package = Package(content, headers(content, budget), budget)
    for directory in directories(package.content):
        entries, _ = package.headers.central(directory, MAX_PARTS)
        for entry in entries:
            if entry.name.endswith("/"):
                continue
            package.odd_slashes = package.odd_slashes or "\\" in entry.name
            name = entry.name.replace("\\", "/").lstrip("/").lower()
            if name in package.parts:
                package.twice.append(name)
            else:
                package.parts[name] = entry
        if package.parts:
            break
    return package
