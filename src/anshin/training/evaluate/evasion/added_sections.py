"""Edits that give a Windows program one more section, which nothing in it refers to, or which its imports move into.

Only where there is room for the header and nothing stands behind the last section: a program that finds its own data at
the end of its file (an installer) would no longer do what it did, and a signed one would lose its signature.
"""

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from anshin.training.evaluate.evasion.edit import honest_piece

READ, READ_WRITE = 0x40000040, 0xC0000040
SIGNED, BOUND = 4, 11
"""Data directories of what does not outlive the edit: a signature, imports that are bound beforehand."""
HARMLESS = (
    "GetTickCount", "GetVersion", "GetCurrentProcessId", "GetCurrentThreadId", "GetLastError", "GetACP", "GetOEMCP",
    "GetCommandLineA", "GetStartupInfoA", "IsDebuggerPresent", "GetSystemTimeAsFileTime", "QueryPerformanceCounter",
)  # fmt: skip
"""Functions of kernel32.dll that every Windows has; they are bound by the loader and never called."""


@dataclass(frozen=True, slots=True)
class _Layout:
    at: int  # of the PE header
    optional: int
    plus: bool
    table: int  # of the sections
    sections: tuple[tuple[int, int, int, int], ...]  # size, address, size in the file, place in the file
    alignment: int
    file_alignment: int
    directories: int


def new_section(data: bytes, chance: random.Random, honest: bytes) -> bytes | None:
    """Add a section of honest bytes: the loader maps it, and nothing reads it."""
    return _with_section(data, b".rodata", READ, lambda _: honest_piece(honest, chance, 32 * 1024))


def more_imports(data: bytes, _chance: random.Random, _honest: bytes) -> bytes | None:
    """Move the table of imports into a new section and add harmless functions; those that were there stay in place."""
    layout = _layout(data)
    if layout is None:
        return None
    entry = layout.directories + 8
    (rva,) = struct.unpack_from("<I", data, entry)
    old = list(_descriptors(data, layout, rva)) if rva else []
    if not old:
        return None
    edited = _with_section(data, b".idata2", READ_WRITE, lambda address: _imports(old, address, plus=layout.plus))
    if edited is None:
        return None
    out = bytearray(edited)
    struct.pack_into("<II", out, entry, _end(layout), 20 * (len(old) + 2))
    return bytes(out)


def _imports(old: list[bytes], address: int, *, plus: bool) -> bytes:
    """Return the old descriptors, one for kernel32.dll, two tables of functions, and the names."""
    width, code = (8, "<Q") if plus else (4, "<I")
    lookup = 20 * (len(old) + 2)
    size = width * (len(HARMLESS) + 1)
    place = lookup + 2 * size
    names, entries = b"", b""
    for name in HARMLESS:
        entries += struct.pack(code, address + place + len(names))
        names += b"\0\0" + name.encode() + b"\0" * (2 - len(name) % 2)  # each begins at an even place
    entries += bytes(width)
    library = place + len(names)
    mine = struct.pack("<5I", address + lookup, 0, 0, address + library, address + lookup + size)
    return b"".join([*old, mine, bytes(20), entries, entries, names, b"KERNEL32.dll\0"])


def _descriptors(data: bytes, layout: _Layout, rva: int) -> Iterator[bytes]:
    for number in range(512):
        at = _offset(layout, rva + 20 * number)
        line = data[at : at + 20] if at is not None else b""
        if len(line) < 20 or not any(line):
            return
        yield line


def _offset(layout: _Layout, rva: int) -> int | None:
    for _, address, raw, start in layout.sections:
        if address <= rva < address + raw:
            return start + rva - address
    return None


def _end(layout: _Layout) -> int:
    """Return the address behind the last section, where the next one begins."""
    last = max(address + max(size, raw) for size, address, raw, _ in layout.sections)
    return -(-last // layout.alignment) * layout.alignment


def _with_section(data: bytes, name: bytes, flags: int, content: Callable[[int], bytes]) -> bytes | None:
    layout = _layout(data)
    if layout is None:
        return None
    count = len(layout.sections)
    line = layout.table + 40 * count
    files = [start for _, _, raw, start in layout.sections if raw]
    tail = max((start + raw for _, _, raw, start in layout.sections), default=0)
    (headers,) = struct.unpack_from("<I", data, layout.optional + 60)
    if not files or line + 40 > min(*files, headers) or any(data[line : line + 40]) or len(data) != tail:
        return None
    address = _end(layout)
    body = content(address)
    size = -(-len(body) // layout.file_alignment) * layout.file_alignment
    start = -(-len(data) // layout.file_alignment) * layout.file_alignment
    out = bytearray(data.ljust(start, b"\0") + body.ljust(size, b"\0"))
    struct.pack_into("<8sIIIIIIHHI", out, line, name, len(body), address, size, start, 0, 0, 0, 0, flags)
    struct.pack_into("<H", out, layout.at + 6, count + 1)
    whole = -(-(address + len(body)) // layout.alignment) * layout.alignment
    struct.pack_into("<I", out, layout.optional + 56, whole)
    return bytes(out)


def _layout(data: bytes) -> _Layout | None:
    """Return where things stand; None for what is no program, is signed, or is built in an unusual way."""
    if len(data) < 0x40 or data[:2] != b"MZ":
        return None
    (at,) = struct.unpack_from("<I", data, 0x3C)
    if data[at : at + 4] != b"PE\0\0" or at + 24 + 240 > len(data):
        return None
    count, size = struct.unpack_from("<H", data, at + 6)[0], struct.unpack_from("<H", data, at + 20)[0]
    optional, table = at + 24, at + 24 + size
    (magic,) = struct.unpack_from("<H", data, optional)
    alignment, file_alignment = struct.unpack_from("<II", data, optional + 32)
    if magic not in {0x10B, 0x20B} or alignment < 0x1000 or not 0x200 <= file_alignment <= 0x1000:
        return None
    directories = optional + (112 if magic == 0x20B else 96)
    (known,) = struct.unpack_from("<I", data, directories - 4)
    present = [struct.unpack_from("<I", data, directories + 8 * n)[0] for n in (SIGNED, BOUND)]
    if known < 16 or any(present) or not 0 < count < 90 or table + 40 * count > len(data):
        return None
    sections = tuple(struct.unpack_from("<IIII", data, table + 40 * n + 8) for n in range(count))
    return _Layout(at, optional, magic == 0x20B, table, sections, alignment, file_alignment, directories)
