"""Workbooks of Excel 97-2003: the records that macros need. Format: [MS-XLS].

Sheets without macros are read only when a macro refers to them: a large table costs nothing.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from anshin.engine.budget import Budget
from anshin.engine.formats.xlm.formula import Book, Node, Sheet, Value
from anshin.engine.formats.xlm.tokens import TokenReader

FORMULA, NAME, BOF, EOF, BOUNDSHEET, SST = 0x0006, 0x0018, 0x0809, 0x000A, 0x0085, 0x00FC
LABELSST, LABEL, NUMBER, RK, STRING, EXTERNSHEET, SUPBOOK = 0x00FD, 0x0204, 0x0203, 0x027E, 0x0207, 0x0017, 0x01AE
MACRO_SHEET = 0x0040
AUTO = {1: "auto_open", 2: "auto_close", 10: "auto_activate", 11: "auto_deactivate"}
"""Built-in names that make Excel run a macro, by their number."""
MAX_RECORDS = 500_000


@dataclass(slots=True)
class Raw:
    """What stands in the globals of a workbook."""

    starts: list[tuple[int, Sheet]] = field(default_factory=list)
    names: list[tuple[str, int, bytes]] = field(default_factory=list)  # name, flags, tokens
    sheets: list[int] = field(default_factory=list)  # external sheet numbers to our own
    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # other workbooks, programs
    table: bytes = b""
    old: bool = False  # BIFF5: texts are stored otherwise
    books: int = 0  # workbooks that formulas name, our own among them
    own: int = -1  # its number


def records(data: bytes, at: int, budget: Budget) -> Iterator[tuple[int, bytes, int]]:
    """Yield (type, body, offset) from `at` to the end of the substream. Raises `LimitHit`."""
    count = 0
    while at + 4 <= len(data) and count < MAX_RECORDS:
        kind, size = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + size], at
        if kind == EOF:
            return
        at += 4 + size
        count += 1
        if count % 2000 == 0:
            budget.check_time()


def globals_of(data: bytes, budget: Budget) -> Raw:
    """Return the globals: sheets with their places, names, links."""
    raw = Raw()
    for kind, body, at in records(data, 0, budget):
        if kind == BOF and at == 0:
            raw.old = len(body) >= 2 and body[1] < 6
        elif kind == BOUNDSHEET and len(body) >= 8:
            start, state, sort, length = struct.unpack_from("<IBBB", body)
            sheet = Sheet(_short(body[7:], length, old=raw.old), macro=sort == 1, hidden=state & 3)
            raw.starts.append((start, sheet))
        elif kind == NAME and len(body) >= 15:
            raw.names.append(_name(body, old=raw.old))
        elif kind == SST:
            raw.table = body
        else:
            _outside(raw, kind, body)
    for start, sheet in raw.starts:
        if data[start : start + 2] == b"\x09\x08" and data[start + 6 : start + 8] == b"\x40\x00":
            sheet.macro = True
    return raw


def _outside(raw: Raw, kind: int, body: bytes) -> None:
    if kind == SUPBOOK:
        if body[2:4] == b"\x01\x04":
            raw.own = raw.books
        elif len(body) > 4:
            raw.links.append(_long(body, 2))
        raw.books += 1
    elif kind == EXTERNSHEET and not raw.old and len(body) >= 2:
        rows = struct.iter_unpack("<HHH", _threes(body))
        raw.sheets = [first if book == raw.own or raw.own < 0 else -2 for book, first, _ in rows]


def _threes(body: bytes) -> bytes:
    count = min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 6)
    return body[2 : 2 + count * 6]


def _short(body: bytes, length: int, *, old: bool) -> str:
    if old:
        return body[:length].decode("cp1252", "replace")
    wide = body[:1] == b"\x01"
    return body[1 : 1 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")


def _long(body: bytes, at: int) -> str:
    if at + 3 > len(body):
        return ""
    length, wide = struct.unpack_from("<HB", body, at)
    raw = body[at + 3 : at + 3 + length * (2 if wide & 1 else 1)]
    return raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace")


def _name(body: bytes, *, old: bool) -> tuple[str, int, bytes]:
    flags, _, length, size = struct.unpack_from("<HBBH", body)
    text = _short(body[14:], length, old=old)
    begin = 14 + (0 if old else 1) + length * (2 if not old and body[14:15] == b"\x01" else 1)
    if flags & 0x20 and text:
        text = AUTO.get(ord(text[0]), f"builtin_{ord(text[0])}")
    return text.lower(), flags, body[begin : begin + size]


def read_book(data: bytes, budget: Budget) -> tuple[Book, Raw]:
    """Return the workbook; sheets are filled only where there are macros."""
    raw = globals_of(data, budget)
    book = Book(sheets=[sheet for _, sheet in raw.starts])
    labels = [name for name, _, _ in raw.names]
    for name, flags, tokens in raw.names:
        tree = TokenReader(tokens, wide=False, sheets=raw.sheets, names=labels).tree() if not raw.old else None
        if tree is not None:
            book.names.setdefault(name, tree)
        if name.startswith(tuple(AUTO.values())):
            book.auto.append(name)
        book.hidden_names += flags & 1
    if not any(s.macro for s in book.sheets):
        return book, raw
    raw.texts = _texts(raw.table)
    wanted: set[int] = set()
    for number, (start, sheet) in enumerate(raw.starts):
        if sheet.macro:
            _fill(sheet, data, start, raw, labels, budget)
            wanted |= {n for tree in sheet.formulas.values() for n in _sheets(tree)} - {number}
    for number in sorted(wanted):
        if 0 <= number < len(raw.starts) and not raw.starts[number][1].macro:
            _fill(raw.starts[number][1], data, raw.starts[number][0], raw, labels, budget)
    return book, raw


def _sheets(node: Node, depth: int = 0) -> set[int]:
    found = {node.sheet} if node.kind == "cell" and node.sheet >= 0 else set()
    if depth < 60:
        for part in node.parts:
            found |= _sheets(part, depth + 1)
    return found


def _fill(sheet: Sheet, data: bytes, start: int, raw: Raw, names: list[str], budget: Budget) -> None:
    last = (0, 0)
    for kind, body, _ in records(data, start, budget):
        if len(sheet.values) + len(sheet.formulas) > 200_000:
            return
        if kind == STRING:
            sheet.values[last] = _long(body, 0)
            continue
        if kind not in {FORMULA, LABELSST, LABEL, NUMBER, RK} or len(body) < 8:
            continue
        row, column = struct.unpack_from("<HH", body)
        last = (row, column)
        if kind == FORMULA and len(body) >= 22:
            (size,) = struct.unpack_from("<H", body, 20)
            tree = TokenReader(body[22 : 22 + size], wide=False, sheets=raw.sheets, names=names).tree()
            if tree is not None:
                sheet.formulas[last] = tree
            if body[12:14] != b"\xff\xff":
                sheet.values[last] = struct.unpack_from("<d", body, 6)[0]
        elif kind != FORMULA:
            sheet.values[last] = _value(kind, body, raw)


def _value(kind: int, body: bytes, raw: Raw) -> Value:
    if kind == LABEL:
        return _long(body, 6)
    if kind == NUMBER and len(body) >= 14:
        number: float = struct.unpack_from("<d", body, 6)[0]
        return number
    if len(body) < 10:
        return None
    (index,) = struct.unpack_from("<I", body, 6)
    if kind == RK:
        return rk(index)
    return raw.texts[index] if kind == LABELSST and index < len(raw.texts) else None


def rk(value: int) -> float:
    """Return the number that 30 bits and two flags stand for. Format: [MS-XLS] 2.5.217."""
    if value & 2:
        number = float((value >> 2) - (1 << 30 if value & 0x80000000 else 0))
    else:
        (number,) = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))
    return number / 100 if value & 1 else number


def _texts(table: bytes) -> list[str]:
    """Return the texts of the first record of the shared table."""
    found: list[str] = []
    at = 8
    while at + 3 <= len(table) and len(found) < 50_000:
        length, flags = struct.unpack_from("<HB", table, at)
        at += 3
        runs = extra = 0
        if flags & 8 and at + 2 <= len(table):
            (runs,) = struct.unpack_from("<H", table, at)
            at += 2
        if flags & 4 and at + 4 <= len(table):
            (extra,) = struct.unpack_from("<I", table, at)
            at += 4
        size = length * (2 if flags & 1 else 1)
        found.append(table[at : at + size].decode("utf-16-le" if flags & 1 else "latin-1", "replace"))
        at += size + runs * 4 + extra
    return found
