"""RPM packages: a lead, two headers, and the payload, which is a compressed cpio (rpm.org, format V4)."""

import struct

from anshin.engine.budget import Meter
from anshin.engine.content import Content, SliceContent
from anshin.engine.unpack.member import Found, Member, Problem

_LEAD = 96
_MAGIC = b"\x8e\xad\xe8\x01"
_MOST = 256 * 1024 * 1024


def unpack_rpm(content: Content, name: str, meter: Meter) -> Found:
    """Yield the payload, which is taken apart further by its own kind."""
    meter.budget.check_time()
    at = _LEAD
    for step in (8, 1):  # the first header is padded
        head = content.read(at, 16)
        if len(head) < 16 or not head.startswith(_MAGIC):
            yield Problem(gap="damaged", name=name)
            return
        count, size = struct.unpack_from(">II", head, 8)
        if 16 * count + size > _MOST:
            yield Problem(gap="damaged", name=name)
            return
        at += 16 + 16 * count + size
        at = -(-at // step) * step
    if at >= content.size:
        yield Problem(gap="damaged", name=name)
        return
    yield Member("payload.cpio", SliceContent(content, at, content.size))
