"""Reads one Mach-O file, thin or fat."""

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.frozen import take_out
from anshin.engine.formats.macho import facts, signs
from anshin.engine.formats.macho.fat import slices
from anshin.engine.formats.macho.image import read
from anshin.engine.formats.macho.linked import names
from anshin.engine.formats.macho.signed import signed
from anshin.engine.formats.markers import Markers, sign_markers
from anshin.engine.unpack.member import Member, Problem

_MARKERS = Markers("programs.yar", "macho/markers.yar")


def parse(data: bytes, budget: Budget) -> Parsed:
    """Return load commands, links, signature and signs of every image. Raises `LimitHit` only."""
    budget.check_time()
    parsed = Parsed("macho")
    found = slices(data)
    if found.too_many:
        parsed.problems.append(Problem(gap="members", detail="header fat"))
    if found.overlapping:
        parsed.sign("macho.forged_slices", "header fat")
    markers = _MARKERS.find(data)
    sign_markers("macho", markers, parsed)
    known = signs.groups()
    richest: signs.Read | None = None
    for start, piece in found.images:
        budget.check_time()
        image = read(piece)
        if image is None:
            found.damaged = True
            continue
        imports, exports = (frozenset(some) for some in names(image))
        calls = {name: calls & imports for name, calls in known.items()}
        one = signs.Read(image, signed(image), imports, exports, calls, *signs.entropies(image), markers)
        signs.report(one, start, parsed)
        if image.cut_short:
            parsed.problems.append(Problem(gap="damaged", detail="segment LC_SEGMENT"))
        if richest is None or len(imports) > len(richest.imports):
            richest = one
    if found.damaged or richest is None:
        parsed.problems.append(Problem(gap="damaged", detail="header Mach-O"))
        parsed.sign("macho.malformed", "header Mach-O")
    if richest is not None:
        facts.add_facts(richest, found, parsed)
    take_out(data, budget, parsed)
    for number, (_, piece) in enumerate(found.others, 1):
        budget.spend(len(piece))
        parsed.members.append(Member(f"(slice {number})", BytesContent(piece)))
    return parsed
