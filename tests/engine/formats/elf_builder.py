"""Builds ELF files that cannot run: their code is empty or noise, and only their headers and strings are real."""

import struct
from dataclasses import dataclass

_HEADER = {1: "HHIIIIIHHHHHH", 2: "HHIQQQIHHHHHH"}
_SIZES = {1: (52, 32, 40), 2: (64, 56, 64)}
BASE = 0x400000


@dataclass
class Elf:
    """What to build; `build()` returns the bytes."""

    bits: int = 2
    order: str = "<"
    kind: int = 2
    machine: int = 62
    interp: str = "/lib64/ld-linux-x86-64.so.2"
    needed: tuple[str, ...] = ("libc.so.6",)
    runpath: str = ""
    imports: tuple[str, ...] = ("printf",)
    exports: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    text: bytes = bytes(512)
    rodata: bytes = b""
    sections: bool = True
    dynamic: bool = True
    flags: int = 5  # of the only loaded segment: R and X
    entry: int | None = None
    overlay: bytes = b""
    shoff: int | None = None
    ident: tuple[int, int] | None = None
    extra_sections: tuple[str, ...] = ()

    def build(self) -> bytes:
        head, segment_row, _ = _SIZES[self.bits]
        word = "I" if self.bits == 1 else "Q"
        count = 1 + bool(self.interp) + self.dynamic
        at = head + count * segment_row
        body = bytearray()

        def put(piece: bytes) -> int:
            start = at + len(body)
            body.extend(piece + bytes(-len(piece) % 8))
            return start

        rodata = self.rodata + b"".join(b"\0" + s.encode() + b"\0" for s in self.strings)
        text_at = put(self.text)
        put(rodata)
        interp_at = put(self.interp.encode() + b"\0") if self.interp else 0
        names = b"\0"
        places = {}
        for name in (*self.needed, self.runpath, *self.imports, *self.exports):
            places[name] = len(names)
            names += name.encode() + b"\0"
        strings_at = put(names)
        symbols = [self._symbol(0, 0, 0)]
        symbols += [self._symbol(places[n], 0x12, 0) for n in self.imports]
        symbols += [self._symbol(places[n], 0x12, 1) for n in self.exports]
        symbols_at = put(b"".join(symbols))
        hash_at = put(struct.pack(f"{self.order}4I", 1, len(symbols), 0, 0))
        tags = [(1, places[n]) for n in self.needed] + ([(29, places[self.runpath])] if self.runpath else [])
        tags += [(5, BASE + strings_at), (6, BASE + symbols_at), (10, len(names)), (4, BASE + hash_at), (0, 0)]
        pack = f"{self.order}{2 * len(tags)}{word}"
        dynamic_at = put(struct.pack(pack, *(v for pair in tags for v in pair))) if self.dynamic else 0
        table_at, rows = self._sections(put, text_at, symbols_at, len(b"".join(symbols)))
        end = at + len(body)
        segments = [self._segment(1, self.flags, 0, BASE, end)]
        if self.interp:
            segments.append(self._segment(3, 4, interp_at, BASE + interp_at, len(self.interp) + 1))
        if self.dynamic:
            segments.append(self._segment(2, 6, dynamic_at, BASE + dynamic_at, struct.calcsize(pack)))
        entry = BASE + text_at if self.entry is None else self.entry
        bits, order = self.ident or (self.bits, 1 if self.order == "<" else 2)
        ident = b"\x7fELF" + bytes([bits, order, 1]) + bytes(9)
        header = struct.pack(
            self.order + _HEADER[self.bits], self.kind, self.machine, 1, entry, head,
            table_at if self.shoff is None else self.shoff, 0, head, segment_row, count, _SIZES[self.bits][2],
            rows, max(0, rows - 1),
        )  # fmt: skip
        return ident + header + b"".join(segments) + bytes(body) + self.overlay

    def _segment(self, kind: int, flags: int, offset: int, address: int, size: int) -> bytes:
        if self.bits == 2:
            return struct.pack(f"{self.order}IIQQQQQQ", kind, flags, offset, address, address, size, size, 4096)
        return struct.pack(f"{self.order}IIIIIIII", kind, offset, address, address, size, size, flags, 4096)

    def _symbol(self, name: int, info: int, section: int) -> bytes:
        if self.bits == 2:
            return struct.pack(f"{self.order}IBBHQQ", name, info, 0, section, BASE, 0)
        return struct.pack(f"{self.order}IIIBBH", name, BASE, 0, info, 0, section)

    def _sections(self, put, text_at: int, symbols_at: int, symbols_size: int) -> tuple[int, int]:
        if not self.sections:
            return 0, 0
        form = self.order + ("IIIIIIIIII" if self.bits == 1 else "IIQQQQIIQQ")
        listed = [
            ("", 0, 0, 0, 0),
            (".text", 1, 6, text_at, len(self.text)),
            (".dynsym", 11, 2, symbols_at, symbols_size),
        ]
        listed += [(name, 1, 0, text_at, 8) for name in self.extra_sections]
        names = b"\0"
        rows = []
        for name, kind, flags, at, size in [*listed, (".shstrtab", 3, 0, 0, 0)]:
            rows.append([len(names), kind, flags, BASE + at, at, size, 0, 0, 1, 0])
            names += name.encode() + b"\0"
        rows[-1][4], rows[-1][5] = put(names), len(names)
        return put(b"".join(struct.pack(form, *row) for row in rows)), len(rows)


def module(imports: tuple[str, ...] = (), strings: tuple[str, ...] = ()) -> bytes:
    """Return an object file like a kernel module: symbols in `.symtab`, no segments."""
    names, places = b"\0", []
    for name in imports:
        places.append(len(names))
        names += name.encode() + b"\0"
    symbols = bytes(24) + b"".join(struct.pack("<IBBHQQ", p, 0x10, 0, 0, 0, 0) for p in places)
    info = b"license=GPL\0" + b"".join(s.encode() + b"\0" for s in strings)
    titles = b"\0.modinfo\0.symtab\0.strtab\0.shstrtab\0"
    parts = [info, symbols, names, titles]
    rows, at = [(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)], 64
    for part, title, kind, link in zip(
        parts, (b".modinfo", b".symtab", b".strtab", b".shstrtab"), (1, 2, 3, 3), (0, 3, 0, 0), strict=True
    ):
        rows.append((titles.index(title), kind, 2, 0, at, len(part), link, 0, 1, 24 if kind == 2 else 0))
        at += len(part)
    header = struct.pack("<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, at, 0, 64, 0, 0, 64, len(rows), len(rows) - 1)
    table = b"".join(struct.pack("<IIQQQQIIQQ", *row) for row in rows)
    return b"\x7fELF\x02\x01\x01" + bytes(9) + header + b"".join(parts) + table
