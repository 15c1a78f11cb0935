"""Class ids that matter, from `classes.yaml`; also where they stand as raw bytes in a stream."""

import struct
from functools import cache

from anshin.engine.wording import load_data


@cache
def meaning() -> dict[str, str]:
    """Return the group of every listed class id."""
    data: dict[str, list[str]] = load_data("formats/ole/classes.yaml")
    return {clsid: group for group, ids in data.items() for clsid in ids}


@cache
def raw_ids() -> dict[bytes, str]:
    """Return the same, the ids as the 16 bytes in which streams hold them."""
    return {as_bytes(clsid): group for clsid, group in meaning().items()}


def as_bytes(clsid: str) -> bytes:
    """Return the 16 bytes of a class id."""
    a, b, c, d, e = clsid.split("-")
    return struct.pack("<IHH", int(a, 16), int(b, 16), int(c, 16)) + bytes.fromhex(d + e)
