"""Takes the files out of a disk, whatever partitions and file systems it has."""

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content
from anshin.engine.identify.structure import is_volume
from anshin.engine.unpack.disk.fat import Fat
from anshin.engine.unpack.disk.image import open_image
from anshin.engine.unpack.disk.ntfs import Ntfs
from anshin.engine.unpack.disk.partitions import volumes
from anshin.engine.unpack.extents import DiskFile, Extents
from anshin.engine.unpack.member import Found, Member, Problem, odd_name


def unpack_disk(content: Content, kind: str, meter: Meter) -> Found:
    """Yield every file of every file system that can be read; each other one is a gap."""
    disk = open_image(content, kind)
    if disk is None:
        yield Problem(gap="damaged")
        return
    if isinstance(disk, Extents) and disk.lost:
        yield Problem(gap="damaged")
    count = 0
    for volume in volumes(disk):
        count += 1
        meter.budget.check_time()
        yield from _volume(volume, meter)
    if not count:
        yield Problem(gap="unsupported")


def _volume(volume: Content, meter: Meter) -> Found:
    boot = volume.read(0, 512)
    if not is_volume(boot):
        if any(boot):  # a partition that was never written holds nothing
            yield Problem(gap="unsupported")
        return
    reader = Ntfs(volume, meter.budget) if boot[3:11] == b"NTFS    " else Fat(volume, meter.budget)
    if not reader.good:
        yield Problem(gap="damaged")
        return
    for file in reader.files():
        yield from _member(volume, file, meter)
    if reader.damaged:
        yield Problem(gap="damaged")
    for name in getattr(reader, "unread", ()):
        yield Problem(gap="unsupported", name=name)


def _member(volume: Content, file: DiskFile, meter: Meter) -> Found:
    meter.spend(0)
    yield from odd_name(file.name.partition(":")[0])
    if file.inline is not None:
        yield Member(file.name, BytesContent(file.inline), hidden=file.hidden)
        return
    part = Extents(volume, file.runs)
    yield Member(file.name, part, cut=part.size > meter.room, hidden=file.hidden)
    if part.lost:
        yield Problem(gap="damaged", name=file.name)
