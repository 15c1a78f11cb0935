"""Builds Mach-O files that cannot run: their code is empty or noise, and only load commands and strings are real."""

import struct
from dataclasses import dataclass

_MAGIC = {
    (1, "<"): b"\xce\xfa\xed\xfe",
    (1, ">"): b"\xfe\xed\xfa\xce",
    (2, "<"): b"\xcf\xfa\xed\xfe",
    (2, ">"): b"\xfe\xed\xfa\xcf",
}


@dataclass
class MachO:
    """What to build; `build()` returns the bytes."""

    bits: int = 2
    order: str = "<"
    machine: int = 0x0100000C
    kind: int = 2
    imports: tuple[str, ...] = ("printf",)
    exports: tuple[str, ...] = ()
    dylibs: tuple[str, ...] = ("/usr/lib/libSystem.B.dylib",)
    strings: tuple[str, ...] = ()
    text: bytes = bytes(512)
    rights: int = 5
    signed: bool = True
    developer: bool = True
    entitlements: tuple[str, ...] = ()
    encrypted: bool = False
    entry: int | None = None
    overlay: bytes = b""
    extra: bytes = b""  # further load commands as they are

    def build(self) -> bytes:
        order, wide = self.order, self.bits == 2
        names, symbols = b"\0", []
        for name, kind in [*((n, 1) for n in self.imports), *((n, 0xF) for n in self.exports)]:
            symbols.append((len(names), kind))
            names += b"_" + name.encode() + b"\0"
        form = f"{order}IBBH{'Q' if wide else 'I'}"
        table = b"".join(struct.pack(form, n, kind, 0 if kind == 1 else 1, 0, 0) for n, kind in symbols)
        strings = b"".join(b"\0" + s.encode() + b"\0" for s in self.strings)
        signature = self._signature() if self.signed else b""
        commands, count = b"", 0
        # twice: the offsets depend on how long the commands are
        for _ in range(2):
            start = (32 if wide else 28) + len(commands)
            text_at = start
            strings_at = text_at + len(self.text)
            table_at = strings_at + len(strings)
            names_at = table_at + len(table)
            sign_at = names_at + len(names)
            whole = self._commands(
                start, text_at, table_at, len(symbols), names_at, len(names), sign_at, len(signature)
            )
            commands, count = b"".join(whole) + self.extra, len(whole) + bool(self.extra)
        head = _MAGIC[self.bits, order] + struct.pack(
            f"{order}6I", self.machine, 0, self.kind, count, len(commands), 0x200085
        )
        head += bytes(4) if wide else b""
        return head + commands + self.text + strings + table + names + signature + self.overlay

    def _commands(
        self, start: int, text_at: int, table_at: int, symbols: int, names_at: int, names: int, sign_at: int, sign: int
    ) -> list[bytes]:
        order = self.order
        end = table_at
        found = [
            self._segment("__TEXT", 0, end, self.rights),
            self._segment("__LINKEDIT", table_at, names_at + names - table_at, 1),
        ]
        for name in self.dylibs:
            raw = name.encode() + bytes(8 - len(name) % 8)
            found.append(struct.pack(f"{order}6I", 0xC, 24 + len(raw), 24, 0, 0, 0) + raw)
        found.append(struct.pack(f"{order}6I", 2, 24, table_at, symbols, names_at, names))
        entry = text_at if self.entry is None else self.entry
        found.append(struct.pack(f"{order}IIQQ", 0x80000028, 24, entry, 0))
        found.append(struct.pack(f"{order}6I", 0x32, 24, 1, 0x000B0000, 0x000B0000, 0))
        if self.encrypted:
            found.append(struct.pack(f"{order}6I", 0x2C, 24, text_at, 16, 1, 0))
        if self.signed:
            found.append(struct.pack(f"{order}4I", 0x1D, 16, sign_at, sign))
        return found

    def _segment(self, name: str, offset: int, size: int, rights: int) -> bytes:
        order = self.order
        if self.bits == 2:
            head = struct.pack(
                f"{order}II16sQQQQIIII", 0x19, 72 + 80, name.encode(), offset, size, offset, size, rights, rights, 1, 0
            )
            title = "__text" if name == "__TEXT" else "__none"
            return head + struct.pack(
                f"{order}16s16sQQ8I", title.encode(), name.encode(), offset, size, offset, *(0,) * 7
            )
        return struct.pack(
            f"{order}II16sIIIIIIII", 1, 56, name.encode(), offset, size, offset, size, rights, rights, 0, 0
        )

    def _signature(self) -> bytes:
        blobs = [(0, struct.pack(">4I", 0xFADE0C02, 44, 0x20400, 0x10000 if self.developer else 2) + bytes(28))]
        if self.entitlements:
            text = "<plist><dict>" + "".join(f"<key>{e}</key><true/>" for e in self.entitlements) + "</dict></plist>"
            blobs.append((5, struct.pack(">2I", 0xFADE7171, 8 + len(text)) + text.encode()))
        if self.developer:
            blobs.append((0x10000, struct.pack(">2I", 0xFADE0B01, 108) + bytes(100)))
        at, index, body = 12 + 8 * len(blobs), b"", b""
        for kind, blob in blobs:
            index += struct.pack(">2I", kind, at + len(body))
            body += blob
        return struct.pack(">3I", 0xFADE0CC0, at + len(body), len(blobs)) + index + body


def fat(*images: bytes, shift: int = 0) -> bytes:
    """Return a fat file; `shift` moves each image's place in the table that many bytes towards the beginning."""
    at = 8 + 20 * len(images)
    rows, body = b"", b""
    for number, image in enumerate(images):
        rows += struct.pack(">5I", 0x01000007 + number, 3, at + len(body) - shift, len(image), 0)
        body += image
    return b"\xca\xfe\xba\xbe" + struct.pack(">I", len(images)) + rows + body
