"""What is attached to a mail: the tricks of its names, and kinds of files that honest mails hardly ever carry."""

import math
import re
from dataclasses import dataclass
from functools import cache

from anshin.engine.formats.contract import Parsed
from anshin.engine.names import base_name, safe_name
from anshin.engine.unpack.survey import deceiving
from anshin.engine.unpack.survey import expression as archive_expression
from anshin.engine.wording import load_data

_LNK = b"L\0\0\0\x01\x14\x02\0"
SEARCHED = 512 * 1024


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file."""

    name: str  # as the mail gives it
    data: bytes
    kind: str = ""  # MIME type


@cache
def expression(name: str) -> re.Pattern[str]:
    """Return an expression of the word list."""
    return re.compile(load_data("formats/mail/words.yaml")[name], re.IGNORECASE)


def judge_attachments(found: list[Attachment], parsed: Parsed) -> None:
    """Add the signs of the attached files."""
    for file in found:
        name = safe_name(file.name)
        where = f"attachment {name.replace(',', '_')[:200]}"
        for code in deceiving(name):
            parsed.sign(code, where)
        plain = base_name(name)
        if file.data.startswith((b"MZ", _LNK)) or any(
            archive_expression(n).search(plain) for n in ("program", "script", "shortcut")
        ):
            parsed.sign("mail.attachment_program", where)
        if expression("page_posing").search(plain):
            parsed.sign("mail.attachment_posing", where)
        elif expression("disk").search(plain):
            parsed.sign("mail.attachment_rare", where)
        _page(file, plain, where, parsed)
    parsed.facts["attachments"] = math.log1p(len(found))


def _page(file: Attachment, name: str, where: str, parsed: Parsed) -> None:
    if not (expression("page").search(name) or file.kind in {"text/html", "application/xhtml+xml"}):
        return
    text = file.data[:SEARCHED].decode("utf-8", "replace")
    parsed.sign("mail.attachment_page", where)
    if expression("form").search(text):
        parsed.sign("mail.attachment_form", where)
    if expression("page_script").search(text):
        parsed.sign("mail.attachment_script", where)
