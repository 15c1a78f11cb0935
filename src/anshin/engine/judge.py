"""Judges one content with everything inside it. Runs in a jailed worker; opens no file and writes none."""

import logging
import time
from typing import NamedTuple

from anshin.engine.assemble import Findings, assemble
from anshin.engine.budget import Budget, Meter
from anshin.engine.content import BytesContent, Content, sha256
from anshin.engine.errors import LimitHit
from anshin.engine.examination import MAX_VECTORS, Examination, MemberVector, words_hash
from anshin.engine.features.vector import extract, families
from anshin.engine.formats.contract import Layer, Parsed, Sign
from anshin.engine.formats.registry import parse
from anshin.engine.identify import also, identify
from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.models.scoring import ModelSet
from anshin.engine.names import safe_name, shortened
from anshin.engine.rules.catalogue import catalogue, reasons
from anshin.engine.rules.scan import RuleScanner
from anshin.engine.scores import MOST, Score, bin_of
from anshin.engine.unpack import Member, Problem, unpack
from anshin.engine.verdict import FileType, Place, Reason, Status, Verdict, Versions
from anshin.engine.wording import gap, reason

_log = logging.getLogger(__name__)
UNKNOWN = FileType(kind="unknown", mime="application/octet-stream", decided_by="none")


class Task(NamedTuple):
    """One member (or the file itself) and the way to it."""

    content: Content
    name: str
    depth: int = 0
    cut: bool = False
    kind: str = ""  # what the container says it is
    allowed: bool = False  # inside a container that a person has allowed: only the deny list still counts


