"""The parser for RTF."""

import math
import re

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.container import MAGIC
from anshin.engine.formats.ole.dde import field_signs
from anshin.engine.formats.ole.embedded import container_signs
from anshin.engine.formats.ole.equation import overlong_font
from anshin.engine.formats.ole.native import read_package
from anshin.engine.formats.rtf.hexdata import HexData, read_hex
from anshin.engine.formats.rtf.objects import EmbeddedObject, group_of, read_object
from anshin.engine.unpack.member import Member, Problem

MAX_OBJECTS = 300
MAX_FIELDS = 2000
_TEMPLATE = re.compile(rb"\\\*\s*\\template\s*(?:\{\s*)?([^{}]{3,600})")
_CONTROL = re.compile(rb"\\'([0-9a-fA-F]{2})|\\[a-zA-Z]+-?\d* ?|\\\*|[{}\r\n]")
_UNICODE = re.compile(rb"\\u(-?\d{1,6})\s?\??")
_COUNT = re.compile(rb"\\listoverridecount\s*(-?\d{1,10})")
_FRAGMENTS = re.compile(rb"pFragments\s*\}\s*(?:\{[^{}]*\}\s*)*\{\s*\\(?:\*\s*\\)?sv\s*([^{}]{0,20000})")
_OBJECT_WORDS = (
    b"\\objupdate",
    b"\\objautlink",
    b"\\objlink",
    b"\\objemb",
    b"\\objocx",
    b"\\objhtml",
    b"\\pict",
    b"\\bin",
    b"\\*\\generator",
    b"\\stylesheet",
    b"\\fonttbl",
    b"\\info",
    b"\\field",
    b"\\u",
    b"\\'",
    b"\\shp",
)


def parse_rtf(data: bytes, budget: Budget) -> Parsed:
    """Read one RTF file. Raises `LimitHit` only."""
    found = Parsed(family="rtf")
    if not data.startswith(b"{\\rtf"):
        found.sign("rtf.broken_header", offset=0)
    objects = _objects(found, data, budget)
    if b"\\objupdate" in data and objects:
        found.sign("rtf.update", offset=data.find(b"\\objupdate"))
    for match in _TEMPLATE.finditer(data):
        _template(found, match)
    _fields(found, data, budget)
    _exploits(found, data)
    _facts(found, data, objects)
    return found


def _objects(found: Parsed, data: bytes, budget: Budget) -> list[HexData]:
    objects: list[HexData] = []
    at = data.find(b"\\objdata")
    while at >= 0:
        budget.check_time()
        if len(objects) >= MAX_OBJECTS:
            found.problems.append(Problem(gap="members"))
            break
        hexed = read_hex(data, at + 8)
        objects.append(hexed)
        place = f"object {len(objects)}"
        if hexed.oddities > 2 or (hexed.raw and hexed.raw < len(hexed.data)) or hexed.spaces > 0.6:
            found.sign("rtf.disguised_object", place, offset=at)
        budget.spend(len(hexed.data))
        _object(found, hexed.data, place, at, budget)
        at = data.find(b"\\objdata", max(hexed.end, at + 8))
    return objects


def _object(found: Parsed, data: bytes, place: str, at: int, budget: Budget) -> None:
    read = read_object(data)
    start = data.find(MAGIC)
    if read is not None:
        _class(found, read, place, at)
    if start >= 0:
        _member(found, place, data[start:])
        container_signs(found, data[start:], place, budget)
        return
    body = read.body if read is not None else data
    package = read_package(b"\0\0\0\0" + body) if body[:2] == b"\x02\0" else None
    if package is not None and package.data:
        _member(found, package.name, package.data)
        if package.runnable:
            found.sign("ole.packed_program", place, offset=at)
    elif len(body) > 16:
        _member(found, place, body)


def _member(found: Parsed, name: str, body: bytes) -> None:
    found.members.append(Member(name, BytesContent(body)))


def _class(found: Parsed, read: EmbeddedObject, place: str, at: int) -> None:
    name = read.class_name.lower()
    group = group_of().get(name, "")
    if group == "equation":
        found.sign("ole.equation", place, offset=at)
        if read.class_name != "Equation.3" and name == "equation.3":
            found.sign("rtf.odd_class", place, offset=at)
        if MAGIC not in read.body and overlong_font(read.body):
            found.sign("ole.equation_exploit", place, offset=at)
    elif group in {"exploited", "flash"}:
        found.sign(f"ole.{group}", place, offset=at)
    elif group == "script":
        found.sign("ole.script_moniker", place, offset=at)
    if name and len(found.tokens) < 300:
        found.tokens.append(f"class:{name[:60]}")
    if read.topic.lower().startswith(("http:", "https:", "\\\\")):
        found.sign("ole.remote_link", f"{place}, link {read.topic[:150].replace(',', '%2c')}", offset=at)


