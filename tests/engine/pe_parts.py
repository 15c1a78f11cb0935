"""Tables inside the self-made Windows programs: imports, exports, resources, version, signature."""

import hashlib
import struct
from collections.abc import Mapping, Sequence


def import_table(imports: Mapping[str, Sequence[str | int]], rva: int, *, plus: bool) -> bytes:
    """Return descriptors, lookup tables and names of an import directory that stands at `rva`."""
    width = 8 if plus else 4
    tables_at = 20 * (len(imports) + 1)
    names_at = tables_at + sum(2 * width * (len(f) + 1) for f in imports.values())
    descriptors, tables, names = b"", b"", b""
    for library, functions in imports.items():
        thunks = b""
        for function in functions:
            if isinstance(function, int):
                value = function | 1 << (8 * width - 1)
            else:
                value = rva + names_at + len(names)
                names += b"\0\0" + function.encode() + b"\0"
                names += bytes(len(names) % 2)
            thunks += value.to_bytes(width, "little")
        thunks += bytes(width)
        first = rva + tables_at + len(tables)
        descriptors += struct.pack("<5I", first, 0, 0, rva + names_at + len(names), first + len(thunks))
        names += library.encode() + b"\0"
        names += bytes(len(names) % 2)
        tables += thunks + thunks
    return descriptors + bytes(20) + tables + names


def export_table(names: Sequence[str], rva: int) -> bytes:
    """Return an export directory that stands at `rva`."""
    count = len(names)
    functions, pointers = rva + 40, rva + 40 + 4 * count
    ordinals, texts_at = pointers + 4 * count, pointers + 6 * count
    texts, where = b"self-made.dll\0", []
    for name in names:
        where.append(texts_at + len(texts))
        texts += name.encode() + b"\0"
    head = struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, texts_at, 1, count, count, functions, pointers, ordinals)
    return (
        head
        + struct.pack(f"<{count}I", *[0x1000] * count)
        + struct.pack(f"<{count}I", *where)
        + struct.pack(f"<{count}H", *range(count))
        + texts
    )


def resource_tree(resources: Sequence[tuple[int | str, int | str, bytes]], rva: int) -> bytes:
    """Return a resource section with one language for every resource; types and names by number or by text."""
    kinds: dict[int | str, list[tuple[int | str, bytes]]] = {}
    for kind, name, data in resources:
        kinds.setdefault(kind, []).append((name, data))
    root = 16 + 8 * len(kinds)
    level2 = dict.fromkeys(kinds, 0)
    at = root
    for kind, names in kinds.items():
        level2[kind] = at
        at += 16 + 8 * len(names)
    level3_at = at
    entries_at = level3_at + 24 * len(resources)
    texts_at = entries_at + 16 * len(resources)
    texts = b""

    def ident(label: int | str) -> int:
        nonlocal texts
        if isinstance(label, int):
            return label
        place = texts_at + len(texts)
        texts += struct.pack("<H", len(label)) + label.encode("utf-16-le")
        return place | 0x80000000

    top = _directory([(ident(kind), level2[kind] | 0x80000000) for kind in kinds])
    middle, low, number = b"", b"", 0
    for names in kinds.values():
        lines = []
        for name, _ in names:
            lines.append((ident(name), (level3_at + 24 * number) | 0x80000000))
            low += _directory([(1033, entries_at + 16 * number)])
            number += 1
        middle += _directory(lines)
    data_at = texts_at + len(texts) + (-(texts_at + len(texts)) % 16)
    entries, blob = b"", b""
    for names in kinds.values():
        for _, data in names:
            entries += struct.pack("<IIII", rva + data_at + len(blob), len(data), 0, 0)
            blob += data + bytes(-len(data) % 16)
    head = top + middle + low + entries + texts
    return head + bytes(data_at - len(head)) + blob


def _directory(lines: Sequence[tuple[int, int]]) -> bytes:
    named = sum(1 for ident, _ in lines if ident & 0x80000000)
    head = struct.pack("<IIHHHH", 0, 0, 0, 0, named, len(lines) - named)
    return head + b"".join(struct.pack("<II", *line) for line in lines)


def version_block(strings: Mapping[str, str]) -> bytes:
    """Return a VS_VERSIONINFO block with these texts."""
    inner = b"".join(_node(key, (value + "\0").encode("utf-16-le"), b"", text=True) for key, value in strings.items())
    table = _node("040904B0", b"", inner, text=True)
    fixed = struct.pack("<I", 0xFEEF04BD) + bytes(48)
    return _node("VS_VERSION_INFO", fixed, _node("StringFileInfo", b"", table, text=True))


