"""A tolerant reading of markup: tags, attributes, script blocks and data: URLs, as browsers take them.

Parsers of the standard library and lxml mend or refuse broken markup; what matters here is what stands in the bytes.
"""

import html
import re
from dataclasses import dataclass
from functools import cached_property

_TAG = re.compile(r"<\s*/?\s*([a-zA-Z][\w:.-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*'){0,200})>")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_SCRIPT = re.compile(r"<script\b([^<>]{0,4000})>(.*?)(?:</script\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_DATA = re.compile(
    r"data:([\w./+-]{0,80})(?:;[\w=.-]{1,60})*;base64,((?:[A-Za-z0-9+/]|%2[BbFf]|%3[Dd]|[\s=])+)", re.IGNORECASE
)
_HANDLER = re.compile(r"""\son[a-z]{3,20}\s*=\s*("[^"]{3,}"|'[^']{3,}')""", re.IGNORECASE)
_LINK = re.compile(
    r"""(?:href|src|action|xlink:href|url)\s*=\s*["']?\s*((?:javascript|vbscript)\s*:[^"'>]{3,4000})""", re.IGNORECASE
)
TAGS = 20_000
KEEP = frozenset(
    {
        "iframe",
        "frame",
        "meta",
        "form",
        "input",
        "a",
        "object",
        "embed",
        "svg",
        "foreignobject",
        "base",
        "link",
        "img",
        "title",
        "hta:application",
        "script",
        "package",
        "job",
        "component",
        "registration",
        "scriptlet",
        "image",
        "use",
    }
)


@dataclass(frozen=True, slots=True)
class Tag:
    """One opening tag that may matter."""

    name: str
    attributes: dict[str, str]
    offset: int


@dataclass(frozen=True, slots=True)
class Script:
    """One script block, or a handler."""

    language: str
    text: str
    offset: int


class Markup:
    """One text of markup."""

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self.text = text

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def tags(self) -> list[Tag]:
        """Tags that may matter, at most `TAGS`."""
        found = []
        for match in _TAG.finditer(self.text):
            name = match[1].lower()
            if name in KEEP and match[0][1] != "/":
                found.append(Tag(name, attributes(match[2]), match.start()))
                if len(found) >= TAGS:
                    break
        return found

    def named(self, *names: str) -> list[Tag]:
        """Tags of these names."""
        return [tag for tag in self.tags if tag.name in names]

    @cached_property
    def scripts(self) -> list[Script]:
        """Script blocks with their language, handlers and script: links."""
        found = []
        for match in _SCRIPT.finditer(self.text):
            language = script_language(attributes(match[1]))
            body = match[2].strip()
            if language and body:
                found.append(Script(language, body.removeprefix("<![CDATA[").removesuffix("]]>"), match.start(2)))
        found += [Script("javascript", html.unescape(m[1][1:-1]), m.start()) for m in _HANDLER.finditer(self.text)]
        for match in _LINK.finditer(self.text):
            language, _, body = html.unescape(match[1]).partition(":")
            found.append(Script(language.strip().lower(), body, match.start()))
        return found

    def data_urls(self) -> list[tuple[str, str, int]]:
        """Type, base64 text and place of each data: URL."""
        return [(m[1].lower(), m[2], m.start()) for m in _DATA.finditer(self.text)] if "base64," in self.lower else []


def attributes(text: str) -> dict[str, str]:
    """Return attributes by name in lower case; the first of a name counts, as in browsers."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = match[2]
        value = value[1:-1] if value[0] in "\"'" else value
        found.setdefault(match[1].lower(), html.unescape(value))
    return found


def script_language(values: dict[str, str]) -> str:
    """Return the language of a block; empty where it is data (JSON, templates)."""
    stated = (values.get("language", "") or values.get("type", "")).lower()
    if "vbs" in stated or "vbscript" in stated:
        return "vbscript"
    if not stated or "javascript" in stated or "jscript" in stated or "ecmascript" in stated or stated == "module":
        return "javascript"
    if stated.startswith(("text/", "application/")) or "json" in stated or "template" in stated:
        return ""
    return "javascript"
