"""Lists of SHA-256 values: what a person has judged already. Deny beats allow, and both beat every rule."""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from anshin.engine.errors import ListError

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Lists:
    """Hashes in lower-case hex."""

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """A short name for exactly this content."""
        text = "\n".join([*sorted(self.allow), "-", *sorted(self.deny)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def make_lists(allow: Collection[str] = (), deny: Collection[str] = ()) -> Lists:
    """Return lists; a value that is not a SHA-256 raises `ListError`."""
    return Lists(_checked(allow), _checked(deny))


def _checked(values: Iterable[str]) -> frozenset[str]:
    lowered = frozenset(v.strip().lower() for v in values)
    for value in lowered:
        if not _SHA256.fullmatch(value):
            raise ListError(f"not a SHA-256 in hex: {value[:80]!r}")
    return lowered


def parse_list(text: str, source: str) -> frozenset[str]:
    """Read one hash per line; `#` starts a comment, and what follows the hash (as sha256sum prints) is ignored."""
    hashes = set()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if not _SHA256.fullmatch(words[0].lower()):
            raise ListError(f"{source}, line {number}: not a SHA-256 in hex; write 64 hex digits per line")
        hashes.add(words[0].lower())
    return frozenset(hashes)
