"""Byte code of Android (DEX): names of classes, and the functions of the system that it calls.

Only names are read, no instructions. Not LIEF or androguard: they take 70 to 600 ms for 2.6 MB.
Format: AOSP, "Dalvik executable format".
"""

import struct
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from anshin.engine.budget import Budget

MAGIC = b"dex\n"
MOST_CALLS = 1500
MOST_CLASSES = 2000
"""Classes of the app whose names are looked at, spread evenly over all of them."""
SYSTEM = (b"Landroid/", b"Ljava/", b"Ljavax/", b"Ldalvik/", b"Lorg/apache/http", b"Lorg/json/", b"Lcom/android/")


@dataclass(slots=True)
class Code:
    """What one DEX file holds."""

    calls: list[str] = field(default_factory=list)  # "android/telephony/SmsManager.sendTextMessage"
    classes: int = 0
    methods: int = 0
    strings: int = 0
    short_names: float = 0.0  # share of the app's own classes named by one or two letters
    damaged: bool = False


def read(data: bytes, budget: Budget) -> Code:
    """Return the names; never raises but `LimitHit`."""
    found = Code()
    if len(data) < 112 or not data.startswith(MAGIC):
        found.damaged = True
        return found
    size, head, order = struct.unpack_from("<3I", data, 32)
    if size > len(data) or head < 112 or order != 0x12345678:
        found.damaged = True
    tables = struct.unpack_from("<12I", data, 56)
    strings = _table(data, tables[1], tables[0], "<u4", found)
    types = _table(data, tables[3], tables[2], "<u4", found)
    methods = _table(data, tables[9], tables[8], [("type", "<u2"), ("proto", "<u2"), ("name", "<u4")], found)
    classes = _table(data, tables[11], tables[10], [("type", "<u4"), ("rest", "V28")], found)
    found.strings, found.methods, found.classes = len(strings), len(methods), len(classes)
    budget.check_time()
    names = _Names(data, strings, types)
    known = {t: names.type(t) for t in np.unique(methods["type"]).tolist() if names.of_system(t)}
    budget.check_time()
    wanted = methods[np.isin(methods["type"], np.fromiter(known, dtype=np.uint32, count=len(known)))][:MOST_CALLS]
    for kind, name in zip(wanted["type"].tolist(), wanted["name"].tolist(), strict=True):
        found.calls.append(f"{known[kind][1:].rstrip(';')}.{names.text(name)}")
    own = [names.type(t) for t in classes["type"][:: 1 + len(classes) // MOST_CLASSES].tolist()]
    own = [name for name in own if name and not name.startswith(("Landroid", "Lkotlin"))]
    short = sum(len(name.rstrip(";").rsplit("/", 1)[-1].rsplit("$", 1)[-1]) <= 2 for name in own)
    found.short_names = short / len(own) if own else 0.0
    return found


def _table(data: bytes, at: int, count: int, layout: object, found: Code) -> npt.NDArray[np.void]:
    kind: np.dtype[np.void] = np.dtype(layout)  # type: ignore[call-overload]
    room = max(0, len(data) - at) // kind.itemsize
    if count > room:
        found.damaged = True
    return np.frombuffer(data, dtype=kind, count=min(count, room), offset=at if count and room else 0)


class _Names:
    """Strings by their numbers; where each stands is looked up in plain memory, which is faster than in an array."""

    def __init__(self, data: bytes, strings: npt.NDArray[np.void], types: npt.NDArray[np.void]) -> None:
        self._data = data
        self._strings = np.require(strings, np.uint32, ["C", "A"]).data  # copied only where the table is not aligned
        self._types = np.require(types, np.uint32, ["C", "A"]).data

    def of_system(self, number: int) -> bool:
        """Whether a type is one of Android's or Java's."""
        if number >= len(self._types):
            return False
        at = self._start(self._types[number])
        return at >= 0 and self._data.startswith(SYSTEM, at)

    def type(self, number: int) -> str:
        """Return the descriptor of a type, such as `Landroid/app/Activity;`."""
        return self.text(self._types[number]) if number < len(self._types) else ""

    def text(self, number: int, longest: int = 200) -> str:
        """Return one string."""
        at = self._start(number)
        if at < 0:
            return ""
        end = self._data.find(b"\0", at, at + longest)
        return self._data[at : end if end >= 0 else at + longest].decode("utf-8", "replace")

    def _start(self, number: int) -> int:
        """Return where the letters of a string stand, or -1."""
        if number >= len(self._strings):
            return -1
        at, data = self._strings[number], self._data
        for _ in range(5):  # its length, in up to five bytes of seven bits
            if at >= len(data):
                return -1
            at += 1
            if not data[at - 1] & 0x80:
                break
        return at
