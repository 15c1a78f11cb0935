"""Excel 97-2003 in an OLE2 container: macro sheets, and links that start programs."""

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.container import Container
from anshin.engine.formats.ole.dde import field_signs
from anshin.engine.formats.xlm.biff import read_book
from anshin.engine.formats.xlm.report import report


def read_workbook(found: Parsed, box: Container, budget: Budget) -> None:
    """Report the macro sheets and links of the workbooks in `box`, embedded ones included."""
    for stream in box.named("workbook", "book")[:50]:
        _one(found, box.read(stream), budget)


def _one(found: Parsed, data: bytes, budget: Budget) -> None:
    book, raw = read_book(data, budget)
    report(found, book, budget)
    links = 0
    for link in raw.links[:500]:
        # the path of another workbook begins with 0x01; a program and its topic do not
        if "\x03" in link and not link.startswith("\x01"):
            links += 1
            program, _, topic = link.partition("\x03")
            field_signs(found, f"DDE {program} {topic}")
    found.facts["sheets"] = min(1.0, len(book.sheets) / 100)
    found.facts["hidden_sheets"] = sum(s.hidden > 0 for s in book.sheets) / max(1, len(book.sheets))
    found.facts["dde_links"] = min(1.0, links / 10)
    found.facts["names"] = min(1.0, len(raw.names) / 1000)
