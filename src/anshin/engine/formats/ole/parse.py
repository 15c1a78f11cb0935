"""The parser for OLE2 files: Word, Excel and PowerPoint 97-2003, installers, macro projects, encrypted documents."""

import math
import re

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.classes import meaning, raw_ids
from anshin.engine.formats.ole.container import STREAM, Container, Entry, NotOle, open_container
from anshin.engine.formats.ole.encryption import DEFAULT, decrypt
from anshin.engine.formats.ole.equation import overlong_font
from anshin.engine.formats.ole.installer import read_installer
from anshin.engine.formats.ole.macros import read_macros
from anshin.engine.formats.ole.native import read_package
from anshin.engine.formats.ole.slides import embedded_in_slides
from anshin.engine.formats.ole.word import read_word
from anshin.engine.formats.xlm.workbook import read_workbook
from anshin.engine.unpack.member import Member, Problem

_PROGRAM = re.compile(rb"This program (?:cannot be run in DOS mode|must be run under Win)")
_COMMAND = re.compile(rb"(?i)powershell|cmd(?:\.exe)? /c|mshta|wscript\.shell")
_MEMBER_STARTS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rt", b"MZ", b"MSCF", b"FWS", b"CWS", b"ZWS")
MAX_MEMBERS = 500
MAX_PROGRAMS = 10


def parse_ole(data: bytes, budget: Budget) -> Parsed:
    """Read one OLE2 file. Raises `LimitHit` only."""
    found = Parsed(family="ole")
    try:
        box = open_container(data)
    except NotOle:
        found.problems.append(Problem(gap="damaged", detail="format ole"))
        return found
    names = {e.path.lower() for e in box.entries}
    installer = meaning().get(box.root_clsid()) == "msi"
    locked = _locked(box, names)
    if locked:
        _open_locked(found, data, budget)
    for entry in box.entries:
        budget.check_time()
        entry_signs(found, box, entry)
        if entry.kind == STREAM and entry.size and not installer:
            _stream(found, box, entry, budget)
        if entry.hidden and entry.size:
            found.sign("ole.hidden_stream", _place(entry))
    read_macros(found, box, budget)
    if not locked:
        read_workbook(found, box, budget)
        read_word(found, box)
    if installer:
        read_installer(found, box, budget)
    if box.damage:
        found.problems.append(Problem(gap="damaged", detail=", ".join(d.replace(",", " ") for d in box.damage[:3])))
    _facts(found, box, data, locked=locked, installer=installer)
    return found


def _place(entry: Entry) -> str:
    printable = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in entry.path)
    return f"stream {printable.replace(',', '_')[:200]}"


def _stream(found: Parsed, box: Container, entry: Entry, budget: Budget) -> None:
    name = entry.name.lower()
    if name.endswith("ole10native"):
        _package(found, box, entry, budget)
    elif name == "powerpoint document":
        for number, body in enumerate(embedded_in_slides(box.read(entry), budget), 1):
            _member(found, f"object {number}", body, budget)
    else:
        if name in {"package", "contents"}:
            body = box.read(entry)
            if body.startswith(_MEMBER_STARTS):
                _member(found, entry.path, body, budget)
        _program(found, box, entry, budget)


def entry_signs(found: Parsed, box: Container, entry: Entry) -> None:
    """Report what the class and the stream of one entry tell by themselves."""
    group = meaning().get(entry.clsid, "")
    if group in {"equation", "exploited", "script_moniker", "flash"}:
        found.sign(f"ole.{group}", _place(entry))
    name = entry.name.lower()
    if entry.kind != STREAM or not entry.size:
        return
    if name == "equation native":
        found.sign("ole.equation", _place(entry))
        if overlong_font(box.read(entry, 1 << 16)):
            found.sign("ole.equation_exploit", _place(entry))
    elif name == "\x01ole" or name.startswith("\x03link"):
        _link(found, box.read(entry, 1 << 16), entry)
    elif name.endswith("summaryinformation") and _COMMAND.search(box.read(entry, 1 << 16).replace(b"\0", b"")):
        found.sign("ole.command_in_properties", _place(entry))


def _member(found: Parsed, name: str, body: bytes, budget: Budget) -> None:
    if len(found.members) < MAX_MEMBERS:
        budget.spend(len(body))
        found.members.append(Member(name, BytesContent(body)))
    else:
        found.problems.append(Problem(gap="members"))


