"""Compiled help (CHM, ITSF): pages and pictures packed with LZX (russotto.net's description of the format).

A help page may run programs: Windows shows it in an old browser with no protection.
"""

import re
import struct
from dataclasses import dataclass

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content, SliceContent
from anshin.engine.names import safe_name
from anshin.engine.unpack.lzx import FRAME, Lzx, LzxDamaged
from anshin.engine.unpack.member import Found, Member, Problem

_MOST_CHUNKS = 20_000
_MOST_FILES = 50_000
_SPACE = "::DataSpace/Storage/MSCompressed/"
_SHORTCUT = re.compile(rb"adb880a6-d8ff-11cf-9377-00aa003b7a11", re.IGNORECASE)
_COMMAND = re.compile(
    rb"<param[^>]{0,80}name\s*=\s*[\"']?item1[\"']?[^>]{0,80}value\s*=\s*([\"'])(.{1,2000}?)\1",
    re.IGNORECASE | re.DOTALL,
)
_PROGRAM = re.compile(
    rb"\b(cmd|powershell|pwsh|mshta|wscript|cscript|rundll32|regsvr32|certutil|bitsadmin|msiexec|hh)(\.exe)?\b",
    re.IGNORECASE,
)
_CLICK = re.compile(rb"\.\s*click\s*\(", re.IGNORECASE)
_HOST = re.compile(
    rb"(WScript\.Shell|Shell\.Application|ADODB\.Stream|MSXML2\.|Scripting\.FileSystemObject)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    section: int
    start: int
    size: int


def unpack_chm(content: Content, name: str, meter: Meter) -> Found:
    """Yield every page, picture and table of the help file."""
    entries, base, whole = _directory(content, meter)
    if not whole:
        yield Problem(gap="damaged", name=name)
    by_name = {e.name: e for e in entries}
    packed, good = b"", True
    if any(e.section == 1 and e.size for e in entries):
        packed, good = _section(content, by_name, base, meter)
    for entry in entries[:_MOST_FILES]:
        if entry.name.startswith(("::", "/#", "/$")) or entry.name.endswith("/") or not entry.size:
            continue
        if entry.section == 0:
            start = base + entry.start
            body = SliceContent(content, start, start + entry.size).read(0, min(entry.size, meter.room))
        else:
            body = packed[entry.start : entry.start + entry.size]
        yield Member(safe_name(entry.name.lstrip("/")), BytesContent(body))
        yield from _page(body, entry.name)
        if len(body) < entry.size:
            good = False
    if not good:
        yield Problem(gap="damaged", name=name)


def _page(body: bytes, name: str) -> Found:
    """Tell what a page would run."""
    if body.startswith(b"MZ"):
        yield Problem(reason="chm.program_inside", name=safe_name(name))
    if _HOST.search(body) and b"<" in body[:4096]:
        yield Problem(reason="chm.script_runs", name=safe_name(name))
    if not _SHORTCUT.search(body):
        return
    command = _COMMAND.search(body)
    if command and _PROGRAM.search(command[2]):
        yield Problem(reason="chm.command", name=safe_name(name))
        if _CLICK.search(body):
            yield Problem(reason="chm.command_auto", name=safe_name(name))


def _directory(content: Content, meter: Meter) -> tuple[list[_Entry], int, bool]:
    """Return the entries, where section 0 begins, and whether the directory was read to its end."""
    head = content.read(0, 96).ljust(96, b"\0")
    version, length = struct.unpack_from("<II", head, 4)
    (at,) = struct.unpack_from("<Q", head, 72)
    size = struct.unpack_from("<Q", head, 80)[0]
    base = struct.unpack_from("<Q", head, 88)[0] if version >= 3 and length >= 96 else at + size
    raw = content.read(at, 84)
    table = raw.ljust(84, b"\0")
    header, _, chunk = struct.unpack_from("<III", table, 8)
    (count,) = struct.unpack_from("<I", table, 44)
    if len(raw) < 84 or not count or table[:4] != b"ITSP" or not 64 <= chunk <= 1 << 20:
        return [], base, False
    found: list[_Entry] = []
    for n in range(min(count, _MOST_CHUNKS)):
        meter.budget.check_time()
        data = content.read(at + header + n * chunk, chunk)
        if len(data) < chunk:
            return found, base, False
        if data[:4] == b"PMGL":
            (free,) = struct.unpack_from("<I", data, 4)
            found += _entries(data[20 : max(20, chunk - free)])
        if len(found) > _MOST_FILES:
            return found[:_MOST_FILES], base, False
    return found, base, True


def _entries(data: bytes) -> list[_Entry]:
    found: list[_Entry] = []
    at = 0
    while at < len(data):
        length, at = _number(data, at)
        name = data[at : at + length].decode("utf-8", "replace")
        at += length
        section, at = _number(data, at)
        start, at = _number(data, at)
        size, at = _number(data, at)
        found.append(_Entry(name, section, start, size))
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value = (value << 7 | byte & 127) & (1 << 63) - 1
        if not byte & 128:
            break
    return value, at


def _section(content: Content, entries: dict[str, _Entry], base: int, meter: Meter) -> tuple[bytes, bool]:
    """Return what section 1 unpacks to, and whether all of it came out."""
    control, body = entries.get(_SPACE + "ControlData"), entries.get(_SPACE + "Content")
    reset = next((e for n, e in entries.items() if n.startswith(_SPACE) and n.endswith("/ResetTable")), None)
    if control is None or body is None:
        return b"", False
    settings = content.read(base + control.start, 28).ljust(28, b"\0")
    version, interval, window = struct.unpack_from("<III", settings, 8)
    unit = FRAME if version >= 2 else 1
    table = content.read(base + reset.start, 40).ljust(40, b"\0") if reset else bytes(40)
    (size,) = struct.unpack_from("<Q", table, 16)
    wanted = size or max((e.start + e.size for e in entries.values() if e.section == 1), default=0)
    limit = min(wanted, meter.room)
    data = content.read(base + body.start, min(body.size, meter.room))
    machine = None
    try:
        machine = Lzx(data, (window * unit).bit_length() - 1, meter.budget)
        machine.run(limit, max(1, interval * unit // FRAME))
        whole = not machine.overran and len(machine.out) >= wanted
    except LzxDamaged:
        whole = False
    out = bytes(machine.out) if machine else b""
    meter.spend(len(out))
    return out, whole
