"""Workbooks with macro sheets; nothing in them does anything, and no address exists."""

from tests.engine.indicator_cases.case import Case
from tests.engine.xlm_samples import CALL, EXEC, FORMULA, GOTO, call, char, joined, number, spelled, text, workbook

_EXEC = call(EXEC, text("notepad"))
_COMMAND = call(EXEC, spelled("cmd.exe /c ver"))
_FETCH = call(CALL, text("url" + "mon"), joined(text("URLDownload"), text("ToFileA")), text("JJCCJJ"), number(0))
_MEMORY = call(CALL, text("kernel32"), joined(text("Virtual"), text("Alloc")), text("JJJJJ"), number(0))
_WRITE = call(FORMULA, joined(char(61), text("A1+1")), text("x"))
_HIDDEN = call(FORMULA, joined(text("=EX"), text("EC("), char(34), text("calc")), text("x"))
_PLAIN = call(GOTO, number(1))


def _case(positive: bytes, negative: bytes) -> Case:
    return Case(positive, negative, name="book.xls")


CASES = {
    "xlm.macro_sheet": _case(workbook([_PLAIN]), workbook([number(1)], macro=False)),
    "xlm.auto_open": _case(workbook([_PLAIN], auto=True), workbook([_PLAIN])),
    "xlm.hidden": _case(workbook([_PLAIN], hidden=1), workbook([_PLAIN])),
    "xlm.very_hidden": _case(workbook([_PLAIN], hidden=2), workbook([_PLAIN])),
    "xlm.writes_formulas": _case(workbook([_WRITE]), workbook([_PLAIN])),
    "xlm.runs": _case(workbook([_EXEC]), workbook([_PLAIN])),
    "xlm.calls": _case(workbook([_FETCH]), workbook([_PLAIN])),
    "xlm.command": _case(workbook([_COMMAND]), workbook([_EXEC])),
    "xlm.downloads": _case(workbook([_FETCH]), workbook([call(CALL, text("user32"), text("Beep"))])),
    "xlm.injects": _case(workbook([_MEMORY]), workbook([call(CALL, text("kernel32"), text("GetTickCount"))])),
    "xlm.hidden_formula": _case(workbook([_HIDDEN]), workbook([_WRITE])),
    "xlm.dropper": _case(workbook([_FETCH], auto=True), workbook([_PLAIN], auto=True)),
    "xlm.opening_command": _case(workbook([_COMMAND], auto=True), workbook([_PLAIN], auto=True)),
    "xlm.opening_hidden": _case(workbook([_HIDDEN], auto=True), workbook([_WRITE], auto=True)),
}
CASES |= {
    "xlm.web_query": Case(b"WEB\r\n1\r\nhttps://files.test/a.htm\r\n", b"WEB\r\n1\r\n", name="a.iqy"),
    "xlm.bare_query": Case(
        b"WEB\r\n1\r\nhttp://203.0.113.7/a.htm\r\n", b"WEB\r\n1\r\nhttps://files.test/a.htm\r\n", name="a.iqy"
    ),
}
