"""Windows programs made at run time that do nothing: tables, resources, texts as a test asks for them; no real code."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.engine.dotnet_files import DotNet
from tests.engine.pe_parts import export_table, import_table, resource_tree

TEXT, DATA, RSRC = 0x60000020, 0x40000040, 0x40000040
RUN, WRITABLE = 0x20000000, 0x80000000
_ALIGN, _PAGE = 0x200, 0x1000
_CODE = b"\x31\xc0\xc3" + b"\x90" * 61


@dataclass
class Pe:
    """What the file shall have; `build()` gives its bytes."""

    imports: Mapping[str, Sequence[str | int]] = field(default_factory=lambda: {"KERNEL32.dll": ["ExitProcess"]})
    exports: Sequence[str] = ()
    resources: Sequence[tuple[int | str, int | str, bytes]] = ()
    texts: Sequence[str | bytes] = ()
    sections: Sequence[tuple[bytes, bytes, int]] = ()  # further ones, behind the usual
    text_name: bytes = b".text"
    text_flags: int = TEXT
    code: bytes = _CODE
    entry: int | None = None  # address; None: the beginning of the code
    pdb: str = ""
    tls: int = 0  # callbacks
    dotnet: DotNet | None = None
    overlay: bytes = b""
    subsystem: int = 3
    dll: bool = False
    plus: bool = True
    directories: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # overrides

    def build(self) -> bytes:
        """Return the file."""
        found: dict[int, tuple[int, int]] = {}
        base = 0x140000000 if self.plus else 0x400000
        text_rva, data_rva = _PAGE, _PAGE * (2 + len(self.code) // _PAGE)
        blob = self._data(data_rva, base, found)
        parts = [(self.text_name, text_rva, self.code, self.text_flags), (b".rdata", data_rva, blob, DATA)]
        rva = _up(data_rva + len(blob), _PAGE)
        if self.resources:
            tree = resource_tree(self.resources, rva)
            found[2] = (rva, len(tree))
            parts.append((b".rsrc", rva, tree, RSRC))
            rva = _up(rva + len(tree), _PAGE)
        for name, content, flags in self.sections:
            parts.append((name, rva, content, flags))
            rva = _up(rva + max(1, len(content)), _PAGE)
        found.update(self.directories)
        return self._file(parts, found, rva, base)

    def _data(self, rva: int, base: int, found: dict[int, tuple[int, int]]) -> bytes:
        blob = bytearray()

        def add(number: int, piece: bytes, size: int = 0) -> None:
            found[number] = (rva + len(blob), size or len(piece))
            blob.extend(piece + bytes(-len(piece) % 16))

        if self.imports:
            add(1, import_table(self.imports, rva, plus=self.plus))
        if self.exports:
            add(0, export_table(self.exports, rva + len(blob)))
        if self.tls:
            width, code = (8, "<4Q") if self.plus else (4, "<4I")
            at = base + rva + len(blob)
            head = struct.pack(code, 0, 0, at, at + 4 * width + 8) + bytes(8)
            add(9, head + b"".join((base + _PAGE).to_bytes(width, "little") for _ in range(self.tls)) + bytes(width))
        if self.pdb:
            at = rva + len(blob)
            entry = b"RSDS" + bytes(20) + self.pdb.encode() + b"\0"
            # where it stands in the file: .rdata follows the code
            place = 0x400 + _up(len(self.code), _ALIGN) + (at - rva) + 28
            add(6, struct.pack("<IIHHIIII", 0, 0, 0, 0, 2, len(entry), at + 28, place) + entry, 28)
        if self.dotnet is not None:
            add(14, self.dotnet.build(rva + len(blob)), 72)
        for text in self.texts:
            blob.extend(text if isinstance(text, bytes) else text.encode() + b"\0")
        return bytes(blob) or b"\0"

    def _file(
        self, parts: Iterable[tuple[bytes, int, bytes, int]], found: Mapping[int, tuple[int, int]], end: int, base: int
    ) -> bytes:
        parts = list(parts)
        table, body, at = b"", b"", 0x400
        for name, rva, content, flags in parts:
            size = _up(len(content), _ALIGN)
            table += struct.pack("<8sIIIIIIHHI", name, len(content), rva, size, at, 0, 0, 0, 0, flags)
            body += content + bytes(size - len(content))
            at += size
        directories = b"".join(struct.pack("<II", *found.get(n, (0, 0))) for n in range(16))
        entry = _PAGE if self.entry is None else self.entry
        common = (0x20B if self.plus else 0x10B, 14, 0, 0x200, 0x200, 0, entry, _PAGE)
        numbers = (_PAGE, _ALIGN, 6, 0, 0, 0, 6, 0, 0, end, 0x400, 0, self.subsystem, 0x8160)
        if self.plus:
            optional = struct.pack(
                "<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", *common, base, *numbers, 1 << 20, 4096, 1 << 20, 4096, 0, 16
            )
        else:
            optional = struct.pack(
                "<HBBIIIIIIIIIHHHHHHIIIIHHIIIIII", *common, 0, base, *numbers, 1 << 20, 4096, 1 << 20, 4096, 0, 16
            )
        flags = 0x22 | (0x2000 if self.dll else 0)
        machine = 0x8664 if self.plus else 0x14C
        coff = struct.pack("<HHIIIHH", machine, len(parts), 0x66000000, 0, 0, len(optional) + 128, flags)
        dos = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64)
        head = dos + b"PE\0\0" + coff + optional + directories + table
        return head + bytes(0x400 - len(head)) + body + self.overlay


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def pe(**wanted: object) -> bytes:
    """Return a program with what is named, and nothing odd besides."""
    return Pe(**wanted).build()  # type: ignore[arg-type]


def wide(text: str) -> bytes:
    """Return a text as Windows programs keep it."""
    return text.encode("utf-16-le") + b"\0\0"
