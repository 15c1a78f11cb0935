"""Self-made OLE2 containers: as many storages and streams as a test wants, all in one plain layout."""

import struct

END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def ole(streams: dict[str, bytes], *, clsids: dict[str, str] | None = None) -> bytes:
    """Return a container with these streams ("Storage/Stream": data); `clsids` by path, "" being the root's."""
    clsids = clsids or {}
    paths: list[str] = [""]
    for path in streams:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            part = "/".join(parts[:depth])
            if part not in paths:
                paths.append(part)
    mini, big = b"", b""
    minifat: list[int] = []
    fat: list[int] = []
    place: dict[str, int] = {}

    def put(data: bytes) -> int:
        nonlocal big
        first, count = len(fat), max(1, -(-len(data) // 512))
        fat.extend([*range(first + 1, first + count), END])
        big += data.ljust(count * 512, b"\0")
        return first

    for path, data in streams.items():
        if len(data) >= 4096:
            place[path] = put(data)
        elif data:
            first, count = len(minifat), -(-len(data) // 64)
            minifat.extend([*range(first + 1, first + count), END])
            mini += data.ljust(count * 64, b"\0")
            place[path] = first
        else:
            place[path] = END
    place[""] = put(mini) if mini else END
    table = struct.pack(f"<{len(minifat)}I", *minifat)
    minifat_at = put(table.ljust(-(-len(table) // 512) * 512, b"\xff")) if table else END
    directory = b"".join(_row(p, paths, streams, place, clsids, len(mini)) for p in paths)
    directory_at = put(directory)
    count = 1
    while len(fat) + count > count * 128:
        count += 1
    table_at = len(fat)
    fat.extend([TABLE] * count)
    raw = struct.pack(f"<{len(fat)}I", *fat).ljust(count * 512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIII", 0, count, directory_at, 0, 4096)
    header += struct.pack("<IIII", minifat_at, -(-len(table) // 512), END, 0)
    header += struct.pack("<109I", *range(table_at, table_at + count), *[FREE] * (109 - count))
    return header + big + raw


def _row(
    path: str, paths: list[str], streams: dict[str, bytes], place: dict[str, int], clsids: dict[str, str], mini: int
) -> bytes:
    kind = 5 if not path else (2 if path in streams else 1)
    name = ("Root Entry" if not path else path.rpartition("/")[2]).encode("utf-16-le") + b"\0\0"
    inside = [p for p in paths if p and p.rpartition("/")[0] == path] if kind != 2 else []
    siblings = [p for p in paths if p and p.rpartition("/")[0] == path.rpartition("/")[0]] if path else []
    after = siblings.index(path) + 1 if path else 0
    right = paths.index(siblings[after]) if path and after < len(siblings) else FREE
    child = paths.index(inside[0]) if inside else FREE
    size = mini if not path else len(streams.get(path, b""))
    row = name.ljust(64, b"\0") + struct.pack("<HBBIII", len(name), kind, 1, FREE, right, child)
    row += _clsid(clsids.get(path, "")) + bytes(4 + 16)
    return row + struct.pack("<II", place.get(path, END if kind == 5 else 0), size) + bytes(4)


def _clsid(text: str) -> bytes:
    if not text:
        return bytes(16)
    a, b, c, d, e = text.split("-")
    return struct.pack("<IHH", int(a, 16), int(b, 16), int(c, 16)) + bytes.fromhex(d + e)
