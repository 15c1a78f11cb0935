"""ar, the shell of Debian packages and static libraries: 60-byte headers, nothing compressed.

No library reads it; the format is a page long.
"""

from anshin.engine.budget import Meter
from anshin.engine.content import Content, SliceContent
from anshin.engine.names import member_name
from anshin.engine.unpack.member import Found, Member, Problem

MAGIC = b"!<arch>\n"
HEADER = 60


def unpack_ar(content: Content, name: str, meter: Meter) -> Found:
    """Yield every member but the symbol table and the table of long names."""
    at = len(MAGIC)
    long_names = b""
    while at < content.size:
        meter.budget.check_time()
        header = content.read(at, HEADER)
        size_text = header[48:58].strip()
        if len(header) < HEADER or header[58:60] != b"`\n" or not size_text.isdigit():
            yield Problem(gap="damaged", name=name)
            return
        start, size = at + HEADER, int(size_text)
        label = header[:16].rstrip()
        if label == b"//":
            long_names = content.read(start, min(size, 4 * 1024 * 1024))
        elif label not in {b"/", b"/SYM64/", b"__.SYMDEF"}:
            part = SliceContent(content, start, start + size)
            meter.spend(0)
            yield Member(_name(label, long_names), part)
            if part.size < size:
                yield Problem(gap="damaged", name=name)
                return
        at = start + size + (size & 1)


def _name(label: bytes, long_names: bytes) -> str:
    if label.startswith(b"/") and label[1:].isdigit():
        label = long_names[int(label[1:]) :].split(b"\n", 1)[0]
    return member_name(label.removesuffix(b"/"))
