"""Fields and formulas that start another program by Dynamic Data Exchange; shared by Word, RTF and spreadsheets."""

import re

from anshin.engine.formats.contract import Parsed

_DDE = re.compile(r"(?i)^\s*\\?\s*(ddeauto|dde)\b(.*)", re.DOTALL)
_PROGRAM = re.compile(
    r"(?i)cmd(?:\.exe)?\b|powershell|mshta|msexcel\\\\|winword\\\\|programs\\|rundll32|regsvr32|wscript|cscript|certutil"
    r"|\.exe\b|https?:|\bmsiexec|bitsadmin|forfiles"
)
_INCLUDE = re.compile(
    r"(?i)^\s*(includepicture|includetext|import|link|incl?udefile)\b\s*(?:\S+\s+)?\"?((?:https?:|\\\\)\S+)"
)


def field_signs(found: Parsed, text: str, place: str = "") -> None:
    """Report what the instruction of one field does."""
    match = _DDE.match(text)
    if match:
        shown = re.sub(r"[^\x20-\x7e]|,", "_", text.strip())[:120]
        detail = f"{place}, field {shown}".lstrip(", ")
        program = _PROGRAM.search(match[2].replace('"', "").replace("^", ""))
        found.sign("office.dde_program" if program else "office.dde", detail)
    elif (include := _INCLUDE.match(text)) and (
        include[2].startswith("\\\\") or include[1].lower() in {"includetext", "link", "import"}
    ):
        found.sign("office.field_remote", f"{place}, link {include[2][:150].replace(',', '%2c')}".lstrip(", "))
