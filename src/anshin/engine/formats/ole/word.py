"""Word 97-2003: fields that start programs (DDE) or fetch text and pictures from elsewhere. Format: [MS-DOC]."""

import re

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.container import Container
from anshin.engine.formats.ole.dde import field_signs

_FIELD = re.compile(rb"\x13([^\x13\x14\x15]{3,2000})[\x14\x15]")
_FIELD_WIDE = re.compile(rb"\x13\x00((?:[^\x13\x14\x15]\x00){3,2000})[\x14\x15]\x00")
_WORDS = tuple(w for word in ("DDE", "INCLUDE", "IMPORT", "LINK") for w in (word.encode(), word.encode("utf-16-le")))


def read_word(found: Parsed, box: Container) -> None:
    """Report the fields of the main document that reach outside."""
    for main in box.named("worddocument")[:50]:
        _fields(found, box.read(main, 32 * 1024 * 1024))


def _fields(found: Parsed, data: bytes) -> None:
    count = 0
    upper = data.upper()
    if not any(word in upper for word in _WORDS):
        return
    for pattern, code in ((_FIELD, "cp1252"), (_FIELD_WIDE, "utf-16-le")):
        for match in pattern.finditer(data):
            count += 1
            field_signs(found, match[1].decode(code, "replace"))
            if count > 5000:
                return
    found.facts["fields"] = min(1.0, count / 1000)
