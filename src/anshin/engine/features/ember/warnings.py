"""What pefile would remark about a program, as flags: those remarks that a program which runs can earn."""

from functools import cache

import numpy as np
import numpy.typing as npt

from anshin.engine.features.ember.relocations import relocation_notes
from anshin.engine.features.ember.unwind import unwind_notes
from anshin.engine.formats.pe.image import EXECUTE, WRITE, Image, Section
from anshin.engine.wording import load_data

_FAR = 0x10000000


@cache
def warning_names() -> tuple[str, ...]:
    """Return a name for each of the 87 remarks, in the order of the layout."""
    places = load_data("features/ember/warnings.yaml")["places"]
    return tuple(places.get(number, f"remark:{number}") for number in range(87))


def noted(image: Image, counts: npt.NDArray[np.int64], notes: set[str]) -> npt.NDArray[np.float64]:
    """Return the 87 flags and how many are set; `notes` are what the tables already gave cause to."""
    notes = notes | _headers(image, counts) | _sections(image) | relocation_notes(image) | unwind_notes(image)
    out = np.array([float(name in notes) for name in warning_names()] + [0.0])
    out[-1] = out.sum()
    return out


def _headers(image: Image, counts: npt.NDArray[np.int64]) -> set[str]:
    notes = set()
    optional, size = image.optional, len(image.data)
    if counts[0] > 0.5 * size or (counts[1:] > 0.15 * size).any():
        notes.add("one_byte_dominates")
    if optional["magic"] not in {0x10B, 0x20B}:
        notes.add("magic_unknown")
    if optional["entry"] < optional["size_of_headers"]:
        notes.add("entry_in_headers")
    if optional["directories"] > 16:
        notes.add("directories_too_many")
    section = image.section_at(optional["entry"])
    if section is None:
        notes.add("entry_outside_sections")
    elif (image.offset(optional["entry"]) or 0) > size:
        notes.add("entry_outside_file")
    file_alignment = optional["file_alignment"]
    if image.sections and file_alignment >= 0x200 and file_alignment & (file_alignment - 1):
        notes.add("file_alignment_odd")
    if image.sections and optional["section_alignment"] < 0x1000 and file_alignment != optional["section_alignment"]:
        notes.add("section_alignment_odd")
    return notes


def _sections(image: Image) -> set[str]:
    notes = set()
    if image.coff[1] >= 0x800 and len(image.sections) >= 0x800:
        notes.add("sections_too_many")
    if image.stopped_at_section >= 0:
        table = image.optional_at + image.coff[5] + 40 * image.stopped_at_section
        line = image.data[table : table + 40]
        if not line:
            notes.add("section_beyond_file")
        elif not line.strip(b"\0"):
            notes.add("section_null")
        else:
            notes.add("section_aborted")
    for section in image.sections:
        notes |= _section(image, section)
    return notes


def _section(image: Image, section: Section) -> set[str]:
    alignment = image.optional["file_alignment"]
    found = {
        "section_longer_than_file": section.raw_size + section.raw_at > len(image.data),
        "section_starts_beyond_file": section.raw_at & ~0x1FF > len(image.data),
        "section_huge": section.vsize > _FAR,
        "section_far": section.start > _FAR,
        "section_unaligned": bool(alignment and section.raw_at % alignment),
        "section_writable_code": section.has(WRITE | EXECUTE) and section.name != "PAGE",
    }
    return {name for name, here in found.items() if here}
