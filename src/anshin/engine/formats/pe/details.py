"""Small tables of a PE file: Rich header, debug entries with the path of the symbols, TLS callbacks, load config."""

import struct
from dataclasses import dataclass, field

from anshin.engine.formats.pe.image import DEBUG, LOAD_CONFIG, TLS, Image

_RICH = 0x68636952
_DANS = 0x536E6144
_CODEVIEW, _REPRODUCIBLE = 2, 16


@dataclass(slots=True)
class Details:
    """What the small tables say."""

    rich: list[tuple[int, int]] = field(default_factory=list)  # tool and build, how often used
    rich_odd: bool = False
    pdb: str = ""
    reproducible: bool = False
    debug_entries: int = 0
    tls_callbacks: int = 0
    tls: bool = False
    load_config: int = 0  # bytes
    guard_flags: int = 0


def read_details(image: Image) -> Details:
    """Return the small tables. Never raises."""
    found = Details()
    found.rich, found.rich_odd = rich_header(image)
    _debug(image, found)
    _tls(image, found)
    rva, _ = image.directory(LOAD_CONFIG)
    if rva:
        raw = image.read(rva, 160)
        found.load_config = int.from_bytes(raw[:4], "little")
        at = 0x90 if image.plus else 0x58
        found.guard_flags = int.from_bytes(raw[at : at + 4], "little") if found.load_config > at else 0
    return found


def rich_header(image: Image) -> tuple[list[tuple[int, int]], bool]:
    """Return the pairs of the Rich header and whether it is not as Microsoft's linker writes it."""
    end = image.data.find(b"Rich", 0x80, image.optional_at)
    if end < 0:
        return [], False
    raw = image.data[0x80 : end + 8]
    raw = raw[: len(raw) // 4 * 4]
    words = struct.unpack(f"<{len(raw) // 4}I", raw)
    if _RICH not in words[:-1]:
        return [], False
    key = words[words.index(_RICH) + 1]
    odd = len(words) < 4 or words[0] != _DANS ^ key or any(w != key for w in words[1:4])
    pairs = []
    for number in range(4, len(words) - 1, 2):
        if words[number] == _RICH:
            break
        pairs.append((words[number] ^ key, words[number + 1] ^ key))
    return pairs, odd


def _debug(image: Image, found: Details) -> None:
    rva, size = image.directory(DEBUG)
    raw = image.read(rva, min(size, 28 * 32)) if rva else b""
    for number in range(len(raw) // 28):
        kind, length, _, at = struct.unpack_from("<4I", raw, 28 * number + 12)
        found.debug_entries += 1
        found.reproducible = found.reproducible or kind == _REPRODUCIBLE
        if kind == _CODEVIEW and not found.pdb:
            piece = image.data[at : at + min(length, 1024)]
            start = {b"RSDS": 24, b"NB10": 16}.get(piece[:4])
            if start is not None:
                found.pdb = piece[start:].split(b"\0", 1)[0].decode("utf-8", "replace")


def _tls(image: Image, found: Details) -> None:
    rva, _ = image.directory(TLS)
    if not rva:
        return
    width, code = (8, "<Q") if image.plus else (4, "<I")
    raw = image.read(rva, 4 * width)
    if len(raw) < 4 * width:
        return
    found.tls = True
    at = struct.unpack_from(code, raw, 3 * width)[0] - image.optional["image_base"]
    if at <= 0:
        return
    callbacks = image.read(at, 16 * width)
    for (value,) in struct.iter_unpack(code, callbacks[: len(callbacks) // width * width]):
        if not value:
            break
        found.tls_callbacks += 1
