"""From findings to a verdict: the worst child decides, and what was not scanned is never clean."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from anshin.engine.names import shortened
from anshin.engine.rules.catalogue import combined
from anshin.engine.verdict import FileType, Gap, Place, Reason, Status, Thresholds, Verdict, Versions

MAX_REASONS = 50
MAX_GAPS = 50
LONGEST_PLACE = 1000
"""Characters of the way to a member, from the outermost archive on."""
_LIMITS = Thresholds()
_RANK = {Status.CLEAN: 0, Status.UNREADABLE: 1, Status.INCOMPLETE: 1, Status.SUSPICIOUS: 2, Status.MALICIOUS: 3}


@dataclass(slots=True)
class Findings:
    """What was found in one content so far."""

    reasons: list[Reason] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    children: list[Verdict] = field(default_factory=list)
    inner_reasons: list[Reason] = field(default_factory=list)  # of members, places told from here
    inner_gaps: list[Gap] = field(default_factory=list)
    worst: Status = Status.CLEAN  # over all members, listed or not
    inner_score: float = 0.0

    def take_child(self, child: Verdict, *, listed: bool) -> None:
        """Count a member's verdict; `listed` members stand in the result one by one."""
        if listed:
            self.children.append(child)
        if _RANK[child.status] > _RANK[self.worst]:
            self.worst = child.status
        self.inner_score = max(self.inner_score, child.score)
        if child.reasons:
            told = [r.model_copy(update={"place": _inside(child.name, r.place)}) for r in child.reasons]
            self.inner_reasons = ranked([*self.inner_reasons, *told])[:MAX_REASONS]
        if child.gaps:
            missed = [g.model_copy(update={"place": _inside(child.name, g.place)}) for g in child.gaps]
            self.inner_gaps = distinct([*self.inner_gaps, *missed])


def _inside(member: str, place: Place) -> Place:
    path = f"{member}!{place.member}" if place.member else member
    return place.model_copy(update={"member": shortened(path, LONGEST_PLACE)})


def ranked(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons, heaviest first, without repetitions."""
    return sorted(dict.fromkeys(reasons), key=lambda r: (-r.weight, r.code, r.place.member, r.place.offset or 0))


def distinct(gaps: Iterable[Gap]) -> list[Gap]:
    """Return up to `MAX_GAPS` gaps without repetitions, in order; of each code one at least."""
    unique = list(dict.fromkeys(gaps))
    if len(unique) <= MAX_GAPS:
        return unique
    first = {gap.code: gap for gap in reversed(unique)}.values()
    return list(dict.fromkeys([*first, *unique]))[:MAX_GAPS]


def assemble(
    findings: Findings, *, sha256: str, size: int, name: str, kind: FileType, versions: Versions, cpu_ms: float
) -> Verdict:
    """Return the verdict that follows from the findings."""
    limits = _LIMITS
    score = max(combined(findings.reasons), findings.inner_score)
    if score >= limits.malicious or findings.worst is Status.MALICIOUS:
        status = Status.MALICIOUS
    elif score >= limits.suspicious or findings.worst is Status.SUSPICIOUS:
        status = Status.SUSPICIOUS
    elif findings.gaps or findings.inner_gaps or findings.worst is not Status.CLEAN:
        status = Status.INCOMPLETE
    else:
        status = Status.CLEAN
    # most members have nothing to tell
    reasons = [*findings.reasons, *findings.inner_reasons]
    gaps = [*findings.gaps, *findings.inner_gaps]
    return Verdict(
        sha256=sha256,
        size=size,
        name=name,
        type=kind,
        status=status,
        score=score,
        thresholds=limits,
        reasons=tuple(ranked(reasons)[:MAX_REASONS]) if reasons else (),
        gaps=tuple(distinct(gaps)) if gaps else (),
        children=tuple(findings.children),
        versions=versions,
        cpu_ms=round(cpu_ms, 3),
    )
