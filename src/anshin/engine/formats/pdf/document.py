"""One PDF: its objects by number, references followed, streams unpacked and decrypted, all of it bounded."""

from collections import Counter
from typing import Any

from anshin.engine.budget import Budget
from anshin.engine.formats.pdf.crypt import Key, find_key
from anshin.engine.formats.pdf.filters import canonical, decode
from anshin.engine.formats.pdf.lexer import Ref, read_value
from anshin.engine.formats.pdf.scan import Buffer, Entry, Scan, names_in, scan
from anshin.engine.unpack.passwords import candidates

STREAM_BYTES = 32 * 1024 * 1024
"""Of one stream, this much is unpacked."""
MOST_OBJECT_STREAMS = 20_000
PARSED = 20_000
"""Objects of one file that are read in full; the rest are searched for names only."""


class Document:
    """What a reader would see, and what it would not."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        """Find the objects. Raises `LimitHit`."""
        self.data = data
        self.budget = budget
        self.found: Scan = scan(data, budget)
        self.main: Buffer = self.found.buffers[0]
        self.entries: dict[int, list[Entry]] = {}
        self.key: Key | None = None
        self.password: bytes | None = None
        self.locked = False  # encrypted, and no password fits
        self.damaged_streams = 0
        self.trailers: list[dict[str, Any]] = []
        self.names: Counter[bytes] = Counter()  # of the structure, each with its number
        self._present: set[bytes] = set()
        self._counted = False
        self._values: dict[Entry, Any] = {}
        self._parsed = 0
        for buffer in self.found.buffers:
            self._take(buffer, last=buffer.origin == "file")
        self._read_trailers()
        self._open_encryption()
        self._read_object_streams()
        for buffer in self.found.buffers:
            names = names_in(buffer.text)
            self._present.update(names)
            if buffer.origin != "nested":
                self.names.update(names)
        self._counted = True

    def _take(self, buffer: Buffer, *, last: bool) -> None:
        """Remember the objects of a buffer; `last`: they stand for their numbers, whatever came before."""
        for entry in buffer.objects:
            known = self.entries.setdefault(entry.number, [])
            if last:
                known.append(entry)
            else:
                known.insert(0, entry)

    # --- values

    def value(self, entry: Entry) -> Any:
        """Return the value of an object, its strings decrypted; a stream's is its dictionary."""
        if entry in self._values:
            return self._values[entry]
        if self._parsed >= PARSED:
            return None
        self._parsed += 1
        self.budget.check_time()
        value = read_value(entry.buffer.text, entry.start, entry.end)
        if self.key is not None and entry.buffer.origin == "file":
            value = self._decrypted(value, entry)
        self._values[entry] = value
        return value

    def _decrypted(self, value: Any, entry: Entry, depth: int = 0) -> Any:
        if isinstance(value, bytes) and self.key is not None:
            return self.key.open(value, entry.number, entry.generation, self.key.strings)
        if isinstance(value, list):
            return [self._decrypted(v, entry, depth + 1) for v in value]
        if isinstance(value, dict):
            return {k: self._decrypted(v, entry, depth + 1) for k, v in value.items()}
        return value

    def entry(self, ref: Ref) -> Entry | None:
        """Return the definition of an object that counts: the last one."""
        known = self.entries.get(ref.number)
        return known[-1] if known else None

    def follow(self, value: Any) -> Any:
        """Return what a reference leads to; anything else as it is."""
        for _ in range(16):
            if not isinstance(value, Ref):
                return value
            entry = self.entry(value)
            if entry is None:
                return None
            value = self.value(entry)
        return None

    def dictionary(self, value: Any) -> dict[str, Any]:
        """Return the dictionary that a value is or leads to; an empty one where it is none."""
        value = self.follow(value)
        return value if isinstance(value, dict) else {}

    def array(self, value: Any) -> list[Any]:
        """Return the array that a value is or leads to; an empty one where it is none."""
        value = self.follow(value)
        return value if isinstance(value, list) else []

    def with_name(self, name: str, limit: int) -> list[Entry]:
        """Return the objects in which a name stands, in every buffer, `limit` at most."""
        wanted = b"/" + name.encode("latin-1")
        if self._counted and wanted[1:] not in self._present:
            return []
        found: dict[Entry, None] = {}
        for buffer in self.found.buffers:
            at = buffer.text.find(wanted)
            while at >= 0 and len(found) < limit:
                behind = buffer.text[at + len(wanted) : at + len(wanted) + 1]
                entry = buffer.at(at)
                after = at + len(wanted)
                if not behind.isalnum() and entry is not None:
                    found.setdefault(entry)
                    after = max(after, entry.end)
                at = buffer.text.find(wanted, after)
        return list(found)

    # --- streams

    def filters(self, settings: dict[str, Any]) -> tuple[list[str], list[Any]]:
        """Return the filters of a stream by their long names, and their parameters."""
        names = self.follow(settings.get("Filter", settings.get("F")))
        given = self.follow(settings.get("DecodeParms", settings.get("DP")))
        chain = names if isinstance(names, list) else [names]
        parameters = given if isinstance(given, list) else [given]
        chain = [self.follow(n) for n in chain]
        return [canonical(n) for n in chain if isinstance(n, str)], [self.follow(p) for p in parameters]

    def raw(self, entry: Entry) -> bytes:
        """Return the bytes of a stream as they stand, decrypted."""
        if entry.body is None:
            return b""
        data = self.data[entry.body[0] : entry.body[1]]
        if self.key is not None and self.dictionary(self.value(entry)).get("Type") != "XRef":
            data = self.key.open(data, entry.number, entry.generation, self.key.streams)
        return data

    def stream(self, entry: Entry, limit: int = STREAM_BYTES) -> bytes:
        """Return what a stream unpacks to, `limit` bytes at most; a picture stays packed."""
        settings = self.dictionary(self.value(entry))
        names, parameters = self.filters(settings)
        out, good = decode(self.raw(entry), names, parameters, limit, self.budget)
        self.damaged_streams += not good
        return out

    def content(self, value: Any, limit: int = STREAM_BYTES) -> bytes:
        """Return the bytes that a string, a stream or a reference to one of them means."""
        if isinstance(value, Ref):
            entry = self.entry(value)
            if entry is not None and entry.body is not None:
                return self.stream(entry, limit)
        value = self.follow(value)
        return value[:limit] if isinstance(value, bytes) else b""

    # --- what stands around the objects

    def _read_trailers(self) -> None:
        text, at = self.main.text, 0
        while (at := text.find(b"trailer", at)) >= 0 and len(self.trailers) < 64:
            at += 7
            value = read_value(text, at, min(len(text), at + 65536))
            if isinstance(value, dict):
                self.trailers.append(value)
        for entry in self.with_name("XRef", 64):
            value = self.value(entry)
            if isinstance(value, dict) and entry.body is not None and value.get("Type") == "XRef":
                self.trailers.append(value)

    def _open_encryption(self) -> None:
        with_key = [t for t in self.trailers if "Encrypt" in t]
        if not with_key:
            return
        settings = self._deep(with_key[-1]["Encrypt"])
        if not settings:
            return
        identity = self.array(with_key[-1].get("ID"))
        first = identity[0] if identity and isinstance(identity[0], bytes) else b""
        words = [b"", *(p.encode("utf-8", "replace") for p in candidates(self.budget))]
        opened = find_key(settings, first, words[:200])
        self._values.clear()  # read before the key was known
        if opened is None:
            self.locked = True
            return
        self.key, self.password = opened
        encryption = with_key[-1]["Encrypt"]
        entry = self.entry(encryption) if isinstance(encryption, Ref) else None
        if entry is not None:
            self._values[entry] = settings  # its own strings are not encrypted

    def _deep(self, value: Any) -> dict[str, Any]:
        found = dict(self.dictionary(value))
        for key, inner in found.items():
            found[key] = self.follow(inner)
        if isinstance(found.get("CF"), dict):
            found["CF"] = {k: self.dictionary(v) for k, v in found["CF"].items()}
        return found

    def _read_object_streams(self) -> None:
        if self.locked:
            return
        for entry in self.with_name("ObjStm", MOST_OBJECT_STREAMS):
            settings = self.dictionary(self.value(entry))
            if entry.body is None or settings.get("Type") != "ObjStm":
                continue
            buffer = self._object_stream(settings, self.stream(entry))
            if buffer is not None:
                self.found.buffers.append(buffer)
                self._take(buffer, last=entry.start > self._last_start(buffer))

    def _last_start(self, buffer: Buffer) -> int:
        """Return where in the file the first of these objects is defined plainly, to tell which definition is newer."""
        for entry in buffer.objects[:1]:
            known = self.entries.get(entry.number)
            if known and known[-1].buffer.origin == "file":
                return known[-1].start
        return -1

    def _object_stream(self, settings: dict[str, Any], text: bytes) -> Buffer | None:
        count, first = self.follow(settings.get("N")), self.follow(settings.get("First"))
        if not isinstance(count, int) or not isinstance(first, int) or not text:
            return None
        numbers = [int(n) for n in text[: max(0, first)].split()[: 2 * max(0, min(count, 100_000))] if n.isdigit()]
        buffer = Buffer(text, "object stream")
        index_plain(buffer, numbers, first)
        return buffer


def index_plain(buffer: Buffer, numbers: list[int], first: int) -> None:
    """Index the objects of an object stream by its pairs of number and offset; a forged table is put in order."""
    pairs = sorted(zip(numbers[1::2], numbers[::2], strict=False))
    places = [(first + at, number) for at, number in pairs if first + at < len(buffer.text) and number < 1 << 31]
    for n, (start, number) in enumerate(places):
        end = places[n + 1][0] if n + 1 < len(places) else len(buffer.text)
        buffer.starts.append(start)
        buffer.objects.append(Entry(number, 0, buffer, start, end))
