"""The text of a script, with the views that signs and decoders look at; each is made when it is first asked for."""

import re
from bisect import bisect_right
from functools import cache, cached_property
from itertools import accumulate, compress
from typing import TYPE_CHECKING

from anshin.engine.wording import load_data

if TYPE_CHECKING:
    from anshin.engine.formats.script.match import Row

HEAD = 16 * 1024
LARGEST_LEXED = 128 * 1024
FEW = 8
"""Lines that are counted one by one before a table of all of them is made."""
LANGUAGES = "formats/script/languages.yaml"
_WORD = bytes(c + 32 if 65 <= c <= 90 else c if (chr(c).isalnum() and c < 128) or c == 95 else 32 for c in range(256))


@cache
def _pattern(language: str, name: str) -> re.Pattern[str] | None:
    text = load_data(LANGUAGES).get(language, {}).get(name)
    if name == "comments" and text:
        text = f"({text})"  # the whole match, and then c
    return re.compile(text, re.DOTALL) if text else None


def _lexed(pattern: re.Pattern[str], text: str, language: str) -> tuple[list[str], list[str], list[bool]]:
    """Return what stands between strings and comments, those themselves, and which of them are comments."""
    parts = pattern.split(text)
    if pattern.groups > 1:
        return parts[::3], parts[1::3], [comment is not None for comment in parts[2::3]]
    between, found = parts[::2], parts[1::2]
    comments = [token[0] not in "\"'`" for token in found]
    beginning = _pattern(language, "documentation")
    if beginning is not None:
        for at, token in enumerate(found):
            if token.startswith(('"""', "'''")):
                before, newline, line = between[at].rpartition("\n")
                if (newline or at == 0) and beginning.fullmatch(line):
                    between[at], found[at], comments[at] = before + newline, line + token, True
    return between, found, comments


def words_of(data: bytes) -> list[str]:
    """Return all words of ASCII letters, digits and _ in lower case, in order; other bytes part them."""
    return data.translate(_WORD).decode("ascii").split()


class Source:
    """One text in one language."""

    def __init__(self, text: str, language: str) -> None:
        """Take the marks away that a language lets stand in the middle of words (` of PowerShell, ^ of batch)."""
        self.language = language
        self.raw = text
        self.ticks = 0
        self._asked = 0
        self.rows: tuple[Row, ...] | None = None  # signs that may be found here, once `match` has looked
        marks = load_data(LANGUAGES).get(language, {}).get("mark", "")
        if marks and marks in text:
            pattern = _pattern(language, "ticks")
            assert pattern is not None
            text, self.ticks = pattern.subn("", text)
        self.text = text

    @cached_property
    def lower(self) -> str:
        """The text in lower case; its length may differ from the text's only outside of ASCII."""
        # of bytes it takes half the time
        return self.ascii.lower().decode("ascii") if self.text.isascii() else self.text.lower()

    @cached_property
    def ascii(self) -> bytes:
        """The text with one byte for each character, ? for those outside of ASCII: to search in C by offset."""
        return self.text.encode("ascii", "replace")

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of ASCII letters, digits and _ in lower case."""
        split = words_of(self.ascii)
        self.word_count = len(split)
        return frozenset(split)

    @cached_property
    def long_words(self) -> tuple[str, ...]:
        """Words of 20 characters and more."""
        return tuple([word for word in self.words if len(word) >= 20])

    @cached_property
    def code(self) -> str:
        """The text in lower case, comments replaced by a space; a very long text keeps them."""
        pattern = _pattern(self.language, "comments")
        if pattern is None or len(self.text) > LARGEST_LEXED:
            return self.lower
        between, found, comments = _lexed(pattern, self.lower, self.language)
        if not any(comments):
            return self.lower
        kept = [" " if comment else token for token, comment in zip(found, comments, strict=True)]
        parts = [""] * (len(between) + len(kept))
        parts[::2], parts[1::2] = between, kept
        return "".join(parts)

    def comment_share(self) -> float:
        """Return how much of the beginning is comments."""
        pattern, head = _pattern(self.language, "comments"), self.text[:HEAD].lower()
        if pattern is None or not head:
            return 0.0
        _, found, comments = _lexed(pattern, head, self.language)
        return sum(map(len, compress(found, comments))) / len(head)

    @cached_property
    def _breaks(self) -> list[int]:
        lengths = map((1).__add__, map(len, self.text.split("\n")))
        return list(accumulate(lengths))[:-1]

    def line(self, offset: int) -> int:
        """Return the number of the line, from 1."""
        if offset <= 0:
            return 1
        self._asked += 1
        if self._asked <= FEW:
            return self.text.count("\n", 0, offset) + 1
        return bisect_right(self._breaks, offset) + 1

    def line_of(self, found: str) -> int:
        """Return the line of a lower-case text that was found in `code`."""
        at = self.lower.find(found) if found else 0
        return self.line(max(0, at))


def text_of(data: bytes) -> str:
    """Return `data` as text; every byte gets some meaning. Windows runs scripts in UTF-16 without a mark, too."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    head = data[:512]
    if len(head) >= 8 and head.count(0) * 3 >= len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        return data.decode("utf-16-be" if even > odd else "utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp932" if _is_cp932(data) else "latin-1", "replace")


def _is_cp932(data: bytes) -> bool:
    """Whether it reads as Japanese text of Windows; a cut character at the very end is forgiven."""
    try:
        data[:4096].decode("cp932")
    except UnicodeDecodeError as error:
        return error.start >= min(len(data), 4096) - 2
    return True


def load_source_tables() -> None:
    """Read the table of languages."""
    for language in load_data(LANGUAGES):
        _pattern(language, "comments")
