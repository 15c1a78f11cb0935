"""How a program lies in its file and in memory: what packers, infectors and forgers leave behind."""

from dataclasses import dataclass

from anshin.engine.formats.elf.image import (
    DYN,
    EXEC,
    PF_W,
    PF_X,
    PT_DYNAMIC,
    PT_INTERP,
    SHF_EXECINSTR,
    SHT_NOBITS,
    Image,
)  # fmt: skip
from anshin.engine.formats.measure import entropy_of, text_at

PACKED = 7.2
"""Bits per byte from which a whole code segment counts as packed: machine code of all kinds stays below 6.9."""
DESCRIBED = frozenset({15, 21, 50})
"""Machines on which the entry may point to a description in the data (PA-RISC, PowerPC 64, Itanium)."""
LEAST = 4096
"""Bytes below which entropy says nothing."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands out; entropies in bits per byte."""

    interpreter: str
    program: bool
    code_entropy: float
    data_entropy: float
    overlay: int  # bytes behind what the headers account for
    overlay_entropy: float
    writable_code: bool
    entry_outside: bool  # in no segment that may run
    entry_unsectioned: bool  # sections there are, but the entry lies in none of those that hold code
    cut_short: bool  # a segment ends behind the end of the file
    table_elsewhere: bool  # the section table lies outside the file, which only its forger knows why

    @property
    def packed(self) -> bool:
        """Whether the code is compressed or encrypted."""
        return self.code_entropy >= PACKED


def layout(image: Image) -> Layout:
    """Return what stands out in the segments."""
    data = image.data
    code = [s for s in image.loads if s.flags & PF_X]
    rest = [s for s in image.loads if not s.flags & PF_X]
    interp = image.segment(PT_INTERP)
    shown = {id(s): entropy_of(data, s.offset, min(s.end, len(data))) for s in image.loads if s.size >= LEAST}
    program = image.kind == EXEC or (image.kind == DYN and interp is not None)
    described = not image.entry or image.machine in DESCRIBED
    overlay = len(data) - image.end
    return Layout(
        interpreter=text_at(data[interp.offset : interp.offset + 256], 0) if interp else "",
        program=program,
        code_entropy=max((shown.get(id(s), 0.0) for s in code), default=0.0),
        data_entropy=max((shown.get(id(s), 0.0) for s in rest), default=0.0),
        overlay=overlay,
        overlay_entropy=entropy_of(data, image.end),
        writable_code=any(s.flags & PF_W for s in code),
        entry_outside=program and not described and bool(code) and not _inside(image),
        entry_unsectioned=program and not described and _unsectioned(image),
        cut_short=any(s.size and s.end > len(data) for s in image.segments if s.kind in {1, PT_INTERP, PT_DYNAMIC}),
        table_elsewhere=program and bool(image.section_table) and image.section_table >= len(data),
    )


def _inside(image: Image) -> bool:
    return any(s.address <= image.entry < s.address + max(s.memory, s.size) for s in image.loads if s.flags & PF_X)


def _unsectioned(image: Image) -> bool:
    code = [s for s in image.sections if s.flags & SHF_EXECINSTR and s.kind != SHT_NOBITS and s.size]
    if not code:
        return False
    return not any(s.address <= image.entry < s.address + s.size for s in code)
