"""Judges one content with everything inside it. Runs in a jailed worker; opens no file and writes none."""

import logging
import time
from dataclasses import dataclass

from anshin.engine.assemble import Findings, assemble
from anshin.engine.budget import Budget, Meter
from anshin.engine.content import Content, sha256
from anshin.engine.errors import LimitHit
from anshin.engine.identify import identify
from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.names import safe_name, shortened
from anshin.engine.rules.scan import RuleScanner
from anshin.engine.unpack import Member, Problem, unpack
from anshin.engine.verdict import FileType, Place, Status, Verdict, Versions
from anshin.engine.wording import gap, reason

_log = logging.getLogger(__name__)
UNKNOWN = FileType(kind="unknown", mime="application/octet-stream", decided_by="none")


@dataclass(frozen=True, slots=True)
class Task:
    """One member (or the file itself) and the way to it."""

    content: Content
    name: str
    depth: int = 0
    cut: bool = False
    allowed: bool = False  # inside a container that a person has allowed: only the deny list still counts


class Judge:
    """Rules, limits and versions, ready for many files one after the other; not for several threads at once."""

    def __init__(self, scanner: RuleScanner, limits: Limits, versions: Versions) -> None:
        """Keep what stays the same for all files."""
        self._scanner = scanner
        self._limits = limits
        self._versions = versions

    def judge(self, content: Content, name: str, lists: Lists) -> Verdict:
        """Return the verdict; never raises for a bad file."""
        return self._one(Task(content, name), lists, Budget(self._limits))

    def _one(self, task: Task, lists: Lists, budget: Budget) -> Verdict:
        started = time.process_time()
        findings = Findings()
        digest, kind = "", UNKNOWN
        try:
            digest = sha256(task.content)
            kind = identify(task.content, ask_magika=False)
            self._look(task, digest, kind, lists, budget, findings)
            if kind.decided_by == "none" and (findings.reasons or findings.gaps):
                # Magika takes 10 ms and 70 MB, and no rule of ours asks for its word: only where a person will read it
                kind = identify(task.content)
        except LimitHit as hit:
            findings.gaps.append(gap(hit.code))
        except MemoryError:
            findings.gaps.append(gap("memory"))
        except Exception:  # noqa: BLE001 -- the last net: whatever a file does to us, it is not clean and not an error
            _log.debug("judging stopped", exc_info=True)
            findings.gaps.append(gap("crashed"))
        if task.cut:
            findings.gaps.append(gap("size"))
        if task.allowed:
            findings.gaps, findings.inner_gaps = [], []
        return assemble(
            findings,
            sha256=digest or sha256(task.content),
            size=task.content.size,
            name=task.name,
            kind=kind,
            versions=self._versions,
            cpu_ms=(time.process_time() - started) * 1000,
        )

    def _look(self, task: Task, digest: str, kind: FileType, lists: Lists, budget: Budget, findings: Findings) -> None:
        if digest in lists.deny:
            findings.reasons.append(reason("list.deny", 1.0))
            return
        allowed = task.allowed or digest in lists.allow
        if allowed:
            if digest in lists.allow:
                findings.reasons.append(reason("list.allow", 0.0))
            if not lists.deny:
                return
        else:
            if task.content.size > self._limits.file_bytes:
                findings.gaps.append(gap("size"))
            findings.reasons += self._scanner.scan(
                task.content, name=task.name, kind=kind.kind, member=task.depth > 0, budget=budget
            )
        self._open(task, kind, lists, budget, findings, allowed=allowed)
        if allowed and findings.worst is not Status.MALICIOUS:
            findings.gaps, findings.inner_gaps, findings.worst = [], [], Status.CLEAN

    def _open(
        self, task: Task, kind: FileType, lists: Lists, budget: Budget, findings: Findings, *, allowed: bool
    ) -> None:
        def take(found: Member | Problem) -> None:
            name = shortened(safe_name(found.name))
            if isinstance(found, Problem):
                place = Place(member=name, detail=found.detail)
                if found.gap:
                    findings.gaps.append(gap(found.gap, place))
                if found.reason and not allowed:
                    findings.reasons.append(reason(found.reason, found.weight, place))
                return
            budget.enter(task.depth + 1)
            child = self._one(Task(found.content, name, task.depth + 1, cut=found.cut, allowed=allowed), lists, budget)
            findings.take_child(child, listed=budget.may_report())

        try:
            unpack(task.content, kind.kind, task.name, Meter(budget, task.content.size), take)
        except LimitHit as hit:
            findings.gaps.append(gap(hit.code))
        except MemoryError:
            findings.gaps.append(gap("memory"))
        except Exception:  # noqa: BLE001 -- an unpacker that stumbles over forged bytes means damage, not an error
            _log.debug("unpacking stopped", exc_info=True)
            findings.gaps.append(gap("damaged"))
