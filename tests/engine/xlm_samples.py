"""Self-made workbooks of Excel 97-2003 with macro sheets: only the records that macros need."""

import struct

from tests.engine.ole_samples import ole

EXEC, CHAR, CALL, REGISTER, GOTO, FORMULA = 110, 111, 150, 149, 53, 0x8060


def text(value: str) -> bytes:
    """Return the token of a text constant."""
    return struct.pack("<BBB", 0x17, len(value), 0) + value.encode("latin-1")


def number(value: int) -> bytes:
    """Return the token of a whole number."""
    return struct.pack("<BH", 0x1E, value)


def call(function: int, *arguments: bytes) -> bytes:
    """Return the tokens of a call with any number of arguments."""
    return b"".join(arguments) + struct.pack("<BBH", 0x42, len(arguments), function)


def char(code: int) -> bytes:
    """Return the tokens of CHAR(code)."""
    return number(code) + struct.pack("<BH", 0x41, CHAR)


def joined(*parts: bytes) -> bytes:
    """Return the tokens that join texts."""
    return parts[0] + b"".join(part + b"\x08" for part in parts[1:])


def spelled(value: str) -> bytes:
    """Return the tokens that put a text together from single characters."""
    return joined(*(char(ord(c)) for c in value))


def record(kind: int, body: bytes) -> bytes:
    """Return one record."""
    return struct.pack("<HH", kind, len(body)) + body


def workbook(
    formulas: list[bytes], *, hidden: int = 0, auto: bool = False, macro: bool = True, links: tuple[str, ...] = ()
) -> bytes:
    """Return a workbook with one sheet whose first column holds `formulas`."""
    beginning = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1996, 0, 6))
    middle = b"".join(record(0x01AE, struct.pack("<HHB", 1, len(t), 0) + t.encode("latin-1")) for t in links)
    if auto:
        middle += record(
            0x0018, struct.pack("<HBBHHHBBBB", 0x20, 0, 1, 5, 0, 0, 0, 0, 0, 0) + b"\0\x01" + b"\x24" + bytes(4)
        )
    name = b"Macro1"
    ending = record(0x000A, b"")
    size = len(beginning) + len(middle) + 4 + 8 + len(name) + len(ending)
    sheet = record(0x0085, struct.pack("<IBBBB", size, hidden, int(macro), len(name), 0) + name)
    page = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0040 if macro else 0x0010, 0, 1996, 0, 6))
    for row, tokens in enumerate(formulas):
        body = struct.pack("<HHH8sHIH", row, 0, 15, b"\0" * 6 + b"\xff\xff", 0, 0, len(tokens)) + tokens
        page += record(0x0006, body)
    return ole({"Workbook": beginning + sheet + middle + ending + page + ending + bytes(4096)})
