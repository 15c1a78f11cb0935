"""Builds apps that cannot run: a binary manifest, byte code that is a table of names, and what else is asked for."""

import struct
import zlib

from tests.engine.samples import zipped

_IDS = {
    "name": 0x01010003, "permission": 0x01010006, "minSdkVersion": 0x0101020C, "targetSdkVersion": 0x01010270,
    "priority": 0x0101001C, "debuggable": 0x0101000F,
}  # fmt: skip
Node = tuple[str, dict[str, "str | int"], list["Node"]]


def axml(root: Node, *, kind: int = 3, claimed: int | None = None, utf8: bool = False) -> bytes:
    """Return binary XML; `kind` and `claimed` (number of strings) are lies for the tests."""
    strings = list(_IDS)
    events: list[tuple[int, str, dict[str, str | int]]] = []

    def walk(node: Node) -> None:
        tag, given, inner = node
        events.append((0x0102, tag, given))
        for text in (tag, *given, *(v for v in given.values() if isinstance(v, str))):
            if text not in strings:
                strings.append(text)
        for one in inner:
            walk(one)
        events.append((0x0103, tag, {}))

    walk(root)
    body = b""
    for what, tag, given in events:
        rest = struct.pack("<II", 0xFFFFFFFF, strings.index(tag))
        if what == 0x0102:
            rest += struct.pack("<6H", 20, 20, len(given), 0, 0, 0)
            for key, value in given.items():
                number = strings.index(value) if isinstance(value, str) else value & 0xFFFFFFFF
                raw = number if isinstance(value, str) else 0xFFFFFFFF
                form = 3 if isinstance(value, str) else 0x10
                rest += struct.pack("<IIIHBBI", 0xFFFFFFFF, strings.index(key), raw, 8, 0, form, number)
        body += struct.pack("<HHIII", what, 16, 16 + len(rest), 1, 0xFFFFFFFF) + rest
    offsets, pool = b"", b""
    for text in strings:
        offsets += struct.pack("<I", len(pool))
        if utf8:
            pool += bytes([len(text), len(text.encode())]) + text.encode() + b"\0"
        else:
            pool += struct.pack("<H", len(text)) + text.encode("utf-16-le") + b"\0\0"
    pool += bytes(-len(pool) % 4)
    count = len(strings) if claimed is None else claimed
    start = 28 + len(offsets)
    head = struct.pack("<HHIIIIII", 1, 28, start + len(pool), count, 0, 0x100 if utf8 else 0, start, 0)
    ids = struct.pack(f"<HHI{len(_IDS)}I", 0x0180, 8, 8 + 4 * len(_IDS), *_IDS.values())
    whole = head + offsets + pool + ids + body
    return struct.pack("<HHI", kind, 8, 8 + len(whole)) + whole


def manifest(
    *permissions: str, parts: tuple[Node, ...] = (), package: str = "com.example.app", launcher: bool = True,
    target: int = 33, debuggable: bool = False,
) -> Node:  # fmt: skip
    """Return a manifest; permissions without the prefix `android.permission.`."""
    inner: list[Node] = [("uses-sdk", {"minSdkVersion": 21, "targetSdkVersion": target}, [])]
    inner += [("uses-permission", {"name": f"android.permission.{p}"}, []) for p in permissions]
    given: dict[str, str | int] = {"debuggable": -1} if debuggable else {}
    shown = part("activity", ".Main", action="android.intent.action.MAIN", category="android.intent.category.LAUNCHER")
    inner.append(("application", given, [*parts, *([shown] if launcher else [])]))
    return ("manifest", {"package": package}, inner)


def part(tag: str, name: str, *, permission: str = "", action: str = "", category: str = "", priority: int = 0) -> Node:
    """Return one part of an app."""
    inner: list[Node] = []
    if action:
        inside: list[Node] = [("action", {"name": action}, [])]
        if category:
            inside.append(("category", {"name": category}, []))
        inner.append(("intent-filter", {"priority": priority} if priority else {}, inside))
    given: dict[str, str | int] = {"name": name}
    if permission:
        given["permission"] = f"android.permission.{permission}"
    return (tag, given, inner)


def dex(*strings: str, calls: tuple[tuple[str, str], ...] = (), classes: tuple[str, ...] = ()) -> bytes:
    """Return byte code without any instruction: strings, calls as (class, name), and classes of its own."""
    types = list(dict.fromkeys([c for c, _ in calls] + list(classes)))
    texts = list(dict.fromkeys([*strings, *types, *(n for _, n in calls), "V"]))
    at = 112
    string_at, type_at = at, at + 4 * len(texts)
    method_at = type_at + 4 * len(types)
    class_at = method_at + 8 * len(calls)
    data_at = class_at + 32 * len(classes)
    offsets, pool = b"", b""
    for text in texts:
        offsets += struct.pack("<I", data_at + len(pool))
        length = len(text)
        size = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
        pool += size + text.encode() + b"\0"
    rows = b"".join(struct.pack("<I", texts.index(t)) for t in types)
    rows += b"".join(struct.pack("<HHI", types.index(c), 0, texts.index(n)) for c, n in calls)
    rows += b"".join(struct.pack("<8I", types.index(c), *(0,) * 7) for c in classes)
    whole = data_at + len(pool)
    tables = struct.pack(
        "<20I", whole, 112, 0x12345678, 0, 0, 0, len(texts), string_at, len(types), type_at, 0, 0, 0, 0,
        len(calls), method_at, len(classes), class_at, len(pool), data_at,
    )  # fmt: skip
    rest = bytes(20) + tables + offsets + rows + pool
    return b"dex\n035\0" + struct.pack("<I", zlib.adler32(rest)) + rest


def apk(says: Node | bytes, *codes: bytes, signer: bytes = b"CN=Example", **files: bytes) -> bytes:
    """Return an app; keyword names of files have `__` for `/` and `_0_` for a dot."""
    members = {"AndroidManifest.xml": says if isinstance(says, bytes) else axml(says)}
    members |= {f"classes{n or ''}.dex": code for n, code in enumerate(codes)}
    if signer:
        members["META-INF/CERT.RSA"] = signer
    return zipped(members | {name.replace("__", "/").replace("_0_", "."): data for name, data in files.items()})
