"""Shell links [MS-SHLLINK], own reader: header, item list, link info, strings, extra blocks, and what follows them.

Libraries for it (LnkParse3) raise on damage and drop what stands behind the link; attackers use both.
"""

import struct
from dataclasses import dataclass, field

HEADER = 76
_HAS_ITEMS, _HAS_INFO, _UNICODE = 1, 2, 128
_STRINGS = ((4, "name"), (8, "relative"), (16, "folder"), (32, "arguments"), (64, "icon"))
BLOCKS = {
    0xA0000001: "environment",
    0xA0000002: "console",
    0xA0000003: "tracker",
    0xA0000004: "console_fe",
    0xA0000005: "special_folder",
    0xA0000006: "darwin",
    0xA0000007: "icon_environment",
    0xA0000008: "shim",
    0xA0000009: "properties",
    0xA000000B: "known_folder",
    0xA000000C: "vista_items",
}
MOST_BLOCKS = 64


@dataclass(slots=True)
class Link:
    """What one shortcut says; strings are as they stand."""

    flags: int = 0
    show: int = 1
    icon_index: int = 0
    hotkey: int = 0
    target_size: int = 0
    times: tuple[int, int, int] = (0, 0, 0)
    strings: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, bytes] = field(default_factory=dict)
    items: bytes = b""
    base: str = ""  # path of the target on a disk
    share: str = ""  # \\server\share
    end: int = 0  # where the link ends
    damaged: bool = False

    @property
    def arguments(self) -> str:
        """Command-line arguments."""
        return self.strings.get("arguments", "")

    @property
    def target(self) -> str:
        """The best guess of what is started."""
        return self.environment or self.base or self.item_path or self.strings.get("relative", "") or self.share

    @property
    def environment(self) -> str:
        """The target with %variables%."""
        return _fixed(self.blocks.get("environment", b""))

    @property
    def icon_environment(self) -> str:
        """The icon with %variables%."""
        return _fixed(self.blocks.get("icon_environment", b""))

    @property
    def item_path(self) -> str:
        """Names of the item list, joined: longest Unicode name of each item, else its short one."""
        names: list[str] = []
        at = 0
        while at + 2 <= len(self.items) and len(names) < 64:
            (size,) = struct.unpack_from("<H", self.items, at)
            if size < 3:
                break
            names.append(_item_name(self.items[at + 2 : at + size]))
            at += size
        return "\\".join(n for n in names if n)


def _item_name(item: bytes) -> str:
    kind = item[0] if item else 0
    if kind == 0x2F and len(item) > 3:
        return item[1:4].split(b"\0")[0].decode("latin-1").rstrip("\\")
    if kind & 0x70 != 0x30 or len(item) < 14:
        return ""
    at = item.rfind(b"\x04\x00\xef\xbe")
    if at > 0 and at + 4 < len(item):
        texts = [
            t for t in item[at + 16 :].decode("utf-16-le", "replace").split("\0") if len(t) > 1 and t.isprintable()
        ]
        if texts:
            return max(texts, key=len)
    return item[12:].split(b"\0")[0].decode("cp932", "replace")


def _fixed(block: bytes) -> str:
    """A block with the same path in ANSI (260 bytes) and Unicode (520)."""
    wide = block[260:780].decode("utf-16-le", "replace").split("\0")[0]
    return wide or block[:260].split(b"\0")[0].decode("cp932", "replace")


def read(data: bytes) -> Link:
    """Return the link in `data`; never raises. `damaged` says that it breaks off."""
    link = Link()
    if len(data) < HEADER:
        link.damaged, link.end = True, len(data)
        return link
    link.flags = struct.unpack_from("<I", data, 20)[0]
    link.times = struct.unpack_from("<QQQ", data, 28)
    link.target_size, icon, link.show, link.hotkey = struct.unpack_from("<IiIH", data, 52)
    link.icon_index = icon
    try:
        link.end = _extra(data, _read_strings(data, _info(data, _items(data, HEADER, link), link), link), link)
    except (struct.error, IndexError):
        link.damaged, link.end = True, len(data)
    return link


def _items(data: bytes, at: int, link: Link) -> int:
    if not link.flags & _HAS_ITEMS:
        return at
    size: int
    (size,) = struct.unpack_from("<H", data, at)
    link.items = data[at + 2 : at + 2 + size]
    return at + 2 + size


def _info(data: bytes, at: int, link: Link) -> int:
    if not link.flags & _HAS_INFO:
        return at
    size: int
    size, header, flags, _, base, net, _suffix = struct.unpack_from("<IIIIIII", data, at)
    info = data[at : at + size]
    if flags & 1:
        link.base = _ansi(info, base)
        if header >= 0x24 and len(info) >= 0x24:
            wide = struct.unpack_from("<I", info, 0x1C)[0]
            link.base = _wide(info, wide) or link.base
    if flags & 2 and net and net + 12 <= len(info):
        link.share = _ansi(info, net + struct.unpack_from("<I", info, net + 8)[0])
    return at + max(size, 4)


def _ansi(info: bytes, at: int) -> str:
    return info[at:].split(b"\0")[0].decode("cp932", "replace") if 0 < at < len(info) else ""


def _wide(info: bytes, at: int) -> str:
    return info[at:].decode("utf-16-le", "replace").split("\0")[0] if 0 < at < len(info) else ""


def _read_strings(data: bytes, at: int, link: Link) -> int:
    for bit, name in _STRINGS:
        if not link.flags & bit:
            continue
        (count,) = struct.unpack_from("<H", data, at)
        size = count * 2 if link.flags & _UNICODE else count
        raw = data[at + 2 : at + 2 + size]
        if len(raw) < size:
            link.damaged = True
        link.strings[name] = raw.decode("utf-16-le" if link.flags & _UNICODE else "cp932", "replace")
        at += 2 + size
    return at


def _extra(data: bytes, at: int, link: Link) -> int:
    """Read the blocks up to the one of size below 4 that ends the link; links may also simply stop."""
    for _ in range(MOST_BLOCKS):
        if at + 4 > len(data):
            return min(at, len(data))
        (size,) = struct.unpack_from("<I", data, at)
        if size < 4:
            return at + 4
        if size < 8 or at + size > len(data):
            return at
        name = BLOCKS.get(struct.unpack_from("<I", data, at + 4)[0])
        if name is None:
            return at  # no block of a link: something else begins here
        link.blocks.setdefault(name, data[at + 8 : at + size])
        at += size
    return at
