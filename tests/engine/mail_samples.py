"""Mails made at run time: MIME, TNEF, and messages of Outlook in a container of their own."""

import struct
from email.message import EmailMessage

HEAD = {"From": "Taro <a@example.com>", "To": "b@example.org", "Subject": "hello"}


def mail(data: bytes, name: str = "test.bin", text: str = "hello", **fields: str) -> bytes:
    """Return a mail with an attachment."""
    message = EmailMessage()
    for key, value in {**HEAD, **{k.replace("_", "-"): v for k, v in fields.items()}}.items():
        message[key] = value
    message.set_content(text)
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def words(text: str = "hello", page: str = "", *, extra: str = "", **fields: str) -> bytes:
    """Return a mail of text, or of a page; `extra` holds header lines as they are."""
    given = {**HEAD, **{k.replace("_", "-"): v for k, v in fields.items()}}
    head = "".join(f"{k}: {v}\n" for k, v in given.items()) + extra
    kind = "html" if page else "plain"
    return (
        head + f'MIME-Version: 1.0\nContent-Type: text/{kind}; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n'
    ).encode() + (page or text).encode()


def multipart(*parts: bytes, behind: bytes = b"", boundary: str = "edge", said: str = "") -> bytes:
    """Return a mail of raw parts; `said` is the boundary in the header where it differs from the one in the body."""
    head = "".join(f"{k}: {v}\n" for k, v in HEAD.items())
    head += f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{said or boundary}"\n\n'
    edge = f"--{boundary}".encode()
    body = b"".join(edge + b"\n" + p + b"\n" for p in parts)
    return head.encode() + body + edge + b"--\n" + behind


def tnef(name: str, data: bytes, page: bytes = b"") -> bytes:
    """Return a winmail.dat with one attachment, and a body as HTML."""

    def attribute(level: int, identifier: int, body: bytes) -> bytes:
        return struct.pack("<BII", level, identifier, len(body)) + body + struct.pack("<H", sum(body) & 0xFFFF)

    out = b"\x78\x9f\x3e\x22\1\0"
    if page:
        padded = page + bytes(-len(page) % 4)
        out += attribute(1, 0x69003, struct.pack("<IHHII", 1, 0x102, 0x1013, 1, len(page)) + padded)
    long_name = name.encode("utf-16-le") + b"\0\0"
    padded = long_name + bytes(-len(long_name) % 4)
    properties = struct.pack("<IHHII", 1, 31, 0x3707, 1, len(long_name)) + padded
    out += attribute(2, 0x69002, bytes(14)) + attribute(2, 0x18010, b"SHORT~1.BIN\0") + attribute(2, 0x6800F, data)
    return out + attribute(2, 0x69005, properties)


def ole(streams: dict[str, bytes]) -> bytes:
    """Return a container with these streams (paths with /), every stream in whole sectors."""
    names = sorted({p.rpartition("/")[0] for p in streams if "/" in p} | {""}, key=len)
    rows: list[tuple[str, str, int, int]] = [("", "Root Entry", 5, -1)]
    rows += [(path.rpartition("/")[0], path.rpartition("/")[2], 1, -1) for path in names[1:]]
    data = b""
    fat: list[int] = []
    for path, short in streams.items():
        body = short + bytes(-len(short) % 512 if short else 512)
        start, count = len(fat), len(body) // 512
        rows.append((path.rpartition("/")[0], path.rpartition("/")[2], 2, start << 32 | len(short)))
        fat += [start + n + 1 for n in range(count - 1)] + [0xFFFFFFFE]
        data += body
    paths = ["\0", *names[1:], *streams]
    directory = b""
    for n, (_, name, kind, place) in enumerate(rows):
        here = "" if n == 0 else paths[n]
        inside = [i for i, r in enumerate(rows) if i and r[0] == here and r[2] != 5]
        beside = [i for i, r in enumerate(rows) if n and i and r[0] == rows[n][0]]
        right = beside[beside.index(n) + 1] if n and beside.index(n) + 1 < len(beside) else 0xFFFFFFFF
        child = inside[0] if inside and kind != 2 else 0xFFFFFFFF
        raw = name.encode("utf-16-le")
        directory += raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, 0xFFFFFFFF, right, child)
        start, size = (place >> 32, place & 0xFFFFFFFF) if kind == 2 else (0xFFFFFFFE, 0)
        directory += bytes(36) + struct.pack("<IQ", start, size)
    directory += bytes(-len(directory) % 512)
    first = len(fat)
    fat += [first + n + 1 for n in range(len(directory) // 512 - 1)] + [0xFFFFFFFE]
    tables = -(-(len(fat) + 8) // 128)
    fat_at = len(fat)
    fat += [0xFFFFFFFD] * tables
    table = b"".join(struct.pack("<I", f) for f in fat).ljust(tables * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, first, 0, 1, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += b"".join(struct.pack("<I", fat_at + n) for n in range(tables)).ljust(436, b"\xff")
    return head + data + directory + table


def msg(
    data: bytes,
    name: str = "test.bin",
    text: str = "hello",
    *,
    page: bytes = b"",
    inner: dict[str, bytes] | None = None,
) -> bytes:
    """Return a message of Outlook with an attachment; `inner` are the streams of a message attached to it."""

    def wide(value: str) -> bytes:
        return value.encode("utf-16-le")

    at = "__attach_version1.0_#00000000"
    streams = {
        "__properties_version1.0": bytes(32),
        "__substg1.0_0037001F": wide("hello"),
        "__substg1.0_1000001F": wide(text),
        "__substg1.0_0C1A001F": wide("Taro"),
        "__substg1.0_5D01001F": wide("a@example.com"),
        f"{at}/__substg1.0_3707001F": wide(name),
        f"{at}/__substg1.0_37010102": data,
    }
    if page:
        streams["__substg1.0_10130102"] = page
    for path, body in (inner or {}).items():
        streams[f"__attach_version1.0_#00000001/__substg1.0_3701000D/{path}"] = body
    return ole(streams)
