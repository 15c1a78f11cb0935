"""Builds Java classes that cannot run: a constant pool and nothing else."""

import struct

from tests.engine.samples import zipped


def java_class(*texts: str, calls: tuple[tuple[str, str], ...] = (), name: str = "a/B", version: int = 52) -> bytes:
    """Return a class that names `texts` as strings and `calls` as methods (class, name) of others."""
    pool: list[bytes] = []

    def add(entry: bytes) -> int:
        pool.append(entry)
        return len(pool)

    def text(value: str) -> int:
        raw = value.encode()
        return add(struct.pack(">BH", 1, len(raw)) + raw)

    def class_of(value: str) -> int:
        return add(struct.pack(">BH", 7, text(value)))

    this, parent = class_of(name), class_of("java/lang/Object")
    for one in texts:
        add(struct.pack(">BH", 8, text(one)))
    for owner, method in calls:
        pair = add(struct.pack(">BHH", 12, text(method), text("()V")))
        add(struct.pack(">BHH", 10, class_of(owner), pair))
    head = b"\xca\xfe\xba\xbe" + struct.pack(">HHH", 0, version, len(pool) + 1)
    return head + b"".join(pool) + struct.pack(">HHHHHHH", 0x21, this, parent, 0, 0, 0, 0)


def jar(*classes: bytes, fields: str = "", names: tuple[str, ...] = (), **files: bytes) -> bytes:
    """Return an archive; keyword names have `_0_` for a dot and `__` for `/`."""
    members = {"META-INF/MANIFEST.MF": f"Manifest-Version: 1.0\r\n{fields}".encode()}
    for number, one in enumerate(classes):
        members[names[number] if names else f"a/C{number}ass.class"] = one
    return zipped(members | {n.replace("__", "/").replace("_0_", "."): data for n, data in files.items()})
