"""TNEF (winmail.dat, MS-OXTNEF): what Outlook sends to others instead of plain attachments."""

import struct
from collections.abc import Iterator

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content
from anshin.engine.names import member_name, safe_name
from anshin.engine.unpack.member import Found, Member, Problem, odd_name

MAGIC = b"\x78\x9f\x3e\x22"
_RENDERING, _DATA, _TITLE, _ATTACHMENT, _PROPERTIES = 0x69002, 0x6800F, 0x18010, 0x69005, 0x69003
_MOST = 10_000
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8}


def unpack_tnef(content: Content, name: str, meter: Meter) -> Found:
    """Yield every attachment, and the body where it stands as HTML or rich text."""
    title, data = "", b""
    for identifier, body, whole in _attributes(content, meter):
        if identifier == _RENDERING:
            yield from _attachment(title, data)
            title, data = "", b""
        elif identifier == _TITLE:
            title = title or member_name(body.rstrip(b"\0"))
        elif identifier == _DATA:
            meter.spend(len(body))
            data = body
        elif identifier == _ATTACHMENT:
            title, data = _described(body, title, data)
        elif identifier == _PROPERTIES:
            yield from _bodies(body, meter)
        if not whole:
            yield Problem(gap="damaged", name=name)
            break
    yield from _attachment(title, data)


def _described(body: bytes, title: str, data: bytes) -> tuple[str, bytes]:
    """Return name and bytes of an attachment, with what its list of properties knows better."""
    found = _properties(body)
    long_name, inner = found.get(0x3707), found.get(0x3701)
    if isinstance(long_name, str) and long_name:
        title = long_name
    if isinstance(inner, bytes) and inner and not data:
        data = inner[16:] if found.get(-1) else inner  # an object begins with the id of its class
    return title, data


def _bodies(body: bytes, meter: Meter) -> Found:
    found = _properties(body)
    for tag, kind in ((0x1013, "html"), (0x1009, "")):
        text = found.get(tag)
        if isinstance(text, bytes) and text:
            yield from _body(text, kind, meter)


def _attachment(title: str, data: bytes) -> Found:
    if title or data:
        label = safe_name(title or "attachment")
        yield from odd_name(label)
        yield Member(label, BytesContent(data))


def _body(data: bytes, kind: str, meter: Meter) -> Found:
    if kind:
        yield Member("(HTML)", BytesContent(data), kind=kind)
        return
    from anshin.engine.formats.mail.lzfu import decompressed

    plain = decompressed(data, meter.budget)
    if plain:
        yield Member("(RTF)", BytesContent(plain))


def _attributes(content: Content, meter: Meter) -> Iterator[tuple[int, bytes, bool]]:
    """Yield identifier and bytes of each attribute, and whether it was whole."""
    at = 6
    for _ in range(_MOST):
        if at >= content.size:
            return
        meter.budget.check_time()
        head = content.read(at, 9)
        if len(head) < 9 or head[0] not in {1, 2}:
            yield 0, b"", False
            return
        identifier, size = struct.unpack_from("<II", head, 1)
        body = content.read(at + 9, min(size, meter.room))
        yield identifier, body, len(body) == size
        at += 9 + size + 2


def _properties(data: bytes) -> dict[int, bytes | str | bool]:
    """Return the properties of a list as far as it can be read; -1 stands where 0x3701 is an object."""
    found: dict[int, bytes | str | bool] = {}
    if len(data) < 4:
        return found
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, 2_000)):
        if at + 4 > len(data):
            break
        kind, tag = struct.unpack_from("<HH", data, at)
        at += 4
        if tag >= 0x8000:  # a named property: its name stands in between
            at = _past_name(data, at)
        if kind in _FIXED:
            at += _FIXED[kind]
        else:
            at = _values(data, at, kind & 0xFFF, tag, found)
    return found


def _values(data: bytes, at: int, kind: int, tag: int, found: dict[int, bytes | str | bool]) -> int:
    """Read the values of a property of no fixed length, or of several; return the offset behind them."""
    if at + 4 > len(data):
        return len(data)
    (values,) = struct.unpack_from("<I", data, at)
    at += 4
    if kind in _FIXED:
        return at + _FIXED[kind] * int(values)
    for _ in range(min(values, 1_000)):
        if at + 4 > len(data):
            return len(data)
        (size,) = struct.unpack_from("<I", data, at)
        found.setdefault(tag, _value(kind, data[at + 4 : at + 4 + size]))
        if kind == 13 and tag == 0x3701:
            found[-1] = True
        at += 4 + -(-size // 4) * 4
    return at


def _value(kind: int, piece: bytes) -> bytes | str:
    if kind == 31:
        return piece.decode("utf-16-le", "replace").rstrip("\0")
    if kind == 30:
        return member_name(piece.rstrip(b"\0"))
    return piece


def _past_name(data: bytes, at: int) -> int:
    if at + 24 > len(data):
        return len(data)
    kind, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 if kind == 0 else at + 24 + -(-length // 4) * 4
