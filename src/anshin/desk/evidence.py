"""Evidence is sealed when it is taken: one canonical byte form, and the SHA-256 over exactly those bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anshin.desk import chain


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored: the bytes that were hashed, their SHA-256 in hex, and their number."""

    canonical: bytes
    sha256: str
    size: int


def seal(content: Mapping[str, Any]) -> Sealed:
    """Return the sealed form of `content`. Raises TypeError for values without a canonical form."""
    canonical = chain.canonical_bytes(content)
    return Sealed(canonical, hashlib.sha256(canonical).hexdigest(), len(canonical))


def check(*, canonical: bytes, sha256: str, size: int) -> str | None:
    """Return what does not fit between stored bytes and their seal, or None when the seal holds."""
    if len(canonical) != size:
        return f"has {len(canonical)} bytes, but {size} were sealed"
    if hashlib.sha256(canonical).hexdigest() != sha256:
        return "its content is not what was sealed"
    return None


def custody_content(
    *,
    case: str,
    sequence: int,
    evidence: str,
    evidence_sha256: str,
    action: str,
    actor: tuple[str, str],
    reason: str,
    at: datetime,
) -> dict[str, Any]:
    """Return what the hash of one custody entry covers: who did what to which sealed bytes, when and why.

    `actor` is kind and name; `at` counts in UTC with microseconds, so that every program writes it the same way.
    """
    return {
        "case": case,
        "sequence": sequence,
        "evidence": [evidence, evidence_sha256],
        "action": action,
        "actor": list(actor),
        "reason": reason,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
