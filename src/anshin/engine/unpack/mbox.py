"""mbox (RFC 4155): many mails in one file, each behind a line that begins with "From "."""

import re

from anshin.engine.budget import Meter
from anshin.engine.content import Content, SliceContent
from anshin.engine.unpack.member import Found, Member

_STEP = 8 * 1024 * 1024
_LINE = re.compile(rb"(?:\A|\n)From [^\r\n]{1,500}\r?\n(?=[!-9;-~]{1,80}:)")


def unpack_mbox(content: Content, name: str, meter: Meter) -> Found:  # noqa: ARG001 -- the face of all unpackers
    """Yield every mail."""
    starts: list[tuple[int, int]] = []
    at = 0
    while at < content.size:
        meter.budget.check_time()
        piece = content.read(at, _STEP + 1024)
        for match in _LINE.finditer(piece):
            place = at + match.start() + (match[0][:1] == b"\n")
            if match.start() < _STEP and (match.start() or not at) and (not starts or place > starts[-1][0]):
                starts.append((place, at + match.end()))
        at += _STEP - 1 if len(piece) > _STEP else len(piece)
    for n, (_, begin) in enumerate(starts):
        end = starts[n + 1][0] if n + 1 < len(starts) else content.size
        meter.spend(0)
        yield Member(f"mail {n + 1}.eml", SliceContent(content, begin, end), kind="mail")
