"""cpio, the shell inside RPM packages and boot images: the portable and the "new" ASCII headers; nothing compressed."""

from anshin.engine.budget import Meter
from anshin.engine.content import Content, SliceContent
from anshin.engine.names import member_name
from anshin.engine.unpack.member import Found, Member, Problem, odd_name
from anshin.engine.unpack.stream import tail_member

_END = b"TRAILER!!!"
_REGULAR = 0o100000
_MOST_NAME = 65_536


def unpack_cpio(content: Content, name: str, meter: Meter) -> Found:
    """Yield every regular file."""
    at = 0
    while True:
        meter.budget.check_time()
        header = _header(content.read(at, 110))
        if header is None or header[3] > _MOST_NAME:
            yield Problem(gap="damaged", name=name)
            return
        length, step, mode, label_size, size = header
        label = content.read(at + length, label_size).rstrip(b"\0")
        start = _up(at + length + label_size, step)
        if label == _END:
            # further archives may follow, as in boot images; zeros are padding
            yield from tail_member(content, start + size)
            return
        if mode & 0o170000 == _REGULAR:
            part = SliceContent(content, start, start + size)
            meter.spend(0)
            shown = member_name(label)
            yield from odd_name(shown.removeprefix("./"))
            yield Member(shown, part, cut=part.size > meter.room)
            if part.size < size:
                yield Problem(gap="damaged", name=name)
                return
        at = _up(start + size, step)


def _header(raw: bytes) -> tuple[int, int, int, int, int] | None:
    """Return length of the header, alignment, mode, length of the name and size of the file."""
    try:
        if raw.startswith((b"070701", b"070702")) and len(raw) == 110:
            fields = [int(raw[i : i + 8], 16) for i in range(6, 110, 8)]
            return 110, 4, fields[1], fields[11], fields[6]
        if raw.startswith(b"070707") and len(raw) >= 76:
            return 76, 1, int(raw[18:24], 8), int(raw[59:65], 8), int(raw[65:76], 8)
    except ValueError:
        pass
    return None


def _up(value: int, step: int) -> int:
    return -(-value // step) * step