def _plain(text: bytes) -> str:
    """Return text without control words; characters by number become themselves."""
    text = _UNICODE.sub(lambda m: chr(int(m[1]) & 0xFFFF).encode("utf-8", "replace"), text)
    text = _CONTROL.sub(lambda m: bytes([int(m[1], 16)]) if m[1] else b"", text)
    return text.decode("utf-8", "replace").strip()


def _template(found: Parsed, match: re.Match[bytes]) -> None:
    raw = _UNICODE.sub(lambda m: chr(int(m[1]) & 0xFFFF).encode("utf-8", "replace"), match[1]).replace(b"\\\\", b"\\")
    target = re.sub(rb"\\'([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), raw).decode("utf-8", "replace").strip()
    lower = target.lower()
    detail = f"link {target[:150].replace(',', '%2c')}"
    if re.match(r"(?:https?|ftp|file)://", lower):
        found.sign("rtf.remote_template", detail, offset=match.start())
    elif lower.startswith("\\\\"):
        found.sign("rtf.server_template", detail, offset=match.start())


def _fields(found: Parsed, data: bytes, budget: Budget) -> None:
    at, count = data.find(b"\\fldinst"), 0
    while at >= 0 and count < MAX_FIELDS:
        count += 1
        if count % 200 == 0:
            budget.check_time()
        end = _group_end(data, at)
        text = data[at + 8 : end]
        if re.search(rb"(?i)dde|include|import|link", _CONTROL.sub(b"", text)):
            field_signs(found, _plain(text.replace(b"\\\\", b"\x01")).replace("\x01", "\\"))
        at = data.find(b"\\fldinst", at + 8)
    found.facts["fields"] = math.log1p(count)


def _group_end(data: bytes, at: int, most: int = 4000) -> int:
    """Return where the group ends that `at` lies in."""
    depth = 0
    for match in re.finditer(rb"\\[{}\\]|[{}]", data[at : at + most]):
        if match[0] == b"{":
            depth += 1
        elif match[0] == b"}":
            if depth == 0:
                return at + match.start()
            depth -= 1
    return min(len(data), at + most)


def _exploits(found: Parsed, data: bytes) -> None:
    if b"pFragments" in data:
        for match in _FRAGMENTS.finditer(data):
            value = match[1].rpartition(b";")[2].strip()
            if len(value) > 400:
                found.sign("rtf.shape_exploit", offset=match.start())
    for match in _COUNT.finditer(data):
        if int(match[1]) not in {0, 1, 9}:
            found.sign("rtf.list_exploit", offset=match.start())
    end = data.rstrip(b"\0 \r\n\t\x1a").rfind(b"}")
    behind = len(data.rstrip(b"\0 \r\n\t\x1a")) - end - 1
    if end >= 0 and behind > 1024:
        found.sign("rtf.appended", offset=end + 1)
    found.facts["behind"] = math.log1p(max(0, behind))


def _facts(found: Parsed, data: bytes, objects: list[HexData]) -> None:
    size = max(1, len(data))
    head = data[:65536]
    hexed = sum(len(o.data) for o in objects)
    found.facts |= {
        "objects": math.log1p(len(objects)),
        "object_share": min(1.0, hexed * 2 / size),
        "oddities": math.log1p(sum(o.oddities for o in objects)),
        "raw_bytes": math.log1p(sum(o.raw for o in objects)),
        "most_spaces": max((o.spaces for o in objects), default=0.0),
        "header": float(data.startswith(b"{\\rtf1")),
        "groups": math.log1p(data.count(b"{")),
        "open_groups": (data.count(b"{") - data.count(b"}")) / max(1, data.count(b"{")),
        "control_share": head.count(b"\\") / max(1, len(head)),
        "lines": data.count(b"\n") / size,
        "comments": data.count(b"{\\*") / size,
        "members": math.log1p(len(found.members)),
    }
    for word in _OBJECT_WORDS:
        name = re.sub(rb"\W", b"", word).decode() or "hex"
        found.facts[f"word_{name}"] = math.log1p(data.count(word))
    words = {w.decode("ascii") for w in re.findall(rb"\\([a-z]{2,20})", head)}
    found.tokens += [f"word:{w}" for w in sorted(words)][:3000]
