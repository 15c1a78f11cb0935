"""Entries of a ZIP held in memory, for formats that must see several of them at once (an app, a Java archive).

The unpacker judges every entry on its own; here only those are opened that tell what the whole is, and they are opened
as Android and Java do, which overlook much of what a header says.
"""

import zlib
from typing import NamedTuple

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.unpack.zip_headers import Entry, directories, headers

MOST_ENTRIES = 20_000


class Packed(NamedTuple):
    """An entry of the directory, its local header, and where its data begins."""

    entry: Entry
    local: Entry
    at: int

    @property
    def name(self) -> str:
        """The name in the directory."""
        return self.entry.name

    @property
    def contradicts(self) -> bool:
        """Whether the headers disagree on what a reader needs, or name what Android knows not: a password, a method."""
        one, two = self.entry, self.local
        return (
            one.method != two.method
            or one.name != two.name
            or one.encrypted != two.encrypted
            or one.encrypted
            or one.method not in {0, 8}
        )


def entries(data: bytes, budget: Budget) -> list[Packed]:
    """Return the entries of the last directory that can be read; none where there is none."""
    content = BytesContent(data)
    archive = headers(content, budget)
    for directory in directories(content):
        listed, _ = archive.central(directory, MOST_ENTRIES)
        found = []
        for entry in listed:
            local = archive.local(entry.header)
            if local is not None and not entry.name.endswith("/"):
                found.append(Packed(entry, local[0], local[1]))
        if found:
            return found
    return []


def body(data: bytes, one: Packed, budget: Budget, longest: int) -> bytes:
    """Return the content of an entry, `longest` bytes at most, whatever its flags and method say.

    Android inflates an entry whose method is 8 and takes any other as stored; a method that lies is looked through by
    trying to inflate.
    """
    size = one.entry.packed or one.local.packed
    whole = headers(BytesContent(data), budget).tried(one.at, size) if one.entry.method else None
    if whole is None:
        piece = data[one.at : one.at + size] if size else data[one.at :]
        whole = _inflated(piece, longest) if one.entry.method else None
        if whole is None:
            whole = piece[: min(longest, one.entry.unpacked or longest)]
    out = whole[:longest]
    budget.spend(len(out))
    return out


def _inflated(piece: bytes, longest: int) -> bytes | None:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return machine.decompress(piece, longest) or None
    except zlib.error:
        return None
