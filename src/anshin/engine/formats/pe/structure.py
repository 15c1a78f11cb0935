"""Signs in how a program is built."""

import re
from collections.abc import Iterator
from itertools import pairwise

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pe.behaviour import behaviours, hides_injection, obfuscator, packer_of
from anshin.engine.formats.pe.image import EXECUTE, WRITE, Section
from anshin.engine.formats.pe.program import Program, measured
from anshin.engine.formats.pe.resources import Leaf
from anshin.engine.names import safe_name, shortened

MAX_SECTIONS = 96
"""Sections that Windows loaded until Windows 7; no tool makes more."""
ENCRYPTED = 7.4
"""Bits per byte above which code is no code: compilers stay below 6.8."""
_SEALED = 7.9
"""Bits per byte of data that is encrypted, or compressed by something without a mark of its own."""
_KNOWN_PACKED = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"7z\xbc\xaf", b"MSCF", b"\x1f\x8b", b"\xfd7zXZ",
    b"(\xb5/\xfd",
    b"RIFF", b"OggS", b"ID3", b"wOF", b"Rar!", b"BZh", b"%PDF", b'\x04"M\x18', b"fLaC", b"\0\0\x01\0", b"FWS", b"CWS",
    b"MZ",
)  # fmt: skip
_LETTER = re.compile(r"[A-Za-z0-9]")
_PICTURES = frozenset(
    {"icon", "cursor", "bitmap", "group_icon", "group_cursor", "font", "fontdir", "anicursor", "aniicon"}
)


def word(kind: str, value: object) -> str:
    """Return a place in words, harmless and short, without the sign that parts two places."""
    return f"{kind} {shortened(safe_name(str(value)).replace(',', ' '), 80)}"


def note_structure(program: Program, parsed: Parsed) -> None:
    """Add the signs of headers, sections, tables, signature, resources and what is appended."""
    _headers(program, parsed)
    _sections(program, parsed)
    _tables(program, parsed)
    _signature(program, parsed)
    _carried(program, parsed)
    if program.dotnet is not None:
        _managed(program, parsed)


def _headers(program: Program, parsed: Parsed) -> None:
    image = program.image
    if (
        image.optional["magic"] not in {0x10B, 0x20B}
        or image.stopped_at_section >= 0
        or len(image.sections) > MAX_SECTIONS
        or program.imports.broken
        or program.resources.broken
        or (program.dotnet is not None and program.dotnet.broken)
    ):
        parsed.sign("pe.malformed", "part headers")
    entry = image.optional["entry"]
    section = image.section_at(entry)
    if entry and section is None and image.sections:
        parsed.sign("pe.entry_outside", "header entry")
    elif entry and section is not None and program.dotnet is None:
        if section.has(WRITE):
            parsed.sign("pe.entry_writable", word("section", section.name))
        used = [s for s in image.sections if s.raw_size]
        if len(used) > 2 and section is used[-1] and not section.has(0x20):
            parsed.sign("pe.entry_last", word("section", section.name))


def sealed_code(program: Program) -> Iterator[Section]:
    """Yield sections that would be run although they look encrypted."""
    for section, bits in zip(program.image.sections, program.entropies, strict=False):
        # Microsoft encrypts parts of its licensing programs, and names those sections so
        if section.has(EXECUTE) and section.raw_size >= 4096 and bits > ENCRYPTED and section.name[:8] != "?g_Encry":
            yield section


def _sections(program: Program, parsed: Parsed) -> None:
    image = program.image
    for section in image.sections[:MAX_SECTIONS]:
        if section.has(WRITE | EXECUTE):
            parsed.sign("pe.section_writable_code", word("section", section.name))
        bare = section.raw_name.rstrip(b"\0")
        if bare and not all(33 <= c < 127 for c in bare):
            parsed.sign("pe.section_name_odd", word("section", section.name))
    packer = packer_of(s.name for s in image.sections)
    if packer:
        parsed.sign("pe.packer", word("part", packer))
        if packer == "UPX" and b"UPX!" not in image.data[: image.headers_end + 1024]:
            parsed.sign("pe.packer_altered", word("part", packer))
    for section in sealed_code(program):
        parsed.sign("pe.code_encrypted", word("section", section.name))
    spans = sorted((s.raw_at, s.raw_at + s.raw_size) for s in image.sections if s.raw_size)
    if any(a[1] > b[0] for a, b in pairwise(spans)):
        parsed.sign("pe.section_overlap", "header sections")


