"""Self-made macro projects: modules compressed as Office does (without any repetition found), in an OLE2 container."""

import struct

from tests.engine.ole_samples import ole


def compressed(text: bytes) -> bytes:
    """Return the compressed container of [MS-OVBA] 2.4.1, all characters literal."""
    out = b"\x01"
    for at in range(0, max(1, len(text)), 3600):
        piece = text[at : at + 3600]
        body = b"".join(b"\0" + piece[n : n + 8] for n in range(0, len(piece), 8))
        out += struct.pack("<H", 0xB000 | (len(body) - 1)) + body
    return out


def directory(modules: dict[str, int]) -> bytes:
    """Return the stream `dir` for modules by name and offset of their source."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HI", kind, len(body)) + body

    raw = record(0x01, struct.pack("<I", 3)) + record(0x03, struct.pack("<H", 932)) + record(0x04, b"VBAProject")
    raw += struct.pack("<HIIH", 0x09, 4, 1, 2) + record(0x0F, struct.pack("<H", len(modules)))
    for name, offset in modules.items():
        raw += record(0x19, name.encode()) + record(0x1A, name.encode()) + record(0x31, struct.pack("<I", offset))
        raw += record(0x21, b"") + record(0x2B, b"")
    return compressed(raw + record(0x10, b""))


def project(
    modules: dict[str, str],
    *,
    caches: dict[str, bytes] | None = None,
    root: str = "Macros",
    identifiers: bytes = b"",
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """Return a document with macros; `caches` is the compiled code before each source."""
    caches = caches or {}
    streams = {
        f"{root}/VBA/{name}": caches.get(name, b"") + (compressed(text.encode("cp932")) if text else b"")
        for name, text in modules.items()
    }
    streams[f"{root}/VBA/dir"] = directory({name: len(caches.get(name, b"")) for name in modules})
    streams[f"{root}/VBA/_VBA_PROJECT"] = b"\xcc\x61" + identifiers
    streams[f"{root}/PROJECT"] = b'ID="{0}"\r\nDPB="0E0CD1ECDFF4E7F5E7F5E7"\r\n'
    return ole(streams | (extra or {}))


def literal(text: str) -> bytes:
    """Return the compiled form of a text constant."""
    return b"\xb9\0" + struct.pack("<H", len(text)) + text.encode()
