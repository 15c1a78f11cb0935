"""Fields of Word documents: their instruction may be split over many runs. Format: ECMA-376 part 1, 17.16."""

import html
import re

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.dde import field_signs
from anshin.engine.formats.ooxml.package import Package
from anshin.engine.formats.ooxml.xml import as_text, elements

_PARTS = re.compile(r"^word/(?:document|header|footer|footnotes|endnotes|comments|glossary/document)\w*\.xml$")
_PIECE = re.compile(
    r"<(?:\w+:)?fldChar\b[^<>]*fldCharType\s*=\s*[\"'](begin|separate|end)[\"']|<(?:\w+:)?instrText\b[^<>]*>([^<]*)<|<(?:\w+:)?p[\s>]"
)
_QUOTE = re.compile(r"(?i)\bQUOTE\s+((?:\d{1,3}\s+)+\d{1,3})")
MAX_FIELDS = 20_000


def read_fields(found: Parsed, package: Package, budget: Budget) -> None:
    """Report what the fields of a Word document do."""
    count = 0
    for name in package.parts:
        if not _PARTS.match(name):
            continue
        raw = package.read(name)
        if b"instrText" not in raw and b"fldSimple" not in raw and b"\0i\0n\0s\0t\0r" not in raw:
            continue
        budget.check_time()
        text = as_text(raw)
        for values, _ in elements(text, "fldSimple") if "fldSimple" in text else ():
            field_signs(found, _spelled(values.get("instr", "")), f"part {name}")
            count += 1
        for instruction in _instructions(text) if "instrText" in text else ():
            field_signs(found, _spelled(instruction), f"part {name}")
            count += 1
            if count > MAX_FIELDS:
                return
    found.facts["fields"] = min(1.0, count / 500)


def _instructions(text: str) -> list[str]:
    """Return the instruction of every field, its pieces joined; nested fields are told with the field around them."""
    found: list[str] = []
    current: list[str] = []
    depth = 0
    for match in _PIECE.finditer(text):
        if match[1] == "begin":
            depth += 1
        elif match[1] == "end":
            depth = max(0, depth - 1)
            if depth == 0 and current:
                found.append("".join(current))
                current = []
        elif match[2] is not None:
            current.append(html.unescape(match[2]))
    if current:
        found.append("".join(current))
    return found


def _spelled(text: str) -> str:
    """Put characters in place of `QUOTE 68 68 69`, which spells a word by numbers."""
    return _QUOTE.sub(lambda m: "".join(chr(int(n) & 0xFF) for n in m[1].split()), text)
