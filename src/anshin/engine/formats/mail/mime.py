"""MIME, read tolerantly and without building strings for everything (RFC 2045 to 2049, 2047, 2231, 3676).

Not the library `email`: it takes 20 ms for a megabyte, and where a boundary or an encoding is broken on purpose it
reads something else than the mail programs do. Here every part is told, also what stands behind the last boundary.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from anshin.engine.budget import Budget

DEEPEST = 64
MOST_PARTS = 20_000
_HEADER_BYTES = 512 * 1024
_BLANK = re.compile(rb"(?:\A|\r?\n)(?:\r?\n|\r\r?\n)")
_FIELD = re.compile(r"^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_PARAMETER = re.compile(r";\s*([\w.\-]{1,60}(?:\*\d{0,3}\*?|\*)?)\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;\s]*)", re.DOTALL)
_WORD = re.compile(r"=\?([\w\-]{1,40})(?:\*[\w-]*)?\?([bqBQ])\?([^?]*)\?=")
_BROKEN_BOUNDARY = re.compile(rb"(?<![^\n])--([^\r\n]{1,200})\r?\n(?=[Cc]ontent-[A-Za-z-]{3,40}:)")
_UU = re.compile(rb"^begin 0?[0-7]{3} ([^\r\n]{1,200})\r?\n(.*?)^(?:end\b|\Z)", re.MULTILINE | re.DOTALL)
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_LOOSE = re.compile(rb"(?:[A-Za-z0-9+/]{60,100}\r?\n){6,}[A-Za-z0-9+/=]{0,100}")
_CHARSETS = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
}


@dataclass(slots=True)
class Part:
    """One part: its header fields, and where its body stands."""

    fields: dict[str, list[str]]
    start: int
    end: int
    depth: int
    kind: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    names: list[str] = field(default_factory=list)  # of the file, as the header gives them; more than one is a trick
    broken: bool = False  # its boundary was wrong
    outside: bool = False  # it stands where no part should

    @property
    def encoding(self) -> str:
        """The transfer encoding in lower case."""
        return self.fields.get("content-transfer-encoding", [""])[0].split("(")[0].strip(" \t\"';").lower()

    @property
    def name(self) -> str:
        """The name of the file; empty where there is none."""
        return self.names[0] if self.names else ""


def parts(data: bytes, budget: Budget) -> Iterator[Part]:
    """Yield every part that is not a multipart, the mail itself first with its header (its body may be a multipart)."""
    todo = [(0, len(data), 0, False, False)]
    count = 0
    while todo and count < MOST_PARTS:
        budget.check_time()
        start, end, depth, broken, outside = todo.pop()
        part = _part(data, start, end, depth)
        part.broken, part.outside = broken, outside
        count += 1
        yield part
        if part.kind.startswith("multipart/") and depth < DEEPEST:
            inner = list(_inside(data, part))
            todo += [(s, e, depth + 1, b, o) for s, e, b, o in reversed(inner)]


def _part(data: bytes, start: int, end: int, depth: int) -> Part:
    blank = _BLANK.search(data, start, min(end, start + _HEADER_BYTES))
    head_end, body = (blank.start(), blank.end()) if blank else (end, end)
    fields: dict[str, list[str]] = {}
    for match in _FIELD.finditer(_text(data[start:head_end])):
        fields.setdefault(match[1].lower(), []).append(match[2].replace("\n", " ").replace("\r", ""))
    if blank and not fields and depth:  # a part without header: its first line belongs to it
        body = start
    part = Part(fields, body, end, depth)
    if "content-type" in fields:
        kind, _, rest = fields["content-type"][0].partition(";")
        part.kind = kind.strip().lower() or "text/plain"
        part.parameters = _parameters(rest)
    disposition, _, rest = fields.get("content-disposition", [""])[0].partition(";")
    part.disposition = disposition.strip().lower()
    names = [_parameters(rest).get("filename", ""), part.parameters.get("name", "")]
    part.names = list(dict.fromkeys(decoded(n) for n in names if n))
    return part


def _text(raw: bytes) -> str:
    """Decode a header: UTF-8, else what Japanese programs write without saying so, else one byte for one sign."""
    if raw.isascii():
        return raw.decode("ascii").replace("\r\n", "\n")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").replace("\r\n", "\n")


def _parameters(rest: str) -> dict[str, str]:
    """Return the parameters of a field, those in pieces joined (RFC 2231)."""
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(";" + rest[:65536]):
        key, value = match[1].lower(), match[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
        base, star, number = key.partition("*")
        if not star:
            plain.setdefault(base, value)
        else:
            digits = number.rstrip("*")
            pieces.setdefault(base, []).append((int(digits) if digits else 0, key.endswith("*"), value))
    for base, several in pieces.items():
        plain[base] = _joined(sorted(several, key=lambda piece: piece[0]))
    return plain


def _joined(several: list[tuple[int, bool, str]]) -> str:
    charset, raw = "utf-8", b""
    for n, (_, encoded, value) in enumerate(several):
        text = value
        if encoded and n == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return in_charset(raw, charset)


def in_charset(raw: bytes, charset: str) -> str:
    """Decode text, also where the name of the charset is wrong."""
    name = charset.strip("\"' ").lower()
    for encoding in (_CHARSETS.get(name, name), "utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return raw.decode("latin-1")


def decoded(text: str) -> str:
    """Return a header text with its encoded words read (RFC 2047), wherever they stand."""

    def one(match: re.Match[str]) -> str:
        try:
            if match[2] in "bB":
                raw = base64_bytes(match[3].encode("ascii", "ignore"))[0]
            else:
                raw = quopri.decodestring(match[3].replace("_", " ").encode("latin-1", "replace"), header=False)
        except (binascii.Error, ValueError):
            return match[3]
        return in_charset(raw, match[1])

    if "=?" not in text:
        return text.strip()
    return _WORD.sub(one, re.sub(r"(\?=)\s+(=\?)", r"\1\2", text[:65536])).strip()


def _inside(data: bytes, part: Part) -> Iterator[tuple[int, int, bool, bool]]:
    """Yield begin and end of the parts, whether the boundary was wrong, and whether a part stands outside."""
    boundary = part.parameters.get("boundary", "").encode("utf-8", "replace").rstrip(b" ")
    marks = _marks(data, part, boundary) if boundary else []
    broken = not marks
    if broken:
        found = _BROKEN_BOUNDARY.search(data, part.start, part.end)
        marks = _marks(data, part, found[1]) if found else []
    if not marks:
        yield part.start, part.end, True, False
        return
    for n, (_, behind, last) in enumerate(marks):
        stop = marks[n + 1][0] if n + 1 < len(marks) else part.end
        if not last:
            yield behind, stop, broken, False
        elif n == len(marks) - 1 and _LOOSE.search(data, behind, stop):
            yield behind, stop, broken, True


def _marks(data: bytes, part: Part, boundary: bytes) -> list[tuple[int, int, bool]]:
    """Return the delimiter lines: begin, end, and whether it is the last one."""
    wanted = b"--" + boundary
    found: list[tuple[int, int, bool]] = []
    at = data.find(wanted, part.start, part.end)
    while at >= 0 and len(found) < MOST_PARTS:
        behind = at + len(wanted)
        if at == part.start or data[at - 1] in b"\r\n":
            last = data[behind : behind + 2] == b"--"
            line = data.find(b"\n", behind, part.end)
            line = part.end if line < 0 else line + 1
            rest = data[behind + 2 * last : line].strip()
            if not rest:
                begin = at - 1 if at > part.start and data[at - 1 : at] == b"\n" else at
                begin = begin - 1 if begin > part.start and data[begin - 1 : begin] == b"\r" else begin
                found.append((max(part.start, begin), line, last))
        at = data.find(wanted, behind, part.end)
    return found


def body(data: bytes, part: Part) -> tuple[bytes, bool]:
    """Return the decoded bytes of a part, and whether they could be decoded whole."""
    raw = data[part.start : part.end]
    encoding = part.encoding
    if encoding == "base64" or (part.outside and encoding == ""):
        return base64_bytes(raw)
    if encoding == "quoted-printable":
        return quopri.decodestring(raw), True
    if encoding in {"x-uuencode", "uuencode", "x-uue"}:
        found = uuencoded(raw)
        return (found[0][1], True) if found else (raw, False)
    return raw, True  # mail programs show what they do not know as it is


def base64_bytes(raw: bytes) -> tuple[bytes, bool]:
    """Return what base64 means to a tolerant reader: strange signs are passed over, and after padding it goes on."""
    clean = raw.translate(None, _NOT_BASE64)
    if b"=" not in clean.rstrip(b"="):
        return _base64_piece(clean.rstrip(b"="), padded=clean.endswith(b"="))
    out, whole = b"", True
    for piece in re.split(b"=+", clean):
        data, good = _base64_piece(piece, padded=True)
        out += data
        whole = whole and good
    return out, whole


def _base64_piece(piece: bytes, *, padded: bool) -> tuple[bytes, bool]:
    rest = len(piece) % 4
    if rest == 1:
        piece = piece[:-1]
    return base64.b64decode(piece + b"=" * (-len(piece) % 4)), rest == 0 or (padded and rest != 1)


def uuencoded(raw: bytes) -> list[tuple[str, bytes]]:
    """Return the files that stand in a text as uuencode: name and bytes."""
    found: list[tuple[str, bytes]] = []
    if b"begin " not in raw:
        return found
    for match in _UU.finditer(raw):
        out = b""
        for line in match[2].splitlines():
            if not line or line[:1] in {b"`", b" "}:
                continue
            try:
                out += binascii.a2b_uu(line)
            except binascii.Error:
                size = ((line[0] - 32 & 63) * 4 + 5) // 3
                try:
                    out += binascii.a2b_uu(line[:size])
                except binascii.Error:
                    break
        if out:
            found.append((_text(match[1]).strip(), out))
        if len(found) >= 100:
            break
    return found