def _node(key: str, value: bytes, inner: bytes, *, text: bool = False) -> bytes:
    head = key.encode("utf-16-le") + b"\0\0"
    head += bytes(-(6 + len(head)) % 4)
    value_padded = value + (bytes(-len(value) % 4) if inner else b"")
    length = 6 + len(head) + len(value_padded) + len(inner)
    size = len(value) // 2 if text else len(value)
    node = struct.pack("<HHH", length, size, int(text)) + head + value_padded + inner
    return node + bytes(-len(node) % 4)


def der(tag: int, *parts: bytes) -> bytes:
    """Return a DER value."""
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def oid(dots: str) -> bytes:
    """Return an object identifier."""
    first, second, *rest = map(int, dots.split("."))
    body = bytes([40 * first + second])
    for value in rest:
        piece = [value & 0x7F]
        while value := value >> 7:
            piece.append(value & 0x7F | 0x80)
        body += bytes(reversed(piece))
    return der(6, body)


def _name(text: str) -> bytes:
    return der(0x30, der(0x31, der(0x30, oid("2.5.4.3"), der(0x0C, text.encode()))))


def certificate(subject: str, issuer: str, serial: int = 7) -> bytes:
    """Return the shape of a certificate: names only, no key and no signature."""
    algorithm = der(0x30, oid("1.2.840.113549.1.1.11"))
    validity = der(0x30, der(0x17, b"240101000000Z"), der(0x17, b"340101000000Z"))
    body = der(0x30, der(0xA0, der(2, b"\x02")), der(2, bytes([serial])), algorithm, _name(issuer), validity,
               _name(subject), der(0x30))  # fmt: skip
    return der(0x30, body, algorithm, der(3, b"\0"))


def signature(digest: bytes, subject: str, issuer: str, *, padding: bytes = b"", time: bytes = b"") -> bytes:
    """Return a certificate table whose one signature states `digest`; no arithmetic stands behind it."""
    sha256 = der(0x30, oid("2.16.840.1.101.3.4.2.1"), der(5))
    indirect = der(0x30, oid("1.3.6.1.4.1.311.2.1.4"), der(0xA0, der(0x30,
        der(0x30, oid("1.3.6.1.4.1.311.2.1.15"), der(0x30)), der(0x30, sha256, der(4, digest)))))  # fmt: skip
    opus = der(0x30, oid("1.3.6.1.4.1.311.2.1.12"), der(0x31, der(0x30, der(0xA0, der(0x81, b"name")))))
    stamp = b""
    if time:
        signing_time = der(0x30, oid("1.2.840.113549.1.9.5"), der(0x31, der(0x17, time)))
        counter = der(
            0x30, der(2, b"\x01"), der(0x30, _name("Clock"), der(2, b"\x09")), sha256, der(0xA0, signing_time)
        )
        stamp = der(0xA1, der(0x30, oid("1.2.840.113549.1.9.6"), der(0x31, counter)))
    signer = der(0x30, der(2, b"\x01"), der(0x30, _name(issuer), der(2, b"\x07")), sha256, der(0xA0, opus),
                 der(0x30, oid("1.2.840.113549.1.1.1")), der(4, bytes(16)), stamp)  # fmt: skip
    data = der(
        0x30, der(2, b"\x01"), der(0x31, sha256), indirect, der(0xA0, certificate(subject, issuer)), der(0x31, signer)
    )
    body = der(0x30, oid("1.2.840.113549.1.7.2"), der(0xA0, data)) + padding
    body += bytes(-len(body) % 8)
    return struct.pack("<IHH", 8 + len(body), 0x200, 2) + body


def signed(plain: bytes, subject: str = "Honest Works", issuer: str = "Some Authority", **more: bytes) -> bytes:
    """Return a program of these builders with a signature that fits it."""
    size = len(signature(bytes(32), subject, issuer, **more))
    plain += bytes(-len(plain) % 8)
    optional = struct.unpack_from("<I", plain, 60)[0] + 24
    plus = plain[optional : optional + 2] == b"\x0b\x02"
    entry = optional + (112 if plus else 96) + 32
    checksum = optional + 64
    with_entry = plain[:entry] + struct.pack("<II", len(plain), size) + plain[entry + 8 :]
    digest = hashlib.sha256(with_entry[:checksum] + with_entry[checksum + 4 : entry] + with_entry[entry + 8 :]).digest()
    return with_entry + signature(digest, subject, issuer, **more)
