"""Mail (RFC 5322 with MIME), by the standard library: every part that the raw bytes do not show as it is."""

import email
import email.errors
from email.message import Message

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content, open_content
from anshin.engine.names import safe_name
from anshin.engine.unpack.member import Found, Member, Problem, odd_name

_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})


def unpack_mail(content: Content, name: str, meter: Meter) -> Found:
    """Yield every attachment and every encoded part. A part that was not decoded whole is damaged."""
    with open_content(content) as source:
        message = email.message_from_binary_file(source)
    for part in message.walk():
        meter.budget.check_time()
        encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        if part.is_multipart() or (encoding in _AS_IT_IS and not part.get_filename()):
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            yield Problem(gap="damaged", name=name)
            continue
        meter.spend(len(data))
        label = _name(part)
        yield from odd_name(label)
        yield Member(label, BytesContent(data[: meter.room]), cut=len(data) > meter.room)
        if part.defects:
            yield Problem(gap="damaged", name=label)
    if any(isinstance(d, email.errors.StartBoundaryNotFoundDefect) for d in message.defects):
        yield Problem(gap="damaged", name=name)


def _name(part: Message) -> str:
    return safe_name(str(part.get_filename() or part.get_content_type()))
