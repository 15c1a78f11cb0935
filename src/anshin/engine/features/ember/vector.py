"""Puts the groups of the layout one behind the other."""

from functools import cache

import numpy as np
import numpy.typing as npt

from anshin.engine.features.ember import content, program, relocations, strings, tables
from anshin.engine.features.ember.authenticode import authenticode
from anshin.engine.features.ember.warnings import noted, warning_names
from anshin.engine.formats.pe.image import Image, read_image

SIZE = 2568
ANY = 696
"""Numbers that every file has; the others are zero for whatever is no program of Windows."""
GROUPS: tuple[tuple[str, int], ...] = (
    ("general", 7), ("histogram", 256), ("byteentropy", 256), ("strings", 177), ("header", 74), ("section", 224),
    ("imports", 1282), ("exports", 129), ("datadirectories", 34), ("richheader", 33), ("authenticode", 8),
    ("pefilewarnings", 88),
)  # fmt: skip


def vector(data: bytes) -> npt.NDArray[np.float32]:
    """Return the 2,568 numbers of any file; never raises. An empty file is all zeros: the layout knows none."""
    out = np.zeros(SIZE, dtype=np.float32)
    if not data:
        return out
    image = read_image(data)
    counts = content.histogram(data)
    out[:7] = content.general(data, counts, is_pe=image is not None)
    out[7:263] = counts.astype(np.float32) / np.float32(len(data))
    out[263:519] = content.byte_entropy(data)
    out[519:ANY] = strings.text_features(data)
    if image is not None:
        out[ANY:] = _program(image, counts)
    return out


def _program(image: Image, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    notes: set[str] = set()
    has = relocations.has_relocations(image), relocations.has_dynamic_relocations(image)
    parts = [
        program.header(image),
        program.sections(image),
        tables.imports(image, notes),
        tables.exports(image, notes),
        program.directories(image, relocations=has[0], dynamic=has[1]),
        tables.rich(image, notes),
        authenticode(image),
    ]
    return np.concatenate([*parts, noted(image, counts, notes)])


@cache
def names() -> tuple[str, ...]:
    """Return what stands where: the group, and the place in it or the name where it has one."""
    texts = ["count", "mean_length", "characters", *(f"share:{n + 32:02x}" for n in range(96)), "entropy"]
    known = {
        "general": ["size", "entropy", "is_pe", "byte:0", "byte:1", "byte:2", "byte:3"],
        "strings": [*texts, *(f"pattern:{name}" for name, _ in strings.counters())],
        "pefilewarnings": [*warning_names(), "total"],
    }
    return tuple(f"{group}:{label}" for group, size in GROUPS for label in known.get(group, range(size)))
