"""Decides the kind of a file: structure, then magic bytes, then text; Magika only where those end.

Containers come first: a tar begins with a name and a 7z may hold its members as they are, so whatever those begin with
must not hide the archive.
"""

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from anshin.engine.content import Content
from anshin.engine.identify import magika, polyglot
from anshin.engine.identify.structure import (
    is_mail,
    is_mbox,
    is_message,
    is_tar,
    is_volume,
    refine_macho,
    refine_mz,
    zip_kind,
)
from anshin.engine.identify.text_marks import script_kind
from anshin.engine.names import base_name
from anshin.engine.verdict import FileType
from anshin.engine.wording import load_data

HEAD = 64 * 1024
KINDS = "identify/kinds.yaml"
_CONTROL = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1b\x08")


class Magic(NamedTuple):
    """One row of the table, ready to compare."""

    kind: str
    mime: str
    offset: int
    value: bytes
    masked: re.Pattern[bytes] | None  # None: every byte counts

    def matches(self, head: bytes) -> bool:
        """Whether `head` has these bytes at the offset."""
        if self.masked is None:
            return head.startswith(self.value, self.offset)
        return self.masked.match(head, self.offset) is not None

    def may_begin(self, first: int) -> bool:
        """Whether content with this first byte could match."""
        return self.offset > 0 or self.value[:1] == bytes((first,)) or bool(self.masked and not self.value[0])


@cache
def magic_table() -> tuple[Magic, ...]:
    """Return the table from the data file."""
    rows = []
    for kind, mime, offset, text in load_data(KINDS)["magic"]:
        pairs = [text[i : i + 2] for i in range(0, len(text), 2)]
        value = bytes(0 if p == "??" else int(p, 16) for p in pairs)
        parts = (b"." if p == "??" else re.escape(bytes.fromhex(p)) for p in pairs)
        masked = re.compile(b"".join(parts), re.DOTALL) if "??" in pairs else None
        rows.append(Magic(kind, mime, offset, value, masked))
    return tuple(rows)


@cache
def rows_by_first_byte() -> tuple[tuple[Magic, ...], ...]:
    """Return for each first byte the rows that it leaves open, in the order of the table: five to fifteen of 72."""
    return tuple(tuple(row for row in magic_table() if row.may_begin(first)) for first in range(256))


@lru_cache(maxsize=512)
def _type(kind: str, mime: str, decided_by: Literal["structure", "magic", "magika", "none"]) -> FileType:
    """Return a kind of file; few are asked for again and again."""
    return FileType(kind=kind, mime=mime, decided_by=decided_by)


@cache
def _text_starts() -> tuple[re.Pattern[str], tuple[tuple[str, str], ...]]:
    """Return an expression whose n-th group is the n-th beginning of text that tells a kind, and those kinds."""
    rows = load_data(KINDS)["text_start"]
    pattern = "|".join(f"({re.escape(prefix)})" for _, _, prefix in rows)
    return re.compile(pattern), tuple((kind, mime) for kind, mime, _ in rows)


@cache
def _tag_mark() -> re.Pattern[str]:
    """Return an expression without which no tag of the table can be there: both letters behind its first sign."""
    firsts, seconds = ("".join({tag[at] for _, tag in load_data(KINDS)["markup_tags"]}) for at in (1, 2))
    # the Kelvin sign is the one letter outside ASCII whose small letter is one of ASCII
    sets = (re.escape(letters + letters.upper()) + "\u212a" for letters in (firsts, seconds))
    return re.compile("<" + "".join(f"[{letters}]" for letters in sets))


@cache
def _mail_headers() -> frozenset[str]:
    return frozenset(load_data(KINDS)["mail_headers"])


@cache
def unsupported_containers() -> frozenset[str]:
    """Kinds that hold files which nobody here can take out."""
    return frozenset(load_data(KINDS)["unsupported_containers"])


@cache
def _containers() -> frozenset[str]:
    return frozenset(load_data(KINDS)["containers"]) | unsupported_containers()


def identify(content: Content, *, name: str = "", stated: str = "", ask_magika: bool = True) -> FileType:
    """Return the kind of `content`. Never raises for bad content, and Magika never overrules magic or structure.

    `stated` is the kind that the container of a member knows (a macro module); it holds for text without a structure
    of its own. The ending of `name` decides only between kinds of text, as it does for the program that opens it.
    """
    if content.size == 0:
        return FileType(kind="empty", mime="application/x-empty", decided_by="structure")
    head = content.read(0, HEAD)
    found = _by_structure(content, head) or _by_magic(content, head)
    if found is not None:
        return found
    text = _as_text(head)
    if text is not None:
        found = _by_text(text, name, stated) or _by_claim(name, stated) or _by_marks(text)
        if found is not None:
            return found
    if _holds_pdf(head):  # a script that mentions the mark stays a script, and is read as a PDF besides
        return FileType(kind="pdf", mime="application/pdf", decided_by="structure")
    if ask_magika:
        guess = magika.guess(content)
        if guess is not None:
            return FileType(kind=guess[0], mime=guess[1], decided_by="magika")
    if text is not None:
        return _type("text", "text/plain", "none")
    return _type("unknown", "application/octet-stream", "none")


