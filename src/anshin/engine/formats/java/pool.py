"""The constant pool of a class: every name, call and text that its code can use.

No library: those for Python read whole classes, stop at the first contradiction, and take ten times as long.
Format: The Java Virtual Machine Specification, 4.1 and 4.4.
"""

import struct
from dataclasses import dataclass, field

MAGIC = b"\xca\xfe\xba\xbe"
UTF8, STRING, METHOD, INTERFACE, NAME_TYPE = 1, 8, 10, 11, 12
_SIZES = {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 9: 5, 10: 5, 11: 5, 12: 5, 15: 4, 16: 3, 17: 5, 18: 5, 19: 3, 20: 3}
_CALLED = frozenset({METHOD, INTERFACE})
_WIDE = frozenset({5, 6})  # long and double take two places
LONGEST = 300
MOST_CALLS = 1000


@dataclass(slots=True)
class Pool:
    """What one class names."""

    version: int = 0
    name: str = ""
    parent: str = ""
    calls: list[str] = field(default_factory=list)  # "java/lang/Runtime.exec"
    texts: int = 0  # string constants
    entries: int = 0
    damaged: bool = False


def read(data: bytes) -> Pool:
    """Return the pool as far as it can be read; never raises."""
    pool = Pool()
    if len(data) < 10 or not data.startswith(MAGIC):
        pool.damaged = True
        return pool
    _, pool.version, count = struct.unpack_from(">HHH", data, 4)
    texts: dict[int, tuple[int, int]] = {}  # number -> from, to
    places: dict[int, int] = {}
    at, number, size = 10, 1, len(data)
    while number < count:
        if at >= size:
            pool.damaged = True
            return pool
        tag = data[at]
        if tag == UTF8:
            end = at + 3 + (data[at + 1] << 8 | data[at + 2] if at + 3 <= size else 0)
            texts[number] = (at + 3, end)
            at = end
        elif tag in _SIZES:
            places[number] = at
            at += _SIZES[tag]
            number += tag in _WIDE
        else:
            pool.damaged = True
            return pool
        number += 1
    if at + 6 > size:
        pool.damaged = True
        return pool
    namer = _Namer(data, texts, places)
    _fill(pool, data, namer)
    _, this, parent = struct.unpack_from(">HHH", data, at)
    pool.name, pool.parent = namer.of(this), namer.of(parent)
    return pool


def _fill(pool: Pool, data: bytes, namer: "_Namer") -> None:
    places = namer.places
    pool.entries = len(namer.texts) + len(places)
    calls = pool.calls
    for at in places.values():
        tag = data[at]
        if tag == STRING:
            pool.texts += 1
        elif tag in _CALLED and len(calls) < MOST_CALLS:
            pair = places.get(data[at + 3] << 8 | data[at + 4], -1)
            name = namer.text(data[pair + 1] << 8 | data[pair + 2]) if pair >= 0 and data[pair] == NAME_TYPE else ""
            calls.append(f"{namer.of(data[at + 1] << 8 | data[at + 2])}.{name}")


class _Namer:
    """Names by their places, each decoded once: a class calls the same few others again and again."""

    def __init__(self, data: bytes, texts: dict[int, tuple[int, int]], places: dict[int, int]) -> None:
        self.data = data
        self.texts = texts
        self.places = places
        self._known: dict[int, str] = {}
        self._names: dict[int, str] = {}

    def of(self, number: int) -> str:
        """Return the name of the class at place `number`."""
        name = self._names.get(number)
        if name is None:
            at = self.places.get(number, -1)
            name = self._names[number] = self.text(self.data[at + 1] << 8 | self.data[at + 2]) if at >= 0 else ""
        return name

    def text(self, number: int) -> str:
        """Return the text at place `number`."""
        text = self._known.get(number)
        if text is None:
            start, end = self.texts.get(number, (0, 0))
            text = self._known[number] = self.data[start : min(end, start + LONGEST)].decode("utf-8", "replace")
        return text
