"""UDF (ECMA-167 with OSTA UDF 1.02 to 2.60): discs without an ISO 9660 tree, as Windows itself writes them.

Partitions that begin with a physical map are read; those of rewritable media with a virtual map are not.
"""

import struct
from collections.abc import Iterator

from anshin.engine.budget import Budget
from anshin.engine.content import Content
from anshin.engine.names import safe_name
from anshin.engine.unpack.extents import DiskFile, Extents

SECTOR = 2048
_MOST_FILES = 100_000
_FOLDER_BYTES = 16 * 1024 * 1024
_Runs = list[tuple[int | None, int]]


def has_udf(content: Content) -> bool:
    """Whether the volume recognition area names UDF."""
    return any(content.read(n * SECTOR + 1, 5) in {b"NSR02", b"NSR03"} for n in range(16, 32))


class UdfVolume:
    """One volume; `damaged` tells whether a folder or a file lay behind the end."""

    def __init__(self, content: Content, budget: Budget) -> None:
        """Read nothing yet."""
        self.damaged = False
        self._content = content
        self._budget = budget
        self._starts: dict[int, int] = {}  # partition number -> first sector
        self._maps: list[int] = []  # reference -> partition number
        self._metadata: dict[int, Extents] = {}  # reference -> the file that stands for the partition
        self._root: bytes = b""

    def open(self) -> bool:
        """Read the descriptors; False where there is none that counts."""
        set_at = b""
        for descriptor in self._descriptors():
            (tag,) = struct.unpack_from("<H", descriptor)
            if tag == 5:
                number, start = (
                    struct.unpack_from("<H", descriptor, 22)[0],
                    struct.unpack_from("<I", descriptor, 188)[0],
                )
                self._starts[number] = start
            elif tag == 6:
                set_at = descriptor[248:264]
                self._read_maps(descriptor)
        if not set_at or not self._starts:
            return False
        file_set = self._block(set_at)
        if file_set[:2] != b"\0\1":
            return False
        self._root = file_set[400:416]
        return True

    def _descriptors(self) -> Iterator[bytes]:
        last = self._content.size // SECTOR - 1
        for at in (256, last - 256, last, 512):
            anchor = self._content.read(at * SECTOR, 512) if at >= 0 else b""
            if anchor[:2] != b"\2\0" or len(anchor) < 32:
                continue
            length, start = struct.unpack_from("<II", anchor, 16)
            for n in range(min(length // SECTOR, 64)):
                descriptor = self._content.read((start + n) * SECTOR, SECTOR)
                if len(descriptor) < SECTOR or descriptor[:2] == b"\x08\0":
                    break
                yield descriptor
            return

    def _read_maps(self, descriptor: bytes) -> None:
        (count,) = struct.unpack_from("<I", descriptor, 268)
        at = 440
        for reference in range(min(count, 16)):
            if at + 6 > len(descriptor):
                return
            kind, length = descriptor[at], descriptor[at + 1]
            if kind == 1:
                self._maps.append(struct.unpack_from("<H", descriptor, at + 4)[0])
            else:
                number = struct.unpack_from("<H", descriptor, at + 38)[0] if at + 44 <= len(descriptor) else 0
                self._maps.append(number)
                if b"*UDF Metadata Partition" in descriptor[at + 4 : at + 36] and at + 44 <= len(descriptor):
                    self._open_metadata(reference, number, struct.unpack_from("<I", descriptor, at + 40)[0])
            at += max(6, length)

    def _open_metadata(self, reference: int, number: int, block: int) -> None:
        start = self._starts.get(number)
        if start is not None:
            entry = self._content.read((start + block) * SECTOR, SECTOR)
            runs, _ = self._runs(entry, reference)
            self._metadata[reference] = Extents(self._content, runs)

    def _place(self, block: int, reference: int) -> int | None:
        """Return the offset in the image of a block of a partition."""
        number = self._maps[reference] if reference < len(self._maps) else next(iter(self._starts), 0)
        start = self._starts.get(number)
        return None if start is None else (start + block) * SECTOR

    def _block(self, long_ad: bytes) -> bytes:
        _, block, reference = struct.unpack_from("<IIH", long_ad.ljust(16, b"\0"))
        if reference in self._metadata:
            return self._metadata[reference].read(block * SECTOR, SECTOR).ljust(SECTOR, b"\0")
        place = self._place(block, reference)
        found = b"" if place is None else self._content.read(place, SECTOR)
        self.damaged = self.damaged or len(found) < SECTOR
        return found.ljust(SECTOR, b"\0")

    def _runs(self, entry: bytes, reference: int) -> tuple[_Runs, bytes | None]:
        """Return where the bytes of a file lie, or the bytes where they stand in its entry."""
        entry = entry.ljust(SECTOR, b"\0")
        (tag,) = struct.unpack_from("<H", entry)
        if tag not in {261, 266}:
            return [], None
        head = 176 if tag == 261 else 216
        extra, length = struct.unpack_from("<II", entry, head - 8)
        size = struct.unpack_from("<Q", entry, 56)[0]
        kind = entry[34] & 7
        table = entry[head + extra : head + extra + length]
        if kind == 3:
            return [], table[:size]
        step = 8 if kind == 0 else 16
        runs: _Runs = []
        for at in range(0, len(table) - step + 1, step):
            run, block = struct.unpack_from("<II", table, at)
            which = struct.unpack_from("<H", table, at + 8)[0] if step == 16 else reference
            run_length = run & 0x3FFFFFFF
            if not run_length or run >> 30 == 3:
                break
            runs.append((self._place(block, which) if run >> 30 == 0 else None, min(run_length, size)))
            size -= run_length
            if size <= 0:
                break
        return runs, None

    def files(self) -> Iterator[DiskFile]:
        """Yield all files; a folder that holds itself is read once."""
        todo = [(self._root, "", False)]
        seen: set[bytes] = set()
        count = 0
        while todo and count < _MOST_FILES:
            self._budget.check_time()
            icb, path, hidden = todo.pop()
            if icb[4:10] in seen:
                continue
            seen.add(icb[4:10])
            for name, inner, flags in self._folder(icb):
                count += 1
                unseen = hidden or bool(flags & 1)
                if flags & 2:
                    todo.append((inner, f"{path}{name}/", unseen))
                    continue
                runs = self._file_runs(inner)
                yield DiskFile(path + name, runs, unseen)

    def _file_runs(self, icb: bytes) -> _Runs:
        entry = self._block(icb)
        (reference,) = struct.unpack_from("<H", icb.ljust(16, b"\0"), 8)
        runs, inline = self._runs(entry, reference)
        if inline is None:
            return runs
        _, block = struct.unpack_from("<II", icb)
        place = self._place(block, reference)
        head = entry.find(inline) if inline else 0
        return [] if place is None else [(place + head, len(inline))]

    def _folder(self, icb: bytes) -> Iterator[tuple[str, bytes, int]]:
        (reference,) = struct.unpack_from("<H", icb.ljust(16, b"\0"), 8)
        runs, data = self._runs(self._block(icb), reference)
        if data is None:
            whole = Extents(self._content, runs)
            if reference in self._metadata:
                data = self._virtual(icb, reference)
            else:
                data = whole.read(0, min(whole.size, _FOLDER_BYTES))
                self.damaged = self.damaged or bool(whole.lost) or whole.size > _FOLDER_BYTES
        at = 0
        while at + 38 <= len(data) and data[at : at + 2] == b"\1\1":
            self._budget.check_time()
            flags, length = data[at + 18], data[at + 19]
            (extra,) = struct.unpack_from("<H", data, at + 36)
            raw = data[at + 38 + extra : at + 38 + extra + length]
            if not flags & 0xC and raw:  # neither deleted nor the parent
                name = raw[1:].decode("utf-16-be" if raw[0] in {16, 255} else "latin-1", "replace")
                yield safe_name(name), data[at + 20 : at + 36], flags
            at += (38 + extra + length + 3) // 4 * 4

    def _virtual(self, icb: bytes, reference: int) -> bytes:
        """Return a folder whose blocks lie in the metadata file."""
        entry = self._block(icb)
        head = 176 if entry[:2] == b"\5\1" else 216
        extra, length = struct.unpack_from("<II", entry, head - 8)
        table = entry[head + extra : head + extra + length]
        out = b""
        step = 8 if entry[34] & 7 == 0 else 16
        for at in range(0, len(table) - step + 1, step):
            run, block = struct.unpack_from("<II", table, at)
            out += self._metadata[reference].read(block * SECTOR, min(run & 0x3FFFFFFF, _FOLDER_BYTES))
            if not run or len(out) >= _FOLDER_BYTES:
                break
        return out[: struct.unpack_from("<Q", entry, 56)[0]]
