"""Elements and attributes of XML parts, found without building a tree.

No XML parser: parts of hostile files are often no well-formed XML, yet Office repairs and opens them; entities are
never resolved, so they can neither grow nor fetch anything.
"""

import html
import re
from collections.abc import Iterator
from functools import cache

_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)\b", re.IGNORECASE)


def as_text(part: bytes) -> str:
    """Return a part as text, whatever Unicode encoding it has."""
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        return part.decode("utf-16", "replace")
    if part.startswith(b"<\0"):
        return part.decode("utf-16-le", "replace")
    if part.startswith(b"\0<"):
        return part.decode("utf-16-be", "replace")
    return part.decode("utf-8", "replace")


@cache
def _start(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(?:\w+:)?(?:{name})(?=[\s/>])([^<>]*)>")


def elements(text: str, name: str) -> Iterator[tuple[dict[str, str], int]]:
    """Yield (attributes without prefixes, offset behind the start tag) of every element `name` ("a|b" for either)."""
    for match in _start(name).finditer(text):
        yield attributes(match[1]), match.end()


def attributes(text: str) -> dict[str, str]:
    """Return the attributes in a start tag, names without their prefix, values unescaped."""
    found = {name.rpartition(":")[2]: double or single for name, double, single in _ATTRIBUTE.findall(text)}
    return {name: html.unescape(value) for name, value in found.items()} if "&" in text else found


def content(text: str, at: int) -> str:
    """Return the text from `at` to the next tag, unescaped."""
    end = text.find("<", at)
    return html.unescape(text[at : end if end >= 0 else len(text)])


def declares_entities(text: str, *, types: bool = True) -> bool:
    """Whether the part has entities or, with `types`, a document type at all, which Office Open XML forbids."""
    match = _DECLARATION.search(text[:65536])
    return match is not None and (types or "<!ENTITY" in text[:65536].upper())