def _package(found: Parsed, box: Container, entry: Entry, budget: Budget) -> None:
    package = read_package(box.read(entry))
    if package is None:
        found.sign("ole.malformed", _place(entry))
        return
    _member(found, package.name, package.data, budget)
    if package.runnable:
        found.sign("ole.packed_program", _place(entry))


def _link(found: Parsed, body: bytes, entry: Entry) -> None:
    """Look for a link to the internet, and for a link that runs a script."""
    for raw, group in raw_ids().items():
        at = body.find(raw)
        if at < 0:
            continue
        if group == "moniker":
            tail = body[at + 20 : at + 2000].decode("utf-16-le", "replace").split("\0", 1)[0]
            if tail.lower().startswith(("http:", "https:", "ftp:", "\\\\")):
                found.sign("ole.remote_link", f"{_place(entry)}, link {tail[:200].replace(',', '%2c')}")
        elif group == "script_moniker":
            found.sign("ole.script_moniker", _place(entry))


def _program(found: Parsed, box: Container, entry: Entry, budget: Budget) -> None:
    if entry.size < 512:
        return
    body = box.read(entry)
    at = -1
    for number in range(1, MAX_PROGRAMS + 1):
        at = body.find(b"This program ", at + 1)
        if at < 0:
            return
        start = body.rfind(b"MZ", max(0, at - 1024), at)
        if start >= 0 and _PROGRAM.match(body, at):
            found.sign("ole.embedded_program", _place(entry))
            _member(found, f"{entry.path} program {number}", body[start:], budget)


def _locked(box: Container, names: set[str]) -> bool:
    if "encryptedpackage" in names:
        return True
    word = box.find("WordDocument")
    if word is not None:
        head = box.read(word, 16)
        return len(head) > 11 and bool(head[11] & 1)
    book = box.find("Workbook") or box.find("Book")
    if book is not None:
        return b"\x2f\x00" in box.read(book, 4096) and _has_filepass(box.read(book, 4096))
    return "encryptedsummary" in names


def _has_filepass(head: bytes) -> bool:
    at = 0
    while at + 4 <= len(head):
        kind, size = int.from_bytes(head[at : at + 2], "little"), int.from_bytes(head[at + 2 : at + 4], "little")
        if kind == 0x2F:
            return True
        if kind == 0x85:
            return False
        at += 4 + size
    return False


def _open_locked(found: Parsed, data: bytes, budget: Budget) -> None:
    opened = decrypt(data, budget)
    if opened is None:
        found.problems.append(Problem(gap="encrypted"))
        return
    plain, password = opened
    if plain[:4096] != data[:4096]:
        found.members.append(Member("decrypted", BytesContent(plain)))
    found.sign("ole.default_password" if password == DEFAULT else "ole.known_password")


def _facts(found: Parsed, box: Container, data: bytes, *, locked: bool, installer: bool) -> None:
    streams = box.streams()
    names = {e.name.lower() for e in streams}
    sizes = sum(e.size for e in streams)
    found.facts |= {
        "streams": math.log1p(len(streams)),
        "storages": math.log1p(len(box.entries) - len(streams)),
        "depth": max((e.path.count("/") for e in box.entries), default=0),
        "hidden_streams": math.log1p(sum(e.hidden for e in streams)),
        "damage": math.log1p(len(box.damage)),
        "used_share": min(1.0, sizes / max(1, len(data))),
        "largest_share": max((e.size for e in streams), default=0) / max(1, sizes),
        "empty_streams": sum(e.size == 0 for e in streams) / max(1, len(streams)),
        "is_word": float("worddocument" in names),
        "is_excel": float(bool(names & {"workbook", "book"})),
        "is_slides": float("powerpoint document" in names),
        "is_installer": float(installer),
        "is_project": float("_vba_project" in names and "worddocument" not in names),
        "locked": float(locked),
        "packages": math.log1p(sum(n.endswith("ole10native") for n in names)),
        "objects": math.log1p(sum(e.name.startswith("_") and e.name[1:].isdigit() for e in box.entries)),
        "forms": math.log1p(sum(e.name == "f" for e in streams)),
        "has_data_stream": float("data" in names),
        "has_table": float("1table" in names or "0table" in names),
        "has_summary": float(any(n.endswith("summaryinformation") for n in names)),
        "members": math.log1p(len(found.members)),
    }
    for entry in box.entries[:500]:
        if len(found.tokens) < 4000:
            found.tokens.append(f"stream:{entry.name.lower()[:40]}")
        if entry.clsid:
            found.tokens.append(f"clsid:{entry.clsid}")
    del found.tokens[4096:]