class Judge:
    """Rules, limits and versions, ready for many files one after the other; not for several threads at once."""

    def __init__(
        self, scanner: RuleScanner, limits: Limits, versions: Versions, models: ModelSet | None = None
    ) -> None:
        """Keep what stays the same for all files."""
        self._scanner = scanner
        self._models = models or ModelSet()
        self._vectors: list[MemberVector] | None = None  # kept only while a file is examined
        self._scores: list[Score] = []  # of the file that is judged now
        self._limits = limits
        self._versions = versions

    def judge(self, content: Content, name: str, lists: Lists) -> Verdict:
        """Return the verdict; never raises for a bad file."""
        return self.examine(content, name, lists, stated=None).verdict

    def examine(self, content: Content, name: str, lists: Lists, *, stated: str | None = "") -> Examination:
        """Return the verdict with the feature vectors of the file and of everything in it; never raises.

        With `stated` None it is the verdict and the scores of the models, without vectors.
        """
        self._scores = []
        self._vectors = None if stated is None else []
        try:
            verdict = self._one(Task(content, name, kind=stated or ""), lists, Budget(self._limits))
            return Examination(verdict, tuple(self._vectors or ()), tuple(self._scores[:MOST]))
        finally:
            self._vectors = None

    def _one(self, task: Task, lists: Lists, budget: Budget) -> Verdict:
        # of this thread: with a limit on CPU time, as in a worker, the clock of the process only moves with the tick
        started = time.thread_time()
        findings = Findings()
        digest, kind = "", UNKNOWN
        try:
            content = self._held(task.content)
            digest = sha256(content)
            kind = identify(content, name=task.name, stated=task.kind, ask_magika=False)
            budget.begin()
            try:
                self._look(task, content, digest, kind, lists, budget, findings)
            finally:
                budget.end()
            if kind.decided_by == "none" and (findings.reasons or findings.gaps):
                # Magika takes 10 ms and 70 MB, and no rule of ours asks for its word: only where a person will read it
                kind = identify(task.content, name=task.name)
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
            cpu_ms=(time.thread_time() - started) * 1000,
        )

    def _held(self, content: Content) -> Content:
        """Return content in memory, read once for all who look at it, unless it is too large to be looked at whole."""
        if isinstance(content, BytesContent) or content.size > self._limits.file_bytes:
            return content
        try:
            return BytesContent(content.read(0, content.size))
        except MemoryError:
            return content  # its hash and its kind can still be told

    def _look(
        self,
        task: Task,
        content: Content,
        digest: str,
        kind: FileType,
        lists: Lists,
        budget: Budget,
        findings: Findings,
    ) -> None:
        if digest in lists.deny:
            findings.reasons.append(reason("list.deny", 1.0))
            return
        allowed = task.allowed or digest in lists.allow
        if allowed:
            if digest in lists.allow:
                findings.reasons.append(reason("list.allow", 0.0))
            if not lists.deny:
                return
        whole = task.content.size <= self._limits.file_bytes
        data = content.read(0, content.size) if whole else b""
        if not allowed:
            if not whole:
                findings.gaps.append(gap("size"))
            findings.reasons += self._scanner.scan(
                content, name=task.name, kind=kind.kind, member=task.depth > 0, budget=budget
            )
        # an allowed file is read too: what lies in it may be on the deny list
        parsed = parse((kind.kind, *also(data, kind.kind)), data, budget) if whole else []
        if not allowed:
            self._weigh(task, kind, parsed, data, budget, findings)
        self._open(task, content, kind, parsed, lists, budget, findings, allowed=allowed)
        if allowed and findings.worst is not Status.MALICIOUS:
            findings.gaps, findings.inner_gaps, findings.worst = [], [], Status.CLEAN

    def _weigh(
        self, task: Task, kind: FileType, parsed: list[Parsed], data: bytes, budget: Budget, findings: Findings
    ) -> None:
        """Turn what the parsers found into reasons; the rules look at every layer they uncovered."""
        findings.reasons += reasons(sign for found in parsed for sign in found.signs)
        for found in parsed:
            for layer in found.layers:
                findings.reasons += self._layer(task, kind, layer, budget)
            if found.family in families() and (self._vectors is not None or self._models.has(found.family)):
                self._learned(task, found, data, budget, findings)

    def _learned(self, task: Task, found: Parsed, data: bytes, budget: Budget, findings: Findings) -> None:
        budget.check_time()
        vector = extract(found, data)
        if self._vectors is not None and len(self._vectors) < MAX_VECTORS:
            self._vectors.append(MemberVector(vector, task.depth, task.name, words_hash(found.tokens)))
        reasons, probability = self._models.weighed(vector, data)
        findings.reasons += reasons
        if probability is not None:
            self._scores.append((vector.family, bin_of(probability)))

    def _layer(self, task: Task, kind: FileType, layer: Layer, budget: Budget) -> list[Reason]:
        hits = self._scanner.scan(
            BytesContent(layer.data),
            name=task.name,
            kind=layer.kind or kind.kind,
            member=task.depth > 0,
            budget=budget,
        )
        # offsets in a layer are no offsets in the file: where the layer stands is told instead
        detail = ", ".join(part for part in (layer.place.detail, f"layer {layer.how}") if part)
        place = layer.place.model_copy(update={"detail": detail})
        return [hit.model_copy(update={"place": place}) for hit in hits]

    def _open(
        self,
        task: Task,
        content: Content,
        kind: FileType,
        parsed: list[Parsed],
        lists: Lists,
        budget: Budget,
        findings: Findings,
        *,
        allowed: bool,
    ) -> None:
        def take(found: Member | Problem) -> None:
            name = shortened(safe_name(found.name))
            if isinstance(found, Problem):
                _note(found, name, findings, allowed=allowed)
                return
            budget.enter(task.depth + 1)
            inner = Task(found.content, name, task.depth + 1, cut=found.cut, kind=found.kind, allowed=allowed)
            child = self._one(inner, lists, budget)
            findings.take_child(child, listed=budget.may_report())

        try:
            for one in parsed:
                for problem in one.problems:
                    take(problem)
                for member in one.members:
                    take(member)
            unpack(content, kind.kind, task.name, Meter(budget, content.size), take)
        except LimitHit as hit:
            findings.gaps.append(gap(hit.code))
        except MemoryError:
            findings.gaps.append(gap("memory"))
        except Exception:  # noqa: BLE001 -- an unpacker that stumbles over forged bytes means damage, not an error
            _log.debug("unpacking stopped", exc_info=True)
            findings.gaps.append(gap("damaged"))


def _note(problem: Problem, name: str, findings: Findings, *, allowed: bool) -> None:
    place = Place(member=name, detail=problem.detail)
    if problem.gap:
        findings.gaps.append(gap(problem.gap, place))
    if problem.reason and not allowed:
        if problem.reason in catalogue():
            findings.reasons += reasons([Sign(problem.reason, place)])
        else:
            findings.reasons.append(reason(problem.reason, problem.weight, place))