def _by_structure(content: Content, head: bytes) -> FileType | None:
    if is_tar(head):
        kind, mime = "tar", "application/x-tar"
    elif head.startswith(b"MZ"):
        kind, mime = refine_mz(content, head)
    elif head.startswith(b"\xca\xfe\xba\xbe"):
        kind, mime = refine_macho(head)
    elif content.size >= 1024 and content.read(content.size - 512, 8) == b"conectix":
        kind, mime = "vhd", "application/x-vhd"  # a fixed disk is told by its last sector only
    elif content.size >= 32768 and is_volume(head):
        kind, mime = "disk", "application/x-raw-disk-image"
    elif head.startswith(b"%PDF-"):
        kind, mime = "pdf", "application/pdf"
    else:
        return None
    return _type(kind, mime, "structure")


def _holds_pdf(head: bytes) -> bool:
    """Whether readers would take it for a PDF: they look for its mark within the first 1,024 bytes."""
    return b"%PDF-" in head[:1024]


def _by_magic(content: Content, head: bytes) -> FileType | None:
    for row in rows_by_first_byte()[head[0]] if head else ():
        if not row.matches(head):
            continue
        if row.kind == "zip":
            kind, mime = zip_kind(content, head)
            return _type(kind, mime, "magic" if kind == "zip" else "structure")
        if row.kind == "ole2" and is_message(content, head):
            return FileType(kind="msg", mime="application/vnd.ms-outlook", decided_by="structure")
        if row.kind not in _containers() and _holds_pdf(head):
            break
        return _type(row.kind, row.mime, "magic")
    return None


def _as_text(head: bytes) -> str | None:
    """Decode as text, or None where it is not: NUL bytes or too many control characters."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    if b"\0" in head:
        return None
    control = len(head) - len(head.translate(None, _CONTROL))
    if control * 100 > len(head):
        return None
    return head.decode("utf-8", "replace")


def _by_claim(name: str, stated: str) -> FileType | None:
    """Take the container's word, then the ending's: text has no other mark of what will run it."""
    data = load_data(KINDS)
    kind = stated or data["text_endings"].get(_ending(name), "")
    return _text_kind(kind) if kind else None


def _ending(name: str) -> str:
    return base_name(name).lower().rpartition(".")[2]


def _text_kind(kind: str) -> FileType:
    return _type(kind, load_data(KINDS)["text_mimes"].get(kind, "text/plain"), "structure")


def _by_marks(text: str) -> FileType | None:
    kind = script_kind(text)
    return _text_kind(kind) if kind else None


def also(data: bytes, kind: str) -> tuple[str, ...]:
    """Return what a file is besides `kind`: a picture that is a script too is read as both."""
    return tuple(other for other in polyglot.kinds(data) if other != kind)


def _by_text(text: str, name: str, stated: str) -> FileType | None:
    data = load_data(KINDS)
    if text.startswith("#!"):
        return _by_interpreter(text)
    # what runs these by their ending skips what it does not understand: the first bytes decide nothing
    kind = stated or data["text_endings"].get(_ending(name), "")
    if kind in data["text_whatever_it_begins_with"]:
        return _text_kind(kind)
    start = text[:1024].lstrip().lower()
    pattern, kinds = _text_starts()
    if (begins := pattern.match(start)) is not None:
        found, mime = kinds[(begins.lastindex or 1) - 1]
        return _markup(found, text) or _type(found, mime, "magic")
    if is_mbox(text):
        return FileType(kind="mbox", mime="application/mbox", decided_by="structure")
    if is_mail(text, _mail_headers()):
        return FileType(kind="mail", mime="message/rfc822", decided_by="structure")
    return None


def _by_interpreter(text: str) -> FileType:
    table = load_data(KINDS)["shebang"]
    words = text[2:200].split("\n", 1)[0].split()
    for name in (w.rsplit("/", 1)[-1].rstrip("0123456789.") for w in words if not w.startswith("-")):
        if name in table:
            kind, mime = table[name]
            return _type(kind, mime, "magic")
    return _type("script", "text/x-script", "magic")


def _markup(kind: str, text: str) -> FileType | None:
    """Tell by the first tags what XML or a page really is."""
    if kind not in {"xml", "html"} or not _tag_mark().search(text, 0, 8192):
        return None
    head = text[:8192].lower()
    for found, tag in load_data(KINDS)["markup_tags"]:
        if tag in head and not (kind == "html" and found in {"svg", "xml"}):
            return _text_kind(found)
    return None
