"""ZIP, seen twice: as its directory tells it and as the headers before the data tell it. What differs is scanned twice.

Before, between and behind what the directory names, other archives and hidden entries are looked for.
"""

from anshin.engine.budget import Meter
from anshin.engine.content import Content, SliceContent
from anshin.engine.errors import LimitHit
from anshin.engine.unpack.member import Found, Member, Problem, odd_name
from anshin.engine.unpack.stream import tail_member
from anshin.engine.unpack.zip_crypt import Opener
from anshin.engine.unpack.zip_data import read_entry
from anshin.engine.unpack.zip_headers import LOCAL, Directory, Entry, directories, headers, local_entry

FORGED_WEIGHT = 0.4
HIDDEN_WEIGHT = 0.3


def unpack_zip(content: Content, name: str, meter: Meter) -> Found:
    """Yield every member that any reader could see, and what stands before and behind the archive."""
    walk = _Walk(content, name, meter)
    found: list[Directory] = []
    for directory in directories(content):
        around = walk.entry_around(directory)
        if around is None:
            found.append(directory)
            yield from walk.directory(directory)
        elif around.method or around.encrypted:
            # Seen only by a reader that takes an end record inside packed data for the archive's own.
            yield from walk.directory(directory, inside=True)
    yield from walk.overlaps()
    start = min((d.base for d in found), default=0)
    stop = max((d.end for d in found), default=content.size)
    if start:
        yield Member("(prefix)", SliceContent(content, 0, start))
    yield from walk.uncounted(start, min((d.start for d in found), default=content.size), told=bool(found))
    if not found:
        yield Problem(gap="damaged", name=name)  # no directory: cut short
    yield from tail_member(content, stop)


class _Walk:
    """Goes over one archive and remembers which bytes were accounted for."""

    def __init__(self, content: Content, name: str, meter: Meter) -> None:
        self._content = content
        self._name = name
        self._meter = meter
        self._headers = headers(content, meter.budget)
        self._opener = Opener(meter.budget)
        self._seen: set[tuple[int, int, int, int]] = set()  # header, method, packed, encrypted
        self._spans: dict[int, int] = {}  # local header -> end of data
        self._data: list[tuple[int, int, Entry]] = []  # from, to

    def entry_around(self, directory: Directory) -> Entry | None:
        """Return the entry in whose data the whole archive of `directory` lies: an archive in the archive.

        One that is stored is opened when its entry is judged, as every content is that ends in a directory.
        """
        around = (e for start, end, e in self._data if start <= directory.base and directory.end <= end)
        return min(around, key=lambda entry: bool(entry.method or entry.encrypted), default=None)

    def directory(self, directory: Directory, *, inside: bool = False) -> Found:
        """Yield the entries of one directory, each by its central and, where it differs, by its local header.

        With `inside`, they lie in the data of an entry, share its bytes by nature and account for none.
        """
        most = self._meter.budget.limits.members
        entries, whole = self._headers.central(directory, most)
        if not whole and len(entries) <= most:
            yield Problem(gap="damaged", name=self._name, detail="central directory")
        for entry in entries:
            self._meter.budget.check_time()
            if entry.name.endswith("/") and entry.packed == 0:
                continue
            local = self._headers.local(entry.header)
            if local is None:
                yield Problem(gap="damaged", name=entry.name)
                continue
            header, data = local
            yield from self._one(entry, data, inside=inside)
            if _contradicts(entry, header):
                yield Problem(reason="archive.forged", weight=FORGED_WEIGHT, name=entry.name)
                if not header.streamed or header.packed:
                    yield from self._one(header, data, inside=inside)
        if len(entries) > most:
            raise LimitHit("members")  # what the rest of the directory names must not count as hidden

    def _one(self, entry: Entry, data: int, *, inside: bool = False) -> Found:
        key = (entry.header, entry.method, entry.packed, entry.encrypted)
        if key in self._seen:
            return
        self._seen.add(key)
        end = data + entry.packed
        if not inside:
            self._spans[entry.header] = max(end, self._spans.get(entry.header, 0))
            self._data.append((data, end, entry))
        if end > self._content.size:
            yield Problem(gap="damaged", name=entry.name)
        yield from odd_name(entry.name)
        yield from read_entry(self._headers, entry, data, self._meter, self._opener)

    def overlaps(self) -> Found:
        """Yield one problem when the data of two entries share bytes."""
        reach = 0
        for start, end in sorted(self._spans.items()):
            if start < reach:
                yield Problem(gap="overlap", name=self._name)
                return
            reach = max(reach, end)

    def uncounted(self, start: int, stop: int, *, told: bool) -> Found:
        """Yield entries whose local headers stand where no directory points to; `told`: there is a directory at all."""
        at = start
        for begin, end in [*sorted(self._spans.items()), (stop, stop)]:
            while at < begin:
                at = _find(self._content, LOCAL, at, begin)
                local = local_entry(self._content, at) if at < begin else None
                if local is None or not _plausible(local[0]):
                    at += 4
                    continue
                entry, data = local
                if not entry.name.endswith("/"):
                    if told:
                        yield Problem(reason="archive.hidden", weight=HIDDEN_WEIGHT, name=entry.name)
                    yield from self._one(entry, data)
                at = max(data + entry.packed, at + 4)
            at = max(at, end)


def _contradicts(central: Entry, local: Entry) -> bool:
    """Whether the two headers of one entry lead readers to different contents or names."""
    if central.method != local.method or central.encrypted != local.encrypted or central.name != local.name:
        return True
    if local.streamed and not local.packed:
        return False
    return (central.packed, central.unpacked) != (local.packed, local.unpacked)


def _plausible(entry: Entry) -> bool:
    return bool(entry.name) and entry.method in {0, 8, 9, 12, 14, 93, 99} and entry.flags < 0x4000


def _find(content: Content, what: bytes, start: int, stop: int) -> int:
    """Return the offset of `what` between `start` and `stop`, or `stop`."""
    step = 1024 * 1024
    while start < stop:
        piece = content.read(start, min(step + len(what) - 1, stop - start))
        at = piece.find(what)
        if at >= 0:
            return start + at
        start += step
    return stop
