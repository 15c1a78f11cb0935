"""The .NET part of self-made programs: names of classes and methods, no code behind them."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_TABLES = (0, 1, 2, 6, 10, 26, 28, 32, 40)


@dataclass
class DotNet:
    """What the metadata shall name."""

    members: Sequence[str] = ()  # Name.Space.Class.Method of others
    types: Sequence[str] = ("Program",)
    methods: Sequence[str] = ("Main",)
    native: Sequence[tuple[str, str]] = ()  # library, function
    resources: Sequence[tuple[str, bytes]] = ()
    texts: Sequence[str] = ()

    def build(self, rva: int) -> bytes:
        """Return CLI header, metadata and resources that stand at `rva`."""
        metadata = self._metadata()
        metadata += bytes(-len(metadata) % 8)
        blob = b"".join(struct.pack("<I", len(d)) + d + bytes(-len(d) % 8) for _, d in self.resources)
        at = rva + 72
        head = struct.pack("<IHHIIII", 72, 2, 5, at, len(metadata), 1, 0x06000001)
        head += struct.pack("<II", at + len(metadata) if blob else 0, len(blob)) + bytes(40)
        return head + metadata + blob

    def _metadata(self) -> bytes:
        strings = bytearray(b"\0")

        def word(text: str) -> int:
            at = len(strings)
            strings.extend(text.encode() + b"\0")
            return at

        owners: dict[str, int] = {}
        references, members = b"", b""
        for member in self.members:
            owner, _, method = member.replace("..ctor", "\0ctor").rpartition(".")
            if "\0" in member.replace("..ctor", "\0"):
                owner, method = member[: -len("..ctor")], ".ctor"
            if owner not in owners:
                owners[owner] = len(owners) + 1
                space, _, name = owner.rpartition(".")
                references += struct.pack("<HHH", 0, word(name), word(space))
            members += struct.pack("<HHH", owners[owner] << 3 | 1, word(method), 0)
        types = b"".join(struct.pack("<IHHHHH", 0, word(t), 0, 0, 1, 1) for t in self.types)
        methods = b"".join(struct.pack("<IHHHHH", 0, 0, 0, word(m), 0, 1) for m in self.methods)
        modules = b"".join(struct.pack("<H", word(library)) for library, _ in self.native)
        maps = b"".join(struct.pack("<HHHH", 0, 3, word(f), n) for n, (_, f) in enumerate(self.native, 1))
        lines, at = b"", 0
        for name, data in self.resources:
            lines += struct.pack("<IIHH", at, 1, word(name), 0)
            at += 4 + len(data) + (-len(data) % 8)
        module = struct.pack("<HHHHH", 0, word("self-made.dll"), 1, 0, 0)
        assembly = struct.pack("<IHHHHIHHH", 0x8004, 1, 0, 0, 0, 0, 0, word("self-made"), 0)
        tables = {0: (module, 10), 1: (references, 6), 2: (types, 14), 6: (methods, 14), 10: (members, 6),
                  26: (modules, 2), 28: (maps, 8), 32: (assembly, 22), 40: (lines, 12)}  # fmt: skip
        present = [n for n in _TABLES if tables[n][0]]
        stream = struct.pack("<IBBBBQQ", 0, 2, 0, 0, 1, sum(1 << n for n in present), 0)
        stream += b"".join(struct.pack("<I", len(tables[n][0]) // tables[n][1]) for n in present)
        stream += b"".join(tables[n][0] for n in present)
        user = b"\0" + b"".join(_user(t) for t in self.texts)
        heaps = [
            (b"#~", stream),
            (b"#Strings", bytes(strings)),
            (b"#US", user),
            (b"#GUID", bytes(16)),
            (b"#Blob", b"\0"),
        ]
        return _root(heaps)


def _user(text: str) -> bytes:
    raw = text.encode("utf-16-le") + b"\0"
    return struct.pack(">H", len(raw) | 0x8000) + raw


def _root(heaps: Sequence[tuple[bytes, bytes]]) -> bytes:
    version = b"v4.0.30319\0\0"
    head = b"BSJB" + struct.pack("<HHII", 1, 1, 0, len(version)) + version + struct.pack("<HH", 0, len(heaps))
    lines = [(name + bytes(4 - len(name) % 4), data + bytes(-len(data) % 4)) for name, data in heaps]
    at = len(head) + sum(8 + len(name) for name, _ in lines)
    table, body = b"", b""
    for name, data in lines:
        table += struct.pack("<II", at + len(body), len(data)) + name
        body += data
    return head + table + body
