"""tar, by the standard library; what it silently leaves out at the end is looked at again."""

import tarfile

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content, open_content
from anshin.engine.names import safe_name
from anshin.engine.unpack.member import Collector, Found, Member, Problem, odd_name
from anshin.engine.unpack.stream import STEP, tail_member


def unpack_tar(content: Content, name: str, meter: Meter) -> Found:
    """Yield every file; links and devices have no content of their own.

    A member of a type that nobody knows counts as a file, because that is how it is unpacked (POSIX, ustar typeflag).
    """
    try:
        with tarfile.open(fileobj=open_content(content), mode="r:", encoding="utf-8") as archive:
            for info in archive:
                meter.budget.check_time()
                archive.members = []  # type: ignore[attr-defined] # tarfile remembers every header otherwise
                if info.isreg() or info.type not in tarfile.SUPPORTED_TYPES:
                    yield from _one(archive, info, meter)
            # tarfile stops without a word at the first bad header: what is left must be padding
            yield from tail_member(content, archive.offset)
    except (tarfile.TarError, ValueError, OSError, EOFError):
        yield Problem(gap="damaged", name=name)


def _one(archive: tarfile.TarFile, info: tarfile.TarInfo, meter: Meter) -> Found:
    member = safe_name(info.name.encode("utf-8", "surrogateescape"))
    yield from odd_name(member)
    stream = archive.extractfile(info)
    if stream is None:
        return
    out = Collector(meter)
    try:
        while piece := stream.read(STEP):
            if not out.add(piece):
                break
    except tarfile.TarError:
        pass  # cut short: the size tells below
    yield Member(member, BytesContent(out.bytes()), cut=out.cut)
    if not out.cut and out.size < info.size:
        yield Problem(gap="damaged", name=member)
