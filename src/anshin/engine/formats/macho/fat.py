"""Fat files: several images for several machines in one."""

import struct
from dataclasses import dataclass, field

from anshin.engine.formats.macho.image import MAGICS

MAX_SLICES = 16


@dataclass(slots=True)
class Slices:
    """The images of one file as (offset, bytes), and what contradicts the table."""

    images: list[tuple[int, bytes]] = field(default_factory=list)
    damaged: bool = False
    overlapping: bool = False
    too_many: bool = False
    others: list[tuple[int, bytes]] = field(default_factory=list)  # what is no Mach-O, such as a library archive


def slices(data: bytes) -> Slices:
    """Return the images; a thin file has one."""
    found = Slices()
    if data[:4] in MAGICS:
        found.images.append((0, data))
        return found
    wide = data[:4] in {b"\xca\xfe\xba\xbf", b"\xbf\xba\xfe\xca"}
    order = "<" if data[:4] in {b"\xbe\xba\xfe\xca", b"\xbf\xba\xfe\xca"} else ">"
    form = struct.Struct(order + ("IIQQII" if wide else "IIIII"))
    if len(data) < 8:
        found.damaged = True
        return found
    (count,) = struct.unpack_from(f"{order}I", data, 4)
    found.too_many = count > MAX_SLICES
    reach = 8 + min(count, MAX_SLICES) * form.size
    rows = []
    for number in range(min(count, MAX_SLICES)):
        if 8 + (number + 1) * form.size > len(data):
            found.damaged = True
            break
        values = form.unpack_from(data, 8 + number * form.size)
        rows.append((values[2], values[3]))
    for offset, size in sorted(rows):
        piece = data[offset : offset + size]
        found.overlapping = found.overlapping or offset < reach
        reach = max(reach, offset + size)
        if len(piece) < size or not piece:
            found.damaged = True
        if piece[:4] in MAGICS:
            found.images.append((offset, piece))
        elif piece:
            found.others.append((offset, piece))
    return found
