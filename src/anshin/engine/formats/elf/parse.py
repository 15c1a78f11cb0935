"""Reads one ELF file."""

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.elf import facts, signs, upx
from anshin.engine.formats.elf.image import DYN, EXEC, REL, Image, read
from anshin.engine.formats.elf.layout import layout
from anshin.engine.formats.elf.linked import linked
from anshin.engine.formats.frozen import take_out
from anshin.engine.formats.markers import Markers
from anshin.engine.unpack.member import Member, Problem

MAGIC = b"\x7fELF"
MAX_INNER = 64
MAX_MARKS = 4096
"""Places looked at that begin like a program."""
_CARRIED = (b"MZ", b"#!", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"hsqs", b"%PDF-", b"ustar")
"""How a file begins that somebody appends to a program in order to take it off again."""
_MARKERS = Markers("programs.yar", "elf/markers.yar")
_GROUPS = tuple(name for name in signs.groups() if name not in {"hooked", "listing", "logins"})


def parse(data: bytes, budget: Budget) -> Parsed:
    """Return headers, links, signs and programs inside. Raises `LimitHit` only."""
    budget.check_time()
    parsed = Parsed("elf")
    image = read(data)
    if image is None:
        parsed.problems.append(Problem(gap="damaged", detail="header ELF"))
        parsed.sign("elf.malformed", "header ELF")
        return parsed
    shape, links = layout(image), linked(image)
    budget.check_time()
    known, imports = signs.groups(), frozenset(links.imports)
    calls = {name: known[name] & imports for name in _GROUPS}
    packed = upx.start_of(image) if shape.program else None
    found = signs.Read(image, shape, links, _MARKERS.find(data), calls, packed)
    budget.check_time()
    signs.report(found, parsed)
    facts.add_facts(found, parsed)
    if shape.cut_short or "segments" in image.damage or (image.damage and not shape.program):
        parsed.problems.append(Problem(gap="damaged", detail="segment PT_LOAD"))
    if packed is not None:
        _unpack(image, packed, budget, parsed)
    _inner(image, budget, parsed)
    take_out(data, budget, parsed)
    behind = data[image.end :] if shape.overlay else b""
    if behind.startswith(_CARRIED):
        budget.spend(len(behind))
        parsed.members.append(Member("(appended)", BytesContent(behind)))
    return parsed


def _unpack(image: Image, start: int, budget: Budget, parsed: Parsed) -> None:
    try:
        program = upx.unpacked(image, start, budget)
    except LimitHit as hit:
        if hit.code != "size":
            raise
        parsed.problems.append(Problem(gap="size", detail="segment UPX"))
        return
    if program:
        parsed.members.append(Member("(unpacked)", BytesContent(program)))
    else:
        parsed.problems.append(Problem(gap="unsupported", detail="segment UPX"))


def _inner(image: Image, budget: Budget, parsed: Parsed) -> None:
    """Take out programs for Linux that lie in this one, each as long as its own headers say."""
    data, at = image.data, 4
    for _ in range(MAX_MARKS):
        at = data.find(MAGIC, at)
        if at < 0:
            return
        budget.check_time()
        inner = _whole(data, at)
        if inner is None:
            at += 4
            continue
        if len(parsed.members) == MAX_INNER:
            break
        budget.spend(len(inner))
        parsed.members.append(Member(f"(program {len(parsed.members) + 1})", BytesContent(inner)))
        at += len(inner)
    parsed.problems.append(Problem(gap="members"))


def _whole(data: bytes, at: int) -> bytes | None:
    """Return the program that begins at `at`; None where only the mark stands there."""
    if data[at + 4 : at + 7] not in _IDENTS:
        return None
    head = read(data[at : at + 65536])
    if head is None or head.forged_ident or not (head.segments or head.sections or head.section_table):
        return None
    if head.kind not in {REL, EXEC, DYN} or head.machine in _GRAPHICS:
        return None
    image = read(data[at:])
    if image is None or image.end <= 64:
        return None
    return data[at : at + image.end]


_GRAPHICS = frozenset({190, 224})
"""Machines of code for graphics cards (CUDA, AMD): libraries hold thousands of such pieces, and none can be started."""
_IDENTS = frozenset(bytes([bits, order, 1]) for bits in (1, 2) for order in (1, 2))
