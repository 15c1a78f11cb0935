"""A reader of DER that never raises: enough to walk through a signature (ITU-T X.690)."""

from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHILDREN = 512


@dataclass(frozen=True, slots=True)
class Node:
    """One value: its tag, where it begins, and where its contents begin and end."""

    data: bytes
    tag: int
    at: int
    start: int
    end: int

    @property
    def content(self) -> bytes:
        """The contents."""
        return self.data[self.start : self.end]

    @property
    def whole(self) -> bytes:
        """Tag, length and contents."""
        return self.data[self.at : self.end]

    def children(self) -> list["Node"]:
        """Return the values inside, up to the first that does not fit."""
        return list(_walk(self.data, self.start, self.end))

    def child(self, number: int) -> "Node | None":
        """Return one value inside by its place, or None."""
        for place, node in enumerate(_walk(self.data, self.start, self.end)):
            if place == number:
                return node
        return None

    def oid(self) -> str:
        """Return an object identifier in dots; empty for anything else."""
        raw = self.content
        if self.tag != 6 or not raw or len(raw) > 64:
            return ""
        parts, value = [], 0
        for byte in raw:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                parts.append(value)
                value = 0
        if not parts:
            return ""
        first = min(2, parts[0] // 40)
        return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))


def parse(data: bytes, at: int = 0, end: int | None = None) -> Node | None:
    """Return the value that begins at `at`, or None where it does not fit before `end`."""
    return next(_walk(data, at, len(data) if end is None else min(end, len(data))), None)


def path(node: Node | None, *steps: int) -> Node | None:
    """Follow the places of children; None as soon as one is missing."""
    for step in steps:
        if node is None:
            return None
        node = node.child(step)
    return node


def _walk(data: bytes, at: int, end: int) -> Iterator[Node]:
    for _ in range(MAX_CHILDREN):
        if at + 2 > end:
            return
        length, start = data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4 or start + size > end:
                return
            length, start = int.from_bytes(data[start : start + size], "big"), start + size
        if start + length > end:
            return
        yield Node(data, data[at], at, start, start + length)
        at = start + length
