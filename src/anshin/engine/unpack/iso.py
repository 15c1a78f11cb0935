"""ISO 9660 with Joliet and Rock Ridge names (ECMA-119, Joliet specification, SUSP); what is only in UDF is in `udf`.

Our own reader: the library `pycdlib` refuses an image for the small faults that real ones have, and Windows shows them.
"""

import struct
from collections.abc import Iterator

from anshin.engine.budget import Meter
from anshin.engine.content import Content
from anshin.engine.names import safe_name
from anshin.engine.unpack.extents import DiskFile, Extents
from anshin.engine.unpack.member import Found, Member, Problem, odd_name
from anshin.engine.unpack.udf import UdfVolume, has_udf

SECTOR = 2048
MARK = b"CD001"
_MOST_DESCRIPTORS = 64
_MOST_FOLDERS = 20_000
_FOLDER_BYTES = 8 * 1024 * 1024


def is_disc(content: Content) -> bool:
    """Whether a disc begins here, whatever stands in front of it: the first 32 KiB are free for other use."""
    return content.read(16 * SECTOR + 1, 5) in {MARK, b"BEA01"}


def unpack_iso(content: Content, name: str, meter: Meter) -> Found:
    """Yield every file of every directory tree, each only once."""
    seen: set[tuple[int | None, int]] = set()
    read_any = False
    if has_udf(content):
        volume = UdfVolume(content, meter.budget)
        read_any = volume.open()
        if read_any:
            yield from _members(content, volume.files(), seen, meter)
            if volume.damaged:
                yield Problem(gap="damaged", name=name)
    for root, joliet in _roots(content):
        read_any = True
        tree = _Tree(content, joliet=joliet)
        yield from _members(content, tree.files(root, meter), seen, meter)
        if tree.damaged:
            yield Problem(gap="damaged", name=name)
    if not read_any:
        yield Problem(gap="unsupported" if has_udf(content) else "damaged", name=name)


def _members(content: Content, files: Iterator[DiskFile], seen: set[tuple[int | None, int]], meter: Meter) -> Found:
    for file in files:
        meter.budget.check_time()
        key = (file.runs[0][0] if file.runs else None, file.size)
        if key in seen:
            continue
        seen.add(key)
        part = Extents(content, file.runs)
        meter.spend(0)
        yield from odd_name(file.name)
        yield Member(file.name, part, cut=part.size > meter.room, hidden=file.hidden)
        if part.lost:
            yield Problem(gap="damaged", name=file.name)


def _roots(content: Content) -> list[tuple[bytes, bool]]:
    """Return the records of the root folders, Joliet's first because its names are the ones that Windows shows."""
    found = []
    for n in range(16, 16 + _MOST_DESCRIPTORS):
        sector = content.read(n * SECTOR, SECTOR)
        if len(sector) < 190 or sector[1:6] != MARK or sector[0] == 255:
            break
        if sector[0] in {1, 2}:
            joliet = sector[0] == 2 and sector[88:90] == b"%/"
            found.append((sector[156:190], joliet))
    return sorted(found, key=lambda root: not root[1])


class _Tree:
    """One tree of folders; `damaged` tells whether a folder lay behind the end."""

    def __init__(self, content: Content, *, joliet: bool) -> None:
        self._content = content
        self._joliet = joliet
        self.damaged = False

    def files(self, root: bytes, meter: Meter) -> Iterator[DiskFile]:
        """Yield all files; a folder that holds itself is read once."""
        todo: list[tuple[bytes, str, bool]] = [(root, "", False)]
        seen: set[int] = set()
        while todo and len(seen) < _MOST_FOLDERS:
            meter.budget.check_time()
            record, path, hidden = todo.pop()
            extent = struct.unpack_from("<I", record, 2)[0]
            if extent in seen:
                continue
            seen.add(extent)
            yield from self._folder(record, path, todo, hidden=hidden)

    def _folder(
        self, record: bytes, path: str, todo: list[tuple[bytes, str, bool]], *, hidden: bool
    ) -> Iterator[DiskFile]:
        extent, size = struct.unpack_from("<I", record, 2)[0], struct.unpack_from("<I", record, 10)[0]
        folder = self._content.read(extent * SECTOR, min(size, _FOLDER_BYTES))
        self.damaged = self.damaged or len(folder) < size or not folder
        last: DiskFile | None = None
        for entry in _records(folder):
            label = _label(entry, joliet=self._joliet)
            if label is None:
                continue
            flags = entry[25]
            unseen = hidden or bool(flags & 1)
            if flags & 2:
                todo.append((entry[:34], f"{path}{label}/", unseen))
                continue
            place = (struct.unpack_from("<I", entry, 2)[0] + entry[1]) * SECTOR
            length = struct.unpack_from("<I", entry, 10)[0]
            if last is not None and last.name == path + label:
                last.runs.append((place, length))
            else:
                last = DiskFile(path + label, [(place, length)], unseen)
            if not flags & 0x80:  # no further piece of the same file follows
                yield last
                last = None
        if last is not None:
            yield last


def _records(folder: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(folder):
        length = folder[at]
        if length < 34:
            at = (at // SECTOR + 1) * SECTOR  # the rest of the sector is empty
            continue
        yield folder[at : at + length].ljust(34, b"\0")
        at += length


def _label(entry: bytes, *, joliet: bool) -> str | None:
    raw = entry[33 : 33 + entry[32]]
    if raw in {b"\0", b"\1", b""}:
        return None
    name = raw.decode("utf-16-be", "replace") if joliet else _rock_ridge(entry) or raw.decode("latin-1")
    return safe_name(name.partition(";")[0].rstrip(".") or name)


def _rock_ridge(entry: bytes) -> str:
    """Return the longer name that stands behind the short one (IEEE P1282, NM)."""
    at = 33 + entry[32] + (entry[32] + 1) % 2
    name = b""
    while at + 5 <= len(entry):
        tag, length = entry[at : at + 2], entry[at + 2]
        if length < 4:
            break
        if tag == b"NM":
            name += entry[at + 5 : at + length]
        at += length
    return name.decode("utf-8", "replace")
