"""Finds objects and streams by their marks, whatever the tables at the end say.

The bodies of streams are taken out first; what is left, the structure, is small and is what is searched for names.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from anshin.engine.budget import Budget

MOST_STREAMS = 200_000
MOST_OBJECTS = 400_000
NESTED_BYTES = 256 * 1024
"""Of a stream that holds PDF syntax in plain sight, this much is read as structure too: a table may point into it."""
_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})[\x00\t\n\f\r ]++(\d{1,5})[\x00\t\n\f\r ]++obj(?![A-Za-z])")
_HEAD = re.compile(rb"(?<!\d)(\d{1,10})[\x00\t\n\f\r ]++(\d{1,5})[\x00\t\n\f\r ]*+\Z")
_BEFORE_OBJ = frozenset(b"\x00\t\n\f\r 0123456789")
_BEFORE_STREAM = re.compile(rb">>(?:[\x00\t\n\f\r ]|%[^\r\n]{0,200}[\r\n]){0,64}\Z")
_LENGTH = re.compile(rb"/Length[\x00\t\n\f\r ]*(\d{1,10}+)(?![\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]+R)")
_END = re.compile(rb"[\x00\t\n\f\r ]{0,8}endstream")
_ESCAPED = re.compile(rb"/[^\x00\t\n\f\r ()<>\[\]{}/%]*?#[0-9A-Fa-f]{2}[^\x00\t\n\f\r ()<>\[\]{}/%]*+")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_NAMES = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")


@dataclass(slots=True)
class Buffer:
    """A run of structure: the file without its streams, or what an object stream holds."""

    text: bytes
    origin: str  # "file", "object stream", "nested"
    starts: list[int] = field(default_factory=list)  # offsets of objects in `text`
    objects: list["Entry"] = field(default_factory=list)

    def at(self, offset: int) -> "Entry | None":
        """Return the object in which `offset` stands."""
        n = bisect_right(self.starts, offset) - 1
        return self.objects[n] if n >= 0 else None


@dataclass(slots=True, eq=False)
class Entry:
    """One definition of an object."""

    number: int
    generation: int
    buffer: Buffer
    start: int  # of its value, in the text of the buffer
    end: int
    body: tuple[int, int] | None = None  # of its stream, in the file

    @property
    def text(self) -> bytes:
        """Return the value as written."""
        return self.buffer.text[self.start : self.end]


@dataclass(slots=True)
class Scan:
    """What the marks in the file tell."""

    buffers: list[Buffer]
    streams: list[tuple[int, int]]
    escaped: list[bytes]  # names of which letters were written as numbers
    wrong_lengths: int = 0
    unended: int = 0


def scan(data: bytes, budget: Budget) -> Scan:
    """Return all objects of the file itself. Raises `LimitHit`."""
    found = Scan([], [], [])
    pieces: list[bytes] = []
    ends: list[int] = []  # of each piece, in the structure
    nested: list[bytes] = []
    at = size = 0
    search = 0
    while (mark := data.find(b"stream", search)) >= 0 and len(found.streams) < MOST_STREAMS:
        budget.check_time()
        search = mark + 6
        body = _body_start(data, at, mark)
        if body is None:
            continue
        piece = data[at:mark]
        end, after = _body_end(data, piece, body, found)
        pieces.append(piece)
        size += len(piece) + 1
        ends.append(size)
        found.streams.append((body, end))
        if after > end and _holds_syntax(data, body, end, piece):
            nested.append(data[body : min(end, body + NESTED_BYTES)])
        at = search = after
    pieces.append(data[at:])
    main = Buffer(_plain_names(b"\n".join(pieces), found), "file")
    if len(main.text) != size + len(pieces[-1]):  # names were shortened: take the places anew
        ends = _moved(pieces)
    index(main)
    for position, span in zip(ends, found.streams, strict=True):
        entry = main.at(position - 1)
        if entry is not None and entry.body is None:
            entry.body = span
            entry.end = min(entry.end, position)
    found.buffers.append(main)
    for text in nested[:16]:
        inner = Buffer(_plain_names(text, found), "nested")
        index(inner)
        found.buffers.append(inner)
    return found


def index(buffer: Buffer) -> None:
    """Find the objects in a buffer. Cut at the mark instead of searching for numbers: tables are full of those."""
    at = 0
    for piece in buffer.text.split(b"obj"):
        at += len(piece) + 3
        if not piece or piece[-1] not in _BEFORE_OBJ or len(buffer.objects) >= MOST_OBJECTS:
            continue
        head = _HEAD.search(piece[-40:])
        if head is None:
            continue
        if buffer.objects:
            buffer.objects[-1].end = at - len(piece[-40:]) - 3 + head.start()
        buffer.starts.append(at)
        buffer.objects.append(Entry(int(head[1]), int(head[2]), buffer, at, len(buffer.text)))


def names_in(text: bytes) -> list[bytes]:
    """Return every name in a run of structure, in order."""
    return _NAMES.findall(text)


def _body_start(data: bytes, since: int, mark: int) -> int | None:
    """Return where the body begins when a stream begins at `mark`."""
    if mark + 6 < len(data) and data[mark + 6] not in b"\r\n \t":
        return None
    before = data[max(since, mark - 512) : mark]
    if not before.rstrip(b"\x00\t\n\f\r ").endswith(b">>") and not _BEFORE_STREAM.search(before):
        return None
    at = mark + 6
    while data[at : at + 1] in {b" ", b"\t"}:
        at += 1
    if data[at : at + 2] == b"\r\n":
        return at + 2
    return at + 1 if data[at : at + 1] in {b"\r", b"\n"} else at


def _body_end(data: bytes, piece: bytes, body: int, found: Scan) -> tuple[int, int]:
    """Return where the body ends, by its length if that is right, and where the structure goes on."""
    last = None
    head = piece[piece.rfind(b"obj") :] if b"obj" in piece else piece
    for last in _LENGTH.finditer(head):  # noqa: B007 -- the last one counts
        pass
    if last is not None:
        stated = body + int(last[1])
        if stated <= len(data):
            tail = _END.match(data, stated)
            if tail is not None:
                return stated, tail.end()
        found.wrong_lengths += 1
    end = data.find(b"endstream", body)
    if end < 0:
        found.unended += 1
        end = data.find(b"endobj", body)
        return (len(data), len(data)) if end < 0 else (end, end)
    trimmed = end
    if data[trimmed - 1 : trimmed] == b"\n":
        trimmed -= 1
    if data[trimmed - 1 : trimmed] == b"\r":
        trimmed -= 1
    return max(body, trimmed), end + 9


def _holds_syntax(data: bytes, body: int, end: int, piece: bytes) -> bool:
    """Whether a stream that is not packed has objects in it, to which a table of the file could point."""
    if b"/Filter" in piece[piece.rfind(b"obj") :] or data.find(b"endobj", body, min(end, body + NESTED_BYTES)) < 0:
        return False
    return _OBJECT.search(data, body, min(end, body + NESTED_BYTES)) is not None


def _plain_names(text: bytes, found: Scan) -> bytes:
    """Return `text` with letters and digits in place of the #xx that stand for them in names."""
    if b"#" not in text:
        return text

    def one(match: re.Match[bytes]) -> bytes:
        raw = match[0]
        plain = _HEX.sub(_letter, raw)
        if plain != raw and len(found.escaped) < 256:
            found.escaped.append(plain[1:])
        return plain

    return _ESCAPED.sub(one, text)


def _letter(match: re.Match[bytes]) -> bytes:
    code = int(match[1], 16)
    return bytes([code]) if code in _PLAIN else match[0]


def _moved(pieces: list[bytes]) -> list[int]:
    ends, size = [], 0
    for piece in pieces[:-1]:
        size += len(_plain_names(piece, Scan([], [], []))) + 1
        ends.append(size)
    return ends
