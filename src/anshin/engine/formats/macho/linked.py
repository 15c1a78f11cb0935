"""Functions that an image takes from libraries and offers to others."""

import numpy as np

from anshin.engine.formats.macho.image import Image
from anshin.engine.formats.measure import text_at

MAX_SYMBOLS = 200_000
MAX_NAMES = 2048
STAB, TYPE, EXTERNAL, UNDEFINED = 0xE0, 0x0E, 0x01, 0x00


def names(image: Image) -> tuple[list[str], list[str]]:
    """Return imports and exports, `MAX_NAMES` of each at most, without the underscore that C adds."""
    at, count, strings_at, strings_size = image.symbols
    wide = image.bits == 2
    row = 16 if wide else 12
    count = min(count, MAX_SYMBOLS, max(0, len(image.data) - at) // row)
    if count <= 0:
        return [], []
    fields = [("name", "u4"), ("type", "u1"), ("section", "u1"), ("more", "u2"), ("value", "u8" if wide else "u4")]
    layout = np.dtype([(name, f"{image.order}{form}") for name, form in fields])
    table = np.frombuffer(image.data, dtype=layout, count=count, offset=at)
    strings = image.data[strings_at : strings_at + min(strings_size, 1 << 24)]
    kinds = table["type"]
    shared = (kinds & STAB == 0) & (kinds & EXTERNAL != 0)
    undefined = kinds & TYPE == UNDEFINED
    found = []
    for which in (shared & undefined, shared & ~undefined):
        texts = (text_at(strings, n) for n in table["name"][which][:MAX_NAMES].tolist())
        found.append([t.removeprefix("_") for t in texts if t])
    return found[0], found[1]
