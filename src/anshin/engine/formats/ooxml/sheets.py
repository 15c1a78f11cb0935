"""Macro sheets and links of workbooks, in XML and in binary (xlsb). Formats: ECMA-376 part 1, 18; [MS-XLSB] 2.4."""

import struct
from collections.abc import Iterator

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.dde import field_signs
from anshin.engine.formats.ooxml.package import Package
from anshin.engine.formats.ooxml.relations import Relation
from anshin.engine.formats.ooxml.xml import as_text, content, elements
from anshin.engine.formats.xlm.biff import rk
from anshin.engine.formats.xlm.formula import Book, Sheet, Value
from anshin.engine.formats.xlm.report import report
from anshin.engine.formats.xlm.text import TextReader, cell_of
from anshin.engine.formats.xlm.tokens import TokenReader

_STATES = {"hidden": 1, "veryhidden": 2}
MAX_CELLS = 100_000


def read_sheets(found: Parsed, package: Package, relations: list[Relation], budget: Budget) -> None:
    """Report the macro sheets of a workbook, and links that start programs."""
    for name in package.parts:
        if name.startswith("xl/externallinks/") and name.endswith(".xml"):
            for values, _ in elements(as_text(package.read(name, 1 << 22)), "ddeLink"):
                field_signs(found, f"DDE {values.get('ddeService', '')} {values.get('ddeTopic', '')}", f"part {name}")
    macros = {
        r.identifier: _resolved(r.target)
        for r in relations
        if r.kind.lower() in {"xlmacrosheet", "xlintlmacrosheet"} and r.part.startswith("xl/_rels/workbook.")
    }
    if not macros and not any(n.startswith("xl/macrosheets/") for n in package.parts):
        return
    if "xl/workbook.bin" in package.parts:
        book = _binary_book(package, macros, budget)
    else:
        book = _xml_book(package, macros, budget)
    report(found, book, budget)


def _resolved(target: str) -> str:
    return target.lstrip("/").lower() if target.startswith("/") else f"xl/{target}".lower()


def _xml_book(package: Package, macros: dict[str, str], budget: Budget) -> Book:
    text = as_text(package.read("xl/workbook.xml", 1 << 24))
    book = Book()
    parts: list[str] = []
    for values, _ in elements(text, "sheet"):
        identifier = values.get("id", "")
        hidden = _STATES.get(values.get("state", "").lower(), 0)
        book.sheets.append(Sheet(values.get("name", ""), macro=identifier in macros, hidden=hidden))
        parts.append(macros.get(identifier, ""))
    for name in package.parts:  # a macro sheet that no list names
        if name.startswith("xl/macrosheets/") and name.endswith(".xml") and name not in parts:
            book.sheets.append(Sheet(name.rpartition("/")[2], macro=True))
            parts.append(name)
    numbers = {sheet.name.lower(): n for n, sheet in enumerate(book.sheets)}
    for values, at in elements(text, "definedName"):
        name = values.get("name", "").lower().removeprefix("_xlnm.")
        tree = TextReader(content(text, at), numbers).tree()
        if tree is not None:
            book.names[name] = tree
        if name.startswith(("auto_open", "auto_close", "auto_activate", "auto_deactivate")):
            book.auto.append(name)
        book.hidden_names += values.get("hidden", "") in {"1", "true"}
    for sheet, part in zip(book.sheets, parts, strict=True):
        if part:
            budget.check_time()
            _xml_cells(sheet, as_text(package.read(part, 1 << 25)), numbers)
    return book


def _xml_cells(sheet: Sheet, text: str, numbers: dict[str, int]) -> None:
    cell = (0, 0)
    for values, at in elements(text, "c|f|v"):
        if "r" in values and "si" not in values and cell_of(values["r"]) is not None:
            cell = cell_of(values["r"]) or cell
            continue
        kind = text[text.rfind("<", 0, at) : at]
        inner = content(text, at)
        if kind.startswith(("<f", "<x:f")) and inner:
            tree = TextReader(inner, numbers).tree()
            if tree is not None:
                sheet.formulas[cell] = tree
        elif inner:
            sheet.values.setdefault(cell, _number(inner))
        if len(sheet.formulas) + len(sheet.values) > MAX_CELLS:
            return


