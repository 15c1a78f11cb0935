"""Embedded objects of OLE 1.0, as RTF holds them: a class name, then the document or file. Format: [MS-OLEDS] 2.2."""

import struct
from dataclasses import dataclass
from functools import cache

from anshin.engine.wording import load_data

LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class EmbeddedObject:
    """One object: how it is called, and what it holds."""

    class_name: str
    body: bytes
    linked: bool
    topic: str = ""


def read_object(data: bytes) -> EmbeddedObject | None:
    """Return the object, or None where its header cannot be read."""
    if len(data) < 12:
        return None
    _, form = struct.unpack_from("<II", data)
    name, at = _text(data, 8)
    if name is None:
        return None
    topic, at = _text(data, at)
    _, at = _text(data, at)
    if at + 4 > len(data):
        return EmbeddedObject(name, b"", form == 1, topic or "")
    (size,) = struct.unpack_from("<I", data, at)
    return EmbeddedObject(name, data[at + 4 : at + 4 + min(size, len(data))] or data[at + 4 :], form == 1, topic or "")


def _text(data: bytes, at: int) -> tuple[str | None, int]:
    if at + 4 > len(data):
        return None, len(data)
    (size,) = struct.unpack_from("<I", data, at)
    if size > LONGEST_NAME:
        return None, at + 4
    return data[at + 4 : at + 4 + size].split(b"\0", 1)[0].decode("latin-1"), at + 4 + size


@cache
def group_of() -> dict[str, str]:
    """Return what the listed class names stand for."""
    data: dict[str, list[str]] = load_data("formats/rtf/names.yaml")
    return {name: group for group, names in data.items() for name in names}
