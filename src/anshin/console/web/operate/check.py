"""The result of looking at one thing."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `facts` are figures and names only, nothing secret, so that they may be pasted."""

    name: str
    ok: bool
    facts: dict[str, Any] = field(default_factory=dict)
    mend: str = ""  # what to do when it is not ok (English; the words module translates it)
