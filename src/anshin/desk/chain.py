"""A chain of hashes: each link covers its own content and the link before, so that no entry can change unseen.

Canonical form: JSON with sorted keys, no blanks, UTF-8, text in Unicode NFC. SHA-256 over previous hash, a newline and
the canonical form.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

START = "0" * 64
"""What the first link names as its predecessor."""


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {str(_normal(key)): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return repr(value)  # floats have no one JSON form across programs; their repr has
    raise TypeError(f"{type(value).__name__} has no canonical form; pass text, numbers, lists or mappings")


def canonical_bytes(content: Mapping[str, Any]) -> bytes:
    """Return the one byte form of `content`. Raises TypeError for values without one."""
    return json.dumps(_normal(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: str, content: Mapping[str, Any]) -> str:
    """Return the hash of the entry `content` that follows the entry with hash `previous`."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical_bytes(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that does not fit: its position from 1, and why."""

    position: int
    why: str


def verify(entries: Iterable[tuple[Mapping[str, Any], str, str]], head: str | None = None) -> Break | None:
    """Walk `(content, previous hash, hash)` in order; return the first break, or None when the chain is whole.

    With `head` the last hash must be that one, so that entries cut off at the end are noticed too.
    """
    last, position = START, 0
    for position, (content, previous, claimed) in enumerate(entries, start=1):
        if previous != last:
            return Break(position, "does not follow the entry before it")
        if link(previous, content) != claimed:
            return Break(position, "content was changed after it was written")
        last = claimed
    if head is not None and last != head:
        return Break(position + 1, "entries are missing at the end")
    return None
