"""FAT12, FAT16 and FAT32 with long names (Microsoft's FAT specification of 2005)."""

import struct
from collections.abc import Iterator

import numpy as np

from anshin.engine.budget import Budget
from anshin.engine.content import Content
from anshin.engine.names import member_name, safe_name
from anshin.engine.unpack.extents import DiskFile, Extents

_MOST_FOLDERS = 20_000
_TABLE_BYTES = 64 * 1024 * 1024
_FOLDER_BYTES = 8 * 1024 * 1024


class Fat:
    """One volume; `damaged` tells whether a chain of clusters broke off."""

    def __init__(self, volume: Content, budget: Budget) -> None:
        """Read the boot sector and the table; `good` is False where they contradict themselves."""
        self.damaged = False
        self.good = False
        self._volume = volume
        self._budget = budget
        boot = volume.read(0, 512)
        sector, per_cluster, reserved, tables, roots, short_total, _, short_size = struct.unpack_from(
            "<HBHBHHBH", boot, 11
        )
        total, size, _, _, root = struct.unpack_from("<IIHHI", boot, 32)
        size, total = short_size or size, short_total or total
        if sector not in {512, 1024, 2048, 4096} or not per_cluster or not tables or not size:
            return
        self._cluster = sector * per_cluster
        self._root_at = (reserved + tables * size) * sector
        self._root_bytes = 32 * roots
        self._data_at = self._root_at + -(-self._root_bytes // sector) * sector
        clusters = max(0, total * sector - self._data_at) // self._cluster
        self._bits = 12 if clusters < 4085 else 16 if clusters < 65525 else 32
        self._root = root if not roots else 0
        self._next = self._table(volume.read(reserved * sector, min(size * sector, _TABLE_BYTES)))
        self.good = bool(self._next)

    def _table(self, raw: bytes) -> list[int]:
        found: list[int]
        if self._bits == 32:
            found = (np.frombuffer(raw[: len(raw) & ~3], dtype="<u4") & 0x0FFFFFFF).tolist()
            return found
        if self._bits == 16:
            found = np.frombuffer(raw[: len(raw) & ~1], dtype="<u2").tolist()
            return found
        triples = np.frombuffer(raw[: len(raw) // 3 * 3], dtype=np.uint8).astype(np.uint16).reshape(-1, 3)
        even = triples[:, 0] | (triples[:, 1] & 15) << 8
        odd = triples[:, 1] >> 4 | triples[:, 2] << 4
        found = np.stack([even, odd], axis=1).ravel().tolist()
        return found

    def _runs(self, cluster: int, size: int) -> list[tuple[int | None, int]]:
        """Return where a chain lies, at most `size` bytes of it."""
        last = {12: 0xFF8, 16: 0xFFF8, 32: 0x0FFFFFF8}[self._bits]
        runs: list[tuple[int | None, int]] = []
        left, steps = size, 0
        while left > 0:
            steps += 1
            if not 2 <= cluster < min(last, len(self._next)) or steps > len(self._next):
                self.damaged = True
                break
            take = min(left, self._cluster)
            place = self._data_at + (cluster - 2) * self._cluster
            before = runs[-1] if runs else (None, 0)
            if before[0] is not None and before[0] + before[1] == place:
                runs[-1] = (before[0], before[1] + take)
            else:
                runs.append((place, take))
            left -= take
            cluster = self._next[cluster]
            if cluster >= last and left > 0 and size >= _FOLDER_BYTES:
                break  # a folder, whose length stands nowhere
        return runs

    def files(self) -> Iterator[DiskFile]:
        """Yield all files that are not deleted; a folder that holds itself is read once."""
        plain_root = self._volume.read(self._root_at, self._root_bytes)
        first = self._folder_bytes(self._root) if self._root else plain_root
        todo: list[tuple[bytes, str, bool]] = [(first, "", False)]
        seen: set[int] = set()
        while todo and len(seen) < _MOST_FOLDERS:
            data, path, hidden = todo.pop()
            for name, entry in _rows(data):
                self._budget.check_time()
                high, low, size = struct.unpack_from("<H4xHI", entry, 20)
                cluster = high << 16 | low if self._bits == 32 else low
                unseen = hidden or bool(entry[11] & 2)
                if entry[11] & 0x10:
                    if cluster not in seen:
                        seen.add(cluster)
                        todo.append((self._folder_bytes(cluster), f"{path}{name}/", unseen))
                elif not entry[11] & 8:
                    yield DiskFile(path + name, self._runs(cluster, size), unseen)

    def _folder_bytes(self, cluster: int) -> bytes:
        whole = Extents(self._volume, self._runs(cluster, _FOLDER_BYTES))
        self.damaged = self.damaged or bool(whole.lost)
        return whole.read(0, whole.size)


def _rows(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and entry of what stands in a folder."""
    pieces: list[bytes] = []
    for at in range(0, len(data) - 31, 32):
        row = data[at : at + 32]
        if row[0] == 0:
            return
        if row[0] == 0xE5:
            pieces = []
        elif row[11] & 0x3F == 0x0F:
            pieces.insert(0, row[1:11] + row[14:26] + row[28:32])
        else:
            long_name = b"".join(pieces[:20]).decode("utf-16-le", "replace").split("\0", 1)[0]
            pieces = []
            if row[:1] == b".":
                continue
            ending = row[8:11].rstrip()
            short = row[:8].rstrip() + (b"." + ending if ending else b"")
            yield safe_name(long_name) if long_name else member_name(short), row
