"""A tolerant reading of markup: tags, attributes, script blocks and data: URLs, as browsers take them.

Parsers of the standard library and lxml mend or refuse broken markup; what matters here is what stands in the bytes.
"""

import html
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

PARTS = 200
"""Characters outside of quotes and quoted values of one tag; what has more is none."""
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_OPEN = re.compile(r"<script\b([^<>]{0,4000})>", re.IGNORECASE)
_CLOSE = re.compile(r"</script\s*>", re.IGNORECASE)
_DATA = re.compile(
    r"data:([\w./+-]{0,80})(?:;[\w=.-]{1,60})*;base64,((?:[A-Za-z0-9+/]|%2[BbFf]|%3[Dd]|[\s=])+)", re.IGNORECASE
)
_HANDLER = re.compile(r"""\son[a-z]{3,20}\s*=\s*("[^"]{3,}"|'[^']{3,}')""", re.IGNORECASE)
_LINK = re.compile(
    r"""(?:href|src|action|xlink:href|url)\s*=\s*["']?\s*((?:javascript|vbscript)\s*:[^"'>]{3,4000})""", re.IGNORECASE
)
_ODD = re.compile("[\u0130\u0131\u017f\u212a]")
"""Letters that are i, s and k to an expression that ignores case."""
_NAMED = re.compile(rb"on(?<=[\s\x1c-\x1f?]on)(?=[a-z?]{3})")
_SCHEME = re.compile(rb"(?:java|vb)script[\s\x1c-\x1f?]*:")
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


class Tag:
    """One opening tag that may matter."""

    __slots__ = ("_attributes", "name", "offset", "text")

    def __init__(self, name: str, text: str, offset: int) -> None:
        """Keep what stands behind the name as it is; most tags are only counted."""
        self.name, self.text, self.offset = name, text, offset
        self._attributes: dict[str, str] | None = None

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes by name in lower case."""
        if self._attributes is None:
            self._attributes = attributes(self.text)
        return self._attributes


_TAG = re.compile(
    # closing tags, and tags that do not matter, unless an "<" in their quotes stands for no tag
    rf"""<(?!/[^<>"']*>)(?!(?!\s*/?\s*(?i:{"|".join(sorted(KEEP))})(?![\w:.-]))[^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+)*+>)"""
    rf"""\s*/?\s*([a-zA-Z][\w:.-]*+)([^<>"']*+(?=>)|(?:[^<>"']++|"[^"]*"|'[^']*'){{0,{PARTS}}}+)>"""
)


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
    def flat(self) -> bytes:
        """The text in lower case with one byte for each character, ? for those outside of ASCII."""
        return self.text.encode("ascii", "replace").lower()

    @cached_property
    def _odd(self) -> bool:
        return not self.text.isascii() and _ODD.search(self.text) is not None

    def beginning(self, pattern: re.Pattern[str], *words: bytes, end: int | None = None) -> Iterator[re.Match[str]]:
        """Yield what `pattern.finditer` would up to `end`, for a pattern whose matches begin with one of these words.

        The words are in lower case, and the pattern ignores case: the engine of `re` then tries it at each character.
        """
        end = len(self.text) if end is None else end
        if self._odd:
            yield from pattern.finditer(self.text, 0, end)
            return
        last = 0
        for at in self._places(*words):
            if at >= last and (match := pattern.match(self.text, at, end)):
                yield match
                last = match.end()

    def _places(self, *words: bytes) -> list[int]:
        places = []
        for word in words:
            at = self.flat.find(word)
            while at >= 0:
                places.append(at)
                at = self.flat.find(word, at + 1)
        return sorted(places) if len(words) > 1 else places

    @cached_property
    def tags(self) -> list[Tag]:
        """Tags that may matter, at most `TAGS`."""
        found = []
        for match in self._all_tags():
            name = match[1].lower()
            if name in KEEP and match[0][1] != "/":
                found.append(Tag(name, match[2], match.start()))
                if len(found) >= TAGS:
                    break
        return found

    def _all_tags(self) -> Iterator[re.Match[str]]:
        at: int | None = 0
        while at is not None:
            start, at = at, None
            for match in _TAG.finditer(self.text, start):
                if len(match[2]) > PARTS and _parts(match[2]) > PARTS:
                    at = match.start() + 1
                    break
                yield match

    @cached_property
    def _by_name(self) -> dict[str, list[Tag]]:
        found: dict[str, list[Tag]] = {}
        for tag in self.tags:
            found.setdefault(tag.name, []).append(tag)
        return found

    def named(self, *names: str) -> list[Tag]:
        """Tags of these names, in order."""
        found = [tag for name in names for tag in self._by_name.get(name, ())]
        return sorted(found, key=lambda tag: tag.offset) if len(names) > 1 else found

    @cached_property
    def scripts(self) -> list[Script]:
        """Script blocks with their language, handlers and script: links."""
        found = []
        for stated, at, end in self._blocks():
            language = script_language(attributes(stated))
            body = self.text[at:end].strip()
            if language and body:
                found.append(Script(language, body.removeprefix("<![CDATA[").removesuffix("]]>"), at))
        found += [Script("javascript", html.unescape(m[1][1:-1]), m.start()) for m in self._handlers()]
        if self._odd or _SCHEME.search(self.flat):
            for match in _LINK.finditer(self.text):
                language, _, body = html.unescape(match[1]).partition(":")
                found.append(Script(language.strip().lower(), body, match.start()))
        return found

    def _blocks(self) -> Iterator[tuple[str, int, int]]:
        """Yield what each tag states, and where its script stands: up to the closing tag, or to the end of the text."""
        closing = deque(match.span() for match in self.beginning(_CLOSE, b"</script"))
        after = 0
        for match in self.beginning(_OPEN, b"<script"):
            if match.start() < after:
                continue
            while closing and closing[0][0] < match.end():
                closing.popleft()
            end, after = closing[0] if closing else (len(self.text), len(self.text))
            yield match[1], match.end(), end

    def _handlers(self) -> Iterator[re.Match[str]]:
        last = 0
        for place in _NAMED.finditer(self.flat):
            if place.start() > last and (match := _HANDLER.match(self.text, place.start() - 1)):
                yield match
                last = match.end()

    @cached_property
    def code(self) -> str:
        """All scripts in lower case."""
        return "\n".join(script.text for script in self.scripts).lower()

    @cached_property
    def data_urls(self) -> list[tuple[str, str, int]]:
        """Type, base64 text and place of each data: URL."""
        if b"base64," not in self.flat:
            return []
        return [(m[1].lower(), m[2], m.start()) for m in self.beginning(_DATA, b"data:")]


def _parts(text: str) -> int:
    """Return how many characters outside of quotes and quoted values there are."""
    return len(text) - sum(len(value) - 1 for value in _QUOTED.findall(text))


def attributes(text: str) -> dict[str, str]:
    """Return attributes by name in lower case; the first of a name counts, as in browsers."""
    found: dict[str, str] = {}
    for name, stated in _ATTRIBUTE.findall(text):
        value = stated[1:-1] if stated[0] in "\"'" else stated
        found.setdefault(name.lower(), html.unescape(value))
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
