"""One Mach-O image: header and load commands.

Not LIEF: it stops at the first contradiction, is in no fuzzing programme, and its import alone costs 0.3 s.
Format: Apple, `mach-o/loader.h`, `mach-o/nlist.h` and `mach-o/fat.h`.
"""

import struct
from dataclasses import dataclass, field

MAGICS = {
    b"\xfe\xed\xfa\xce": (1, ">"),
    b"\xce\xfa\xed\xfe": (1, "<"),
    b"\xfe\xed\xfa\xcf": (2, ">"),
    b"\xcf\xfa\xed\xfe": (2, "<"),
}
EXECUTE, DYLIB, BUNDLE = 2, 6, 8
WRITE, RUN = 2, 4
SEGMENT, SYMTAB, THREAD, ENCRYPTED = 0x1, 0x2, 0x5, {0x21, 0x2C}
SEGMENT_64, ID_DYLIB, UUID, SIGNATURE, DYLINKER = 0x19, 0xD, 0x1B, 0x1D, 0xE
DYLIBS = frozenset({0xC, 0x80000018, 0x8000001F, 0x80000023, 0x20})
RPATH, MAIN, BUILD, OLD_BUILD = 0x8000001C, 0x80000028, 0x32, {0x24, 0x25}
MAX_COMMANDS = 4096
MAX_SECTIONS = 512
MAX_NAMES = 512


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: offset and size in the file, rights at the start."""

    name: str
    address: int
    memory: int
    offset: int
    size: int
    rights: int

    @property
    def end(self) -> int:
        """Offset behind its last byte."""
        return self.offset + self.size


@dataclass(slots=True)
class Image:
    """What the load commands say; offsets count from the start of the image and may point anywhere."""

    data: bytes
    bits: int
    order: str
    machine: int
    kind: int
    flags: int
    commands: list[int] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)  # "__TEXT,__cstring"
    dylibs: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)
    symbols: tuple[int, int, int, int] = (0, 0, 0, 0)  # offset, count, offset and size of the names
    signature: tuple[int, int] = (0, 0)
    encrypted: bool = False
    entry: int | None = None  # offset in the file
    oldest_system: int = 0  # 0x000B0000 is 11.0
    platform: int = 0
    identified: bool = False
    damaged: bool = False
    headless: bool = False  # the load commands end behind the end of the file

    @property
    def program(self) -> bool:
        """Whether it can be started by itself."""
        return self.kind == EXECUTE

    @property
    def end(self) -> int:
        """Offset behind the last byte that the load commands account for."""
        names, sign = self.symbols, self.signature
        ends = [0, *(s.end for s in self.segments), names[2] + names[3], sign[0] + sign[1]]
        return max(e for e in ends if e <= len(self.data))

    @property
    def cut_short(self) -> bool:
        """Whether load commands or a segment end behind the end of the file."""
        return self.headless or any(s.size and s.end > len(self.data) for s in self.segments)


def read(data: bytes) -> Image | None:
    """Return the image that `data` is, or None where its header is not whole."""
    if data[:4] not in MAGICS:
        return None
    bits, order = MAGICS[data[:4]]
    start = 28 if bits == 1 else 32
    if len(data) < start:
        return None
    machine, _, kind, count, size, flags = struct.unpack_from(f"{order}6I", data, 4)
    image = Image(data, bits, order, machine, kind, flags)
    image.headless = start + size > len(data)
    stop = min(start + size, len(data))
    at = start
    for _ in range(min(count, MAX_COMMANDS)):
        if at + 8 > stop:
            image.damaged = True
            break
        command, length = struct.unpack_from(f"{order}II", data, at)
        if length < 8 or at + length > stop:
            image.damaged = True
            break
        image.commands.append(command)
        _take(image, command, data[at : at + length])
        at += length
    image.damaged = image.damaged or count > MAX_COMMANDS
    return image


def _take(image: Image, command: int, body: bytes) -> None:
    """Read one load command into the image."""
    try:
        if command in {SEGMENT, SEGMENT_64}:
            _segment(image, body, wide=command == SEGMENT_64)
        elif command in DYLIBS and len(image.dylibs) < MAX_NAMES:
            image.dylibs.append(_text(image, body))
        elif command == RPATH and len(image.search) < MAX_NAMES:
            image.search.append(_text(image, body))
        elif command in _NUMBERS:
            form, take = _NUMBERS[command]
            take(image, struct.unpack_from(image.order + form, body, 8))
    except struct.error:
        image.damaged = True


def _segment(image: Image, body: bytes, *, wide: bool) -> None:
    form, row = ("16sQQQQIIII", 80) if wide else ("16sIIIIIIII", 68)
    name, address, memory, offset, size, _, rights, count, _ = struct.unpack_from(image.order + form, body, 8)
    image.segments.append(Segment(_name(name), address, memory, offset, size, rights))
    at = 72 if wide else 56
    for number in range(min(count, MAX_SECTIONS)):
        title = body[at + number * row : at + number * row + 32]
        if len(title) < 32:
            image.damaged = True
            return
        if len(image.sections) < MAX_SECTIONS:
            image.sections.append(f"{_name(title[16:])},{_name(title[:16])}")


def _name(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode("ascii", "replace")


def _text(image: Image, body: bytes) -> str:
    (at,) = struct.unpack_from(f"{image.order}I", body, 8)
    return body[at:].split(b"\0", 1)[0][:512].decode("utf-8", "replace")


def _set_symbols(image: Image, values: tuple[int, ...]) -> None:
    image.symbols = (values[0], values[1], values[2], values[3])


def _set_signature(image: Image, values: tuple[int, ...]) -> None:
    image.signature = (values[0], values[1])


def _set_encrypted(image: Image, values: tuple[int, ...]) -> None:
    image.encrypted = image.encrypted or bool(values[2] and values[1])


def _set_entry(image: Image, values: tuple[int, ...]) -> None:
    image.entry = values[0]


def _set_build(image: Image, values: tuple[int, ...]) -> None:
    image.platform, image.oldest_system = values[0], values[1]


def _set_old_build(image: Image, values: tuple[int, ...]) -> None:
    image.platform, image.oldest_system = 1, values[0]


def _set_uuid(image: Image, _: tuple[int, ...]) -> None:
    image.identified = True


_NUMBERS = {
    SYMTAB: ("4I", _set_symbols),
    SIGNATURE: ("2I", _set_signature),
    **dict.fromkeys(ENCRYPTED, ("3I", _set_encrypted)),
    MAIN: ("Q", _set_entry),
    BUILD: ("2I", _set_build),
    **dict.fromkeys(OLD_BUILD, ("I", _set_old_build)),
    UUID: ("I", _set_uuid),
}
