"""The code signature as far as it can be read without checking it: there, ad hoc or by a developer, with which rights.

Whether a signature is valid only Apple's keys can tell; nothing here lowers a score.
Format: Apple, `osfmk/kern/cs_blobs.h`.
"""

import re
import struct
from dataclasses import dataclass

from anshin.engine.formats.macho.image import Image

SUPER_BLOB, DIRECTORY, CMS, ENTITLEMENTS = 0xFADE0CC0, 0xFADE0C02, 0xFADE0B01, 0xFADE7171
ADHOC, HARDENED = 0x2, 0x10000
_KEY = re.compile(rb"<key>([^<]{1,200})</key>\s*<true\s*/>")


@dataclass(frozen=True, slots=True)
class Signed:
    """What the signature says of itself."""

    there: bool = False
    adhoc: bool = False
    by_developer: bool = False
    hardened: bool = False
    rights: tuple[str, ...] = ()  # entitlements that are switched on


def signed(image: Image) -> Signed:
    """Return what stands in the signature."""
    at, size = image.signature
    blob = image.data[at : at + min(size, 1 << 22)]
    if len(blob) < 12 or struct.unpack_from(">I", blob, 0)[0] != SUPER_BLOB:
        return Signed()
    (count,) = struct.unpack_from(">I", blob, 8)
    adhoc = developer = hardened = False
    rights: list[str] = []
    for number in range(min(count, 32)):
        if 12 + (number + 1) * 8 > len(blob):
            break
        (offset,) = struct.unpack_from(">I", blob, 16 + number * 8)
        if offset + 16 > len(blob):
            continue
        magic, length, _, flags = struct.unpack_from(">4I", blob, offset)
        if magic == DIRECTORY:
            adhoc = adhoc or bool(flags & ADHOC)
            hardened = hardened or bool(flags & HARDENED)
        elif magic == CMS:
            developer = developer or length > 16
        elif magic == ENTITLEMENTS:
            text = blob[offset : offset + min(length, 65536)]
            rights += [k.decode("utf-8", "replace") for k in _KEY.findall(text)[:64]]
    return Signed(there=True, adhoc=adhoc, by_developer=developer, hardened=hardened, rights=tuple(rights))
