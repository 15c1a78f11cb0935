"""XFA forms: the XML that an old way of making forms puts into a PDF."""

import base64
import binascii
import math
import re
import struct

from anshin.engine.formats.contract import Parsed

_PICTURE = re.compile(
    rb"<(?:\w{1,20}:)?(?:image|ImageField\w{0,20})\b[^>]{0,400}contentType\s*=\s*[\"']image/tiff?[\"'][^>]{0,400}>\s*([A-Za-z0-9+/=\s]{16,})",
    re.IGNORECASE,
)
_ANY_TIFF = re.compile(rb">\s*(SUkqA[A-Za-z0-9+/=\s]{60,}|TU0AK[A-Za-z0-9+/=\s]{60,})")


def judge_forms(found: list[tuple[int, bytes]], parsed: Parsed) -> None:
    """Add signs and facts of XFA forms, given as object numbers and XML."""
    size = sum(len(data) for _, data in found)
    parsed.facts["xfa_length"] = math.log1p(size)
    parsed.facts["xfa_parts"] = math.log1p(len(found))
    if not found:
        return
    parsed.sign("pdf.xfa", f"object {found[0][0]}")
    for number, data in found:
        for expression in (_PICTURE, _ANY_TIFF):
            match = expression.search(data)
            if match and _forged_tiff(match[1]):
                parsed.sign("pdf.form_picture_forged", f"object {number}")
                return


def _forged_tiff(text: bytes) -> bool:
    """Whether a TIFF's directory has more dot ranges than there are (CVE-2010-0188, tag 0x150)."""
    text = re.sub(rb"\s+", b"", text)[: 4 * 1024 * 1024]
    try:
        data = base64.b64decode(text[: len(text) // 4 * 4])
    except binascii.Error:
        return False
    order = "<" if data[:2] == b"II" else ">"
    if len(data) < 16:
        return False
    (at,) = struct.unpack_from(order + "I", data, 4)
    if at + 2 > len(data):
        return False
    (count,) = struct.unpack_from(order + "H", data, at)
    for n in range(min(count, 128)):
        place = at + 2 + 12 * n
        if place + 12 > len(data):
            return False
        tag, _, values, _ = struct.unpack_from(order + "HHII", data, place)
        if tag == 0x150 and values > 32:
            return True
    return False
