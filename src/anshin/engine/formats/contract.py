"""What every parser promises, and what it hands back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from anshin.engine.budget import Budget
from anshin.engine.unpack.member import Member, Problem
from anshin.engine.verdict import Place

_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Sign:
    """Something worth telling: a code of the indicator catalogue, and where it stands.

    `place.detail` is a list of `word value` pairs joined by ", ", the words from `places` in `render/phrases.yaml`
    ("object 12", "line 3", "section .text", "stream Macros/VBA/Module1"), so that it can be told in every language.
    """

    code: str
    place: Place = _NOWHERE


@dataclass(frozen=True, slots=True)
class Layer:
    """Text that a script or a macro hides: decoded without running it, and looked at by the rules like a file."""

    data: bytes  # UTF-8 text, or bytes where the decoding ended in bytes
    how: str  # the way to it, outermost first: "base64", "powershell -EncodedCommand > gzip"
    kind: str = ""  # kind of file that the rules shall take it for; empty: that of the file
    place: Place = _NOWHERE


@dataclass(slots=True)
class Parsed:
    """What one parser found in one file."""

    family: str  # the format family of the learned models: pe, elf, macho, android, ole, ooxml, rtf, pdf, script ...
    signs: list[Sign] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # gaps: what could not be read, and why
    members: list[Member] = field(default_factory=list)  # files inside, each judged on its own
    layers: list[Layer] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)  # numbers for the models; names in `features/schemas`
    tokens: list[str] = field(default_factory=list)  # words for the models: imports, calls, names of objects

    def sign(self, code: str, detail: str = "", *, offset: int | None = None, member: str = "") -> None:
        """Add a sign; the same code is worth telling at three places at most."""
        if sum(s.code == code for s in self.signs) < 3:
            self.signs.append(Sign(code, Place(member=member, offset=offset, detail=detail)))


Parser = Callable[[bytes, Budget], Parsed]
"""Reads one whole file held in memory.

- Never executes, opens, fetches or writes anything; starts no thread and no process.
- Calls `budget.check_time()` in every loop whose length the file decides, and `budget.spend(n)` for n bytes produced.
- May raise `LimitHit`; any other exception means damage, and the file is then never called clean. A parser that can
  go on after damage notes a `Problem(gap="damaged", detail=...)`, or a sign `<family>.malformed`, and goes on.
- Bounds its own output: signs, members, tokens (4,096 at most), layers.
"""
