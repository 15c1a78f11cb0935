"""Installer packages (MSI): the files in their streams and the steps that run programs or scripts of their own.

Names of streams are packed two characters into one. Installers run programs by nature: that alone is told, not weighed.
"""

import re

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.container import Container
from anshin.engine.unpack.member import Member

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_HIDDEN = re.compile(
    rb"(?i)powershell[^\0]{0,200}?(?:-e(?:nc|c|ncodedcommand)?\s+[a-z0-9+/=]{40}|-w(?:indowstyle)?\s+h|downloadstring|iex\b)"
)
MAX_MEMBERS = 500


def stream_name(packed: str) -> str:
    """Return the name of a stream as people write it."""
    out = []
    for char in packed:
        code = ord(char)
        if 0x3800 <= code < 0x4800:
            out += [_LETTERS[code - 0x3800 & 0x3F], _LETTERS[(code - 0x3800) >> 6 & 0x3F]]
        elif 0x4800 <= code < 0x4840:
            out.append(_LETTERS[code - 0x4800])
        elif code == 0x4840:
            out.append("!")
        else:
            out.append(char)
    return "".join(out)


def read_installer(found: Parsed, box: Container, budget: Budget) -> None:
    """Take out the files, and look through the table of texts."""
    tables = 0
    for entry in box.streams():
        budget.check_time()
        name = stream_name(entry.path)
        if name.startswith("!"):
            tables += 1
            if name == "!_StringData" and _HIDDEN.search(box.read(entry, 32 * 1024 * 1024)):
                found.sign("ole.installer_command", "stream _StringData")
            continue
        if name.endswith("SummaryInformation") or entry.size < 16:
            continue
        if len(found.members) < MAX_MEMBERS:
            body = box.read(entry)
            budget.spend(len(body))
            found.members.append(Member(name, BytesContent(body)))
    found.facts["tables"] = min(1.0, tables / 100)