def _number(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text


def _records(data: bytes, budget: Budget) -> Iterator[tuple[int, bytes]]:
    """Yield (type, body): both the type and the length are numbers of variable length."""
    at, count = 0, 0
    while at < len(data):
        kind, shift = data[at], 1
        at += 1
        if kind & 0x80 and at < len(data):
            kind = (kind & 0x7F) | data[at] << 7
            at += 1
        size = 0
        for shift in range(0, 28, 7):
            if at >= len(data):
                return
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield kind, data[at : at + size]
        at += size
        count += 1
        if count % 2000 == 0:
            budget.check_time()


def _wide(body: bytes, at: int) -> tuple[str, int]:
    if at + 4 > len(body):
        return "", len(body)
    (count,) = struct.unpack_from("<I", body, at)
    if count > 32768:
        return "", at + 4
    return body[at + 4 : at + 4 + count * 2].decode("utf-16-le", "replace"), at + 4 + count * 2


def _binary_book(package: Package, macros: dict[str, str], budget: Budget) -> Book:
    book = Book()
    parts: list[str] = []
    names: list[str] = []
    for kind, body in _records(package.read("xl/workbook.bin", 1 << 24), budget):
        if kind == 156 and len(body) >= 12:
            identifier, at = _wide(body, 8)
            name, _ = _wide(body, at)
            hidden = struct.unpack_from("<I", body)[0] & 3
            book.sheets.append(Sheet(name, macro=identifier in macros, hidden=hidden))
            parts.append(macros.get(identifier, ""))
        elif kind == 39 and len(body) >= 9:
            flags, _, _ = struct.unpack_from("<IBI", body)
            name = _wide(body, 9)[0].lower().removeprefix("_xlnm.")
            names.append(name)
            book.hidden_names += flags & 1
            if name.startswith(("auto_open", "auto_close", "auto_activate", "auto_deactivate")):
                book.auto.append(name)
    for name in package.parts:
        if name.startswith("xl/macrosheets/") and name.endswith(".bin") and name not in parts:
            book.sheets.append(Sheet(name.rpartition("/")[2], macro=True))
            parts.append(name)
    for sheet, part in zip(book.sheets, parts, strict=True):
        if part:
            _binary_cells(sheet, package.read(part, 1 << 25), names, budget)
    return book


def _binary_cells(sheet: Sheet, data: bytes, names: list[str], budget: Budget) -> None:
    row = 0
    for kind, body in _records(data, budget):
        if kind == 0 and len(body) >= 4:
            (row,) = struct.unpack_from("<I", body)
        if kind not in {2, 5, 6, 8, 9, 10, 11} or len(body) < 8:
            continue
        (column,) = struct.unpack_from("<I", body)
        cell = (row, column & 0x3FFF)
        sheet.values[cell] = _binary_value(kind, body)
        if kind >= 8:
            after = {8: _wide(body, 8)[1], 9: 16, 10: 9, 11: 9}[kind] + 2
            if after + 4 <= len(body):
                (size,) = struct.unpack_from("<I", body, after)
                tree = TokenReader(body[after + 4 : after + 4 + size], wide=True, sheets=[], names=names).tree()
                if tree is not None:
                    sheet.formulas[cell] = tree
        if len(sheet.formulas) + len(sheet.values) > MAX_CELLS:
            return


def _binary_value(kind: int, body: bytes) -> Value:
    if kind == 2 and len(body) >= 12:
        return rk(struct.unpack_from("<I", body, 8)[0])
    if kind in {5, 9} and len(body) >= 16:
        number: float = struct.unpack_from("<d", body, 8)[0]
        return number
    return _wide(body, 8)[0] if kind in {6, 8} else None
