"""NTFS: the files of the master file table, their hidden streams included (after the Linux-NTFS documentation).

Compressed and encrypted files are told as a gap.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from anshin.engine.budget import Budget
from anshin.engine.content import Content
from anshin.engine.names import safe_name
from anshin.engine.unpack.extents import DiskFile, Extents

_MOST_RECORDS = 500_000
_SYSTEM = 24
"""The first records belong to the file system itself."""
_ROOT = 5


@dataclass(slots=True)
class _Stream:
    runs: list[tuple[int | None, int]] = field(default_factory=list)
    size: int = 0
    inline: bytes | None = None


@dataclass(slots=True)
class _File:
    name: str = ""
    parent: int = _ROOT
    folder: bool = False
    hidden: bool = False
    streams: dict[str, _Stream] = field(default_factory=dict)


class Ntfs:
    """One volume; `unread` names files that are packed or encrypted."""

    def __init__(self, volume: Content, budget: Budget) -> None:
        """Read the boot sector; `good` is False where it contradicts itself."""
        self.damaged = False
        self.good = False
        self.unread: list[str] = []
        self._volume = volume
        self._budget = budget
        boot = volume.read(0, 512)
        sector, per_cluster = struct.unpack_from("<HB", boot, 11)
        (table,) = struct.unpack_from("<Q", boot, 48)
        (size,) = struct.unpack_from("<b", boot, 64)
        if sector not in {512, 1024, 2048, 4096} or not per_cluster:
            return
        self._cluster = sector * (per_cluster if per_cluster <= 128 else 1 << (256 - per_cluster))
        self._record = 1 << -size if size < 0 else size * self._cluster
        if not 256 <= self._record <= 65536:
            return
        first = self._fixed(volume.read(table * self._cluster, self._record))
        found = _File()
        if first is not None:
            self._attributes(first, found)
        stream = found.streams.get("")
        if stream is not None and stream.runs:
            self._table = Extents(volume, stream.runs, stream.size)
            self.good = True

    def _fixed(self, record: bytes) -> bytes | None:
        """Return a record with the last bytes of its sectors put back; None where it is none."""
        if len(record) < self._record or record[:4] != b"FILE":
            return None
        at, count = struct.unpack_from("<HH", record, 4)
        out = bytearray(record)
        for n in range(1, min(count, self._record // 512 + 1)):
            place = at + 2 * n
            if place + 2 > len(record) or 512 * n > len(record):
                break
            out[512 * n - 2 : 512 * n] = record[place : place + 2]
        return bytes(out)

    def _attributes(self, record: bytes, file: _File) -> None:
        (at,) = struct.unpack_from("<H", record, 20)
        while at + 24 <= len(record):
            kind, length = struct.unpack_from("<II", record, at)
            if kind == 0xFFFFFFFF or length < 24 or at + length > len(record):
                return
            attribute = record[at : at + length]
            if kind == 0x30 and not attribute[8]:
                _file_name(attribute, file)
            elif kind == 0x80:
                self._data(attribute, file)
            at += length

    def _data(self, attribute: bytes, file: _File) -> None:
        length, name_at, flags = attribute[9], *struct.unpack_from("<HH", attribute, 10)
        name = attribute[name_at : name_at + 2 * length].decode("utf-16-le", "replace")
        stream = file.streams.setdefault(name, _Stream())
        if not attribute[8]:
            size, at = struct.unpack_from("<IH", attribute, 16)
            stream.inline = attribute[at : at + size]
            return
        if len(attribute) < 64:
            return
        (at,) = struct.unpack_from("<H", attribute, 32)
        first, size = struct.unpack_from("<Q", attribute, 16)[0], struct.unpack_from("<Q", attribute, 48)[0]
        if flags & 0x40FF:
            self.unread.append(safe_name(file.name))
            return
        if not first:
            stream.size = size
        stream.runs += _decoded(attribute[at:], self._cluster)

    def files(self) -> Iterator[DiskFile]:
        """Yield all files in use."""
        found: dict[int, _File] = {}
        for number in range(min(self._table.size // self._record, _MOST_RECORDS)):
            self._budget.check_time()
            record = self._fixed(self._table.read(number * self._record, self._record))
            if record is None or not record[22] & 1:
                continue
            base = struct.unpack_from("<Q", record, 32)[0] & 0xFFFFFFFFFFFF
            file = found.setdefault(base or number, _File())
            file.folder = file.folder or bool(record[22] & 2)
            self._attributes(record, file)
        self.damaged = bool(self._table.lost)
        for number, file in found.items():
            if number >= _SYSTEM and not file.folder:
                path, hidden = self._path(found, file)
                for name, stream in file.streams.items():
                    label = f"{path}:{name}" if name else path
                    runs = Extents(self._volume, stream.runs, stream.size).runs
                    yield DiskFile(safe_name(label), runs, hidden, stream.inline)

    def _path(self, found: dict[int, _File], file: _File) -> tuple[str, bool]:
        names, hidden = [file.name], file.hidden
        at = file.parent
        while at != _ROOT and at in found and len(names) < 64:
            names.append(found[at].name)
            hidden = hidden or found[at].hidden
            at = found[at].parent
        return "/".join(reversed(names)), hidden


def _file_name(attribute: bytes, file: _File) -> None:
    (at,) = struct.unpack_from("<H", attribute, 20)
    body = attribute[at:]
    if len(body) < 66 or (file.name and body[65] == 2):  # 2: the short name for DOS
        return
    file.parent = struct.unpack_from("<Q", body)[0] & 0xFFFFFFFFFFFF
    file.hidden = bool(struct.unpack_from("<I", body, 56)[0] & 2)
    file.name = body[66 : 66 + 2 * body[64]].decode("utf-16-le", "replace")


def _decoded(table: bytes, cluster: int) -> list[tuple[int | None, int]]:
    """Return the runs of a list: each a length and the distance of its place from the one before."""
    runs: list[tuple[int | None, int]] = []
    at = place = 0
    while at < len(table) and table[at] and len(runs) < 100_000:
        sizes = table[at] & 15, table[at] >> 4
        at += 1
        length = int.from_bytes(table[at : at + sizes[0]], "little")
        step = int.from_bytes(table[at + sizes[0] : at + sum(sizes)], "little", signed=True)
        at += sum(sizes)
        place += step
        if length > 1 << 40 or place < 0:
            break
        runs.append((place * cluster if sizes[1] else None, length * cluster))
    return runs