def _tables(program: Program, parsed: Parsed) -> None:
    details, count = program.details, program.imports.count
    if details.tls_callbacks:
        parsed.sign("pe.tls_callback", "part TLS")
    if program.native and 0 < count <= 10 and "import_resolver" in program.abilities:
        parsed.sign("pe.few_imports", word("part", f"{count} imports"))
    if program.native and not count and not program.image.flags & 0x2000 and program.image.optional["entry"]:
        parsed.sign("pe.no_imports", "part imports")
    path = details.pdb.lower()
    for project in behaviours()["projects"]:
        if project in path:
            parsed.sign("pe.project_name", word("part", details.pdb))
            break
    for name in program.exports.names:
        if "ReflectiveLoader" in name:
            parsed.sign("pe.reflective_loader", word("function", name))
    if hides_injection(program.marks.names, program.asked, program.exports.names):
        parsed.sign("pe.injection_hidden", "part text")


def claims_microsoft(program: Program) -> bool:
    """Whether the version says that it is a program of Microsoft."""
    version = program.resources.version
    words = f"{version.get('CompanyName', '')} {version.get('LegalCopyright', '')}".lower()
    return "microsoft corp" in words


def _signature(program: Program, parsed: Parsed) -> None:
    signature, version = program.signature, program.resources.version
    if signature.present and signature.broken:
        parsed.sign("pe.signature_broken", "part signature", offset=signature.at)
    elif program.intact is False:
        parsed.sign("pe.signature_wrong", "part signature", offset=signature.at)
    if signature.padding > 64:
        parsed.sign("pe.signature_padding", "part signature", offset=signature.at)
    if signature.self_signed:
        parsed.sign("pe.signature_self", "part signature")
    if claims_microsoft(program) and "microsoft" not in signature.signers:
        parsed.sign("pe.claims_microsoft", word("field", version.get("CompanyName", "")))
        name = version.get("OriginalFilename", "").lower().removesuffix(".mui")
        if name in behaviours()["system_names"] and (program.dotnet is not None or any(sealed_code(program))):
            parsed.sign("pe.poses_as_windows", word("field", name))


def sealed(program: Program, leaf: Leaf) -> bool:
    """Whether a resource looks encrypted: high entropy, and no mark of a kind that is compressed."""
    if leaf.size < 8192 or leaf.type in _PICTURES:
        return False
    return looks_sealed(program.image.data, leaf.at, leaf.size)


def looks_sealed(data: bytes, at: int, size: int) -> bool:
    """Whether a run of bytes has the entropy of what is encrypted, and no mark of a kind that is compressed."""
    return not data.startswith(_KNOWN_PACKED, at) and measured(memoryview(data)[at : at + size]) > _SEALED


def _carried(program: Program, parsed: Parsed) -> None:
    data, overlay = program.image.data, program.overlay
    for leaf in program.resources.leaves[:64]:
        if sealed(program, leaf):
            parsed.sign("pe.resource_encrypted", word("resource", f"{leaf.type} {leaf.name}"), offset=leaf.at)
    for at, _ in program.embedded:
        code = "pe.overlay_program" if overlay.size and at >= overlay.at else "pe.embedded_program"
        parsed.sign(code, offset=at)
    if overlay.kind in {"nsis", "inno", "pyinstaller"}:
        parsed.sign("pe.installer", word("part", overlay.kind), offset=overlay.at)
    elif overlay.size >= 8192 and not overlay.kind and looks_sealed(data, overlay.at, overlay.size):
        parsed.sign("pe.overlay_encrypted", "part overlay", offset=overlay.at)
    if program.resources.level == "requireAdministrator":
        parsed.sign("pe.wants_administrator", "resource manifest")
    if program.resources.auto_elevate and "microsoft" not in program.signature.signers:
        parsed.sign("pe.auto_elevate", "resource manifest")


def _managed(program: Program, parsed: Parsed) -> None:
    dotnet = program.dotnet
    assert dotnet is not None
    mark = obfuscator((*dotnet.types, *dotnet.references))
    if mark:
        parsed.sign("pe.net_obfuscator", word("class", mark))
    names = [n for n in dotnet.types if n]
    odd = sum(1 for n in names if not n.isprintable() or _LETTER.search(n) is None)
    if len(names) >= 8 and odd * 2 > len(names):
        parsed.sign("pe.net_names_unreadable", "part classes")
    for name, at, size in dotnet.resources:
        if size >= 8192 and looks_sealed(program.image.data, at, size):
            parsed.sign("pe.net_resource_encrypted", word("resource", name), offset=at)
