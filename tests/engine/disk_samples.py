"""Disks made at run time: small volumes of FAT and NTFS, tables of partitions, and the virtual disks around them."""

import struct

SECTOR = 512


def fat(members: dict[str, bytes], *, hidden: frozenset[str] = frozenset()) -> bytes:
    """Return a FAT12 volume of 512 clusters of one sector; names become long names, a folder is allowed once."""
    folders = sorted({n.partition("/")[0] for n in members if "/" in n})
    table = [0xFF8, 0xFFF]
    data = b""

    def store(body: bytes) -> int:
        nonlocal data
        count = max(1, -(-len(body) // SECTOR))
        first = len(table)
        table.extend([first + n + 1 for n in range(count - 1)] + [0xFFF])
        data += body.ljust(count * SECTOR, b"\0")
        return first if body else 0

    rows = {"": b"", **dict.fromkeys(folders, b"")}
    for number, (name, body) in enumerate(members.items()):
        folder, _, label = name.rpartition("/")
        rows[folder] += _long(label, number) + _row(
            b"F%07d" % number, 0x22 if name in hidden else 0x20, store(body), len(body)
        )
    for number, folder in enumerate(folders):
        place = store(rows[folder])
        rows[""] += _long(folder, 900 + number) + _row(b"D%07d" % number, 0x10, place, 0)
    packed = b""
    for n in range(0, 1024, 2):
        a, b = (table[n + i] if n + i < len(table) else 0 for i in (0, 1))
        packed += bytes([a & 255, a >> 8 | (b & 15) << 4, b >> 4])
    packed = packed.ljust(4 * SECTOR, b"\0")[: 4 * SECTOR]
    total = 1 + 4 + 4 + 1024
    boot = b"\xeb\x3c\x90MSDOS5.0" + struct.pack("<HBHBHHBHHHII", SECTOR, 1, 1, 1, 64, total, 0xF8, 4, 1, 1, 0, 0)
    boot = (boot.ljust(54, b"\0") + b"FAT12   ").ljust(510, b"\0") + b"\x55\xaa"
    out = boot + packed + rows[""].ljust(4 * SECTOR, b"\0") + data
    return out.ljust(total * SECTOR, b"\0")


def _row(short: bytes, attributes: int, cluster: int, size: int) -> bytes:
    return short.ljust(11) + bytes([attributes]) + bytes(8) + struct.pack("<H4xHI", 0, cluster, size)


def _long(name: str, _: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    pieces = [raw[i : i + 26].ljust(26, b"\xff") for i in range(0, len(raw), 26)]
    out = b""
    for n, piece in reversed(list(enumerate(pieces, 1))):
        order = n | (0x40 if n == len(pieces) else 0)
        out += bytes([order]) + piece[:10] + b"\x0f\0\0" + piece[10:22] + b"\0\0" + piece[22:]
    return out


def ntfs(members: dict[str, bytes], *, hidden: frozenset[str] = frozenset(), packed: bool = False) -> bytes:
    """Return an NTFS volume with clusters of one sector; small files lie in the table, `name:stream` is a stream."""
    cluster = SECTOR
    count = 24 + len(members)
    table_at = 8
    data = b""
    data_at = table_at + 2 * count
    records = {0: _record([_nonresident(0x80, "", table_at, 2 * count, 1024 * count)], 1)}
    files: dict[str, list[bytes]] = {}
    for name, body in members.items():
        base, _, stream = name.partition(":")
        attributes = files.setdefault(base, [_name(base, 5, hidden=base in hidden)])
        if len(body) <= 200:
            attributes.append(_resident(0x80, stream, body))
        else:
            clusters = -(-len(body) // cluster)
            place = data_at + len(data) // cluster
            attributes.append(_nonresident(0x80, stream, place, clusters, len(body), 1 if packed else 0))
            data += body.ljust(clusters * cluster, b"\0")
    for number, attributes in enumerate(files.values(), 24):
        records[number] = _record(attributes, 1)
    table = b"".join(records.get(n, bytes(1024)) for n in range(count))
    boot = b"\xeb\x52\x90NTFS    " + struct.pack("<HB", SECTOR, 1) + bytes(26)
    boot += struct.pack("<QQQb3xb", 0, table_at, table_at, -10, 1)
    out = boot.ljust(510, b"\0") + b"\x55\xaa" + bytes((table_at - 1) * cluster) + table + data
    return out.ljust(max(len(out), 65536), b"\0")


def _record(attributes: list[bytes], flags: int) -> bytes:
    body = b"".join(attributes) + b"\xff\xff\xff\xff"
    head = b"FILE" + struct.pack("<HHQHHHHIIQ", 48, 3, 0, 1, 1, 56, flags, 56 + len(body), 1024, 0)
    out = bytearray((head.ljust(48, b"\0") + bytes(8) + body).ljust(1024, b"\0"))
    out[48:50] = b"\7\7"
    for n in (1, 2):
        out[48 + 2 * n : 50 + 2 * n] = out[512 * n - 2 : 512 * n]
        out[512 * n - 2 : 512 * n] = b"\7\7"
    return bytes(out)


def _resident(kind: int, name: str, body: bytes) -> bytes:
    raw = name.encode("utf-16-le")
    at = -(-(24 + len(raw)) // 8) * 8
    length = -(-(at + len(body)) // 8) * 8
    head = struct.pack("<IIBBHHHIH", kind, length, 0, len(name), 24, 0, 0, len(body), at) + b"\0\0"
    return (head + raw).ljust(at, b"\0") + body.ljust(length - at, b"\0")


def _nonresident(kind: int, name: str, place: int, clusters: int, size: int, flags: int = 0) -> bytes:
    raw = name.encode("utf-16-le")
    at = 64 + len(raw)
    runs = b"\x44" + struct.pack("<Ii", clusters, place) + b"\0"
    length = -(-(at + len(runs)) // 8) * 8
    head = struct.pack("<IIBBHHH", kind, length, 1, len(name), 64, flags, 0)
    head += struct.pack("<QQHHIQQQ", 0, clusters - 1, at, 0, 0, clusters * SECTOR, size, size)
    return (head + raw + runs).ljust(length, b"\0")


def _name(name: str, parent: int, *, hidden: bool) -> bytes:
    body = struct.pack("<Q", parent) + bytes(48) + struct.pack("<I", 2 if hidden else 0x20) + bytes(4)
    return _resident(0x30, "", body + bytes([len(name), 1]) + name.encode("utf-16-le"))


def mbr(*volumes: bytes) -> bytes:
    """Return a disk with the old table."""
    rows, body, at = b"", b"", 8
    for volume in volumes:
        rows += bytes(4) + b"\x07\0\0\0" + struct.pack("<II", at, len(volume) // SECTOR)
        body += volume
        at += len(volume) // SECTOR
    return (bytes(446) + rows.ljust(64, b"\0") + b"\x55\xaa").ljust(8 * SECTOR, b"\0") + body


def gpt(*volumes: bytes) -> bytes:
    """Return a disk with the new table."""
    rows, body, at = b"", b"", 64
    for volume in volumes:
        rows += b"\1" * 32 + struct.pack("<QQ", at, at + len(volume) // SECTOR - 1) + bytes(80)
        body += volume
        at += len(volume) // SECTOR
    guard = bytes(446) + bytes(4) + b"\xee\0\0\0" + struct.pack("<II", 1, 0xFFFFFFFF) + bytes(48) + b"\x55\xaa"
    head = b"EFI PART".ljust(72, b"\0") + struct.pack("<QII", 2, len(volumes), 128)
    return guard + head.ljust(SECTOR, b"\0") + rows.ljust(62 * SECTOR, b"\0") + body


def vhd(disk: bytes, *, dynamic: bool = False) -> bytes:
    """Return a virtual disk; a dynamic one leaves out blocks of zeros."""
    kind, at = (3, 512) if dynamic else (2, 0xFFFFFFFFFFFFFFFF)
    footer = b"conectix" + bytes(8) + struct.pack(">Q", at) + bytes(24) + struct.pack(">Q4xI", len(disk), kind)
    footer = footer.ljust(512, b"\0")
    if not dynamic:
        return disk + footer
    block = 64 * 1024
    blocks = [disk[i : i + block] for i in range(0, len(disk), block)]
    place, table, body = 8, b"", b""
    for piece in blocks:
        if not any(piece):
            table += b"\xff" * 4
            continue
        table += struct.pack(">I", place + len(body) // 512)
        body += b"\xff" * 512 + piece.ljust(block, b"\0")
    header = b"cxsparse" + b"\xff" * 8 + struct.pack(">QIII", 1536, 0, len(blocks), block)
    return footer + header.ljust(1024, b"\0") + table.ljust(place * 512 - 1536, b"\0") + body + footer


def vhdx(disk: bytes, *, parent: bool = False) -> bytes:
    """Return a virtual disk of the new kind, with blocks of a megabyte."""
    mega = 1 << 20
    keys = [bytes.fromhex(k) for k in ("6677c22d23f600429d64115e9bfd4a08", "06a27c8b90479a4bb8fe575f050f886e")]
    regions = b"regi" + bytes(4) + struct.pack("<II", 2, 0)
    regions += keys[0] + struct.pack("<QII", 2 * mega, mega, 1) + keys[1] + struct.pack("<QII", mega, mega, 1)
    items = {
        "3767a1ca36fa434db3b633f0aa44e76b": struct.pack("<II", mega, 2 if parent else 0),
        "2442a52f1bcd7648b2115dbed83bf4b8": struct.pack("<Q", len(disk)),
        "1dbf41816fa90947ba47f233a8faab5f": struct.pack("<II", 512, 0),
    }
    metadata, values = b"metadata" + struct.pack("<HH", 0, len(items)) + bytes(20), b""
    for key, value in items.items():
        metadata += bytes.fromhex(key) + struct.pack("<III", 65536 + len(values), len(value), 0) + bytes(4)
        values += value
    blocks = [disk[i : i + mega].ljust(mega, b"\0") for i in range(0, len(disk), mega)]
    table = b"".join(struct.pack("<Q", (3 + n) * mega | 6) for n in range(len(blocks)))
    out = b"vhdxfile".ljust(192 * 1024, b"\0") + regions
    out = out.ljust(mega, b"\0") + (metadata.ljust(65536, b"\0") + values)
    return out.ljust(2 * mega, b"\0") + table.ljust(mega, b"\0") + b"".join(blocks)
