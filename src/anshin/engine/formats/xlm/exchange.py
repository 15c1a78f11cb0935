"""Tables as text that Excel opens: SYLK with macros, web queries (IQY), formulas in CSV that start programs.

Formats: SYLK as in Microsoft KB 215559; IQY as in "Get external data from a Web page"; CSV in RFC 4180.
"""

import math
import re

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.dde import field_signs
from anshin.engine.formats.xlm.formula import Book, Sheet
from anshin.engine.formats.xlm.report import report
from anshin.engine.formats.xlm.text import TextReader

MAX_LINES = 200_000
_BEFORE = re.compile(r"(?:^|[,;\t\"])[\s\"']*[=+\-@][^,|]{0,60}?([A-Za-z][\w.\\:]{1,60})$")
_BEHIND = re.compile(r"\|\s*'?([^!\n]{0,300}?)'?!\s*['\"]?\w")
"""`=program|'topic'!item`: what stands before the bar, and behind it."""
MAX_BARS = 20_000
_ADDRESS = re.compile(r"(?im)^[ \t]*(https?|ftp|file)://([^/\s:]*)")


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def parse_sylk(data: bytes, budget: Budget) -> Parsed:
    """Read a SYLK file. Raises `LimitHit` only."""
    found = Parsed(family="xlm")
    book = Book()
    sheet = Sheet("SYLK")
    row = column = 1
    lines = _text(data).splitlines()
    for number, line in enumerate(lines[:MAX_LINES]):
        if number % 1000 == 0:
            budget.check_time()
        fields = line.replace(";;", "\x01").split(";")
        values = {f[:1]: f[1:].replace("\x01", ";") for f in fields[1:] if f}
        if fields[0] == "O" and "E" in values:
            sheet.macro = True
        elif fields[0] == "NN" and values.get("N", "").lower().startswith(("auto_open", "auto_close", "auto open")):
            book.auto.append(values["N"].lower())
        elif fields[0] == "C":
            row, column = _number(values.get("Y"), row), _number(values.get("X"), column)
            if "E" in values:
                tree = TextReader(values["E"], {"sylk": 0}).tree()
                if tree is not None:
                    sheet.formulas[row - 1, column - 1] = tree
            if "K" in values:
                sheet.values[row - 1, column - 1] = values["K"].strip('"')
    book.sheets.append(sheet)
    report(found, book, budget)
    _programs(found, "\n".join(line[line.find(";E") + 2 :] for line in lines if ";E" in line).replace("\n", "\n="))
    _facts(found, lines)
    return found


def _number(text: str | None, before: int) -> int:
    return int(text[:9]) if text and text[:9].isdigit() else before


def parse_iqy(data: bytes, budget: Budget) -> Parsed:
    """Read a web query. Raises `LimitHit` only."""
    budget.check_time()
    found = Parsed(family="xlm")
    text = _text(data)
    match = _ADDRESS.search(text)
    if match:
        found.sign("xlm.web_query", f"link {match[0].strip()[:150].replace(',', '%2c')}")
        if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", match[2]):
            found.sign("xlm.bare_query", f"link {match[0].strip()[:150].replace(',', '%2c')}")
    _facts(found, text.splitlines())
    return found


def parse_csv(data: bytes, budget: Budget) -> Parsed:
    """Read a table of values whose cells may be formulas. Raises `LimitHit` only."""
    budget.check_time()
    found = Parsed(family="xlm")
    if b"|" in data:
        _programs(found, _text(data))
    _facts(found, _text(data[:100_000]).splitlines())
    return found


def _programs(found: Parsed, text: str) -> None:
    at, count = text.find("|"), 0
    while at >= 0 and count < MAX_BARS:
        count += 1
        behind = _BEHIND.match(text, at)
        if behind:
            start = max(text.rfind("\n", 0, at) + 1, at - 130)
            before = _BEFORE.search(text[start:at])
            if before:
                field_signs(found, f"DDE {before[1]} {behind[1]}")
        at = text.find("|", at + 1)


def _facts(found: Parsed, lines: list[str]) -> None:
    count = max(1, len(lines))
    found.facts |= {
        "lines": math.log1p(count),
        "formulas": sum(line.lstrip(' "').startswith(("=", "+", "@")) for line in lines[:5000]) / count,
        "pipes": sum("|" in line for line in lines[:5000]) / count,
        "line_length": math.log1p(sum(map(len, lines[:5000])) / count),
    }
