"""The engine as everyone else sees it: the broker between untrusted files and the jailed workers that look at them."""

import os
import stat
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from anshin import __version__
from anshin.engine.assemble import Findings, assemble
from anshin.engine.cache import VerdictCache
from anshin.engine.content import BytesContent, Content, FileContent, sha256
from anshin.engine.errors import LimitHit
from anshin.engine.examination import Examination
from anshin.engine.jail.backend import open_backend
from anshin.engine.jail.job import IN_MESSAGE, Job
from anshin.engine.jail.report import JailReport
from anshin.engine.jail.shift import Shift
from anshin.engine.limits import Limits
from anshin.engine.lists import Lists, make_lists
from anshin.engine.models import ModelPackage
from anshin.engine.models.bundle import bundled
from anshin.engine.names import base_name, safe_name
from anshin.engine.rules.compile import RuleError, RuleSet, compile_rules
from anshin.engine.rules.watch import Watch
from anshin.engine.scores import Counts, ScoreCounter
from anshin.engine.verdict import FileType, Status, Verdict, Versions
from anshin.engine.wording import gap, reason, unreadable

_UNKNOWN = FileType(kind="unknown", mime="application/octet-stream", decided_by="none")


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How an engine works; all of it stays the same for its life, but for lists and the text of rules."""

    workers: int = 1
    """Files judged at the same time, each in a process of its own."""
    limits: Limits = field(default_factory=Limits)
    rules_dirs: tuple[Path, ...] = ()
    """Folders (or single files) with the user's own YARA rules."""
    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    models: tuple[ModelPackage, ...] | None = None
    """Learned models, each checked by `read_package`; None: those that came with this engine."""
    watch_rules: bool = False
    """Look once a second whether the user's rules changed, and take the new ones over: for programs that stay."""
    preload: bool = False
    """Import every reader before the first file: for programs that stay. Without it the first file of each format waits
    for its reader, and a program that judges a single file starts sooner."""
    jail: bool = True
    """False judges in this process: for debugging and for tests of parsers, not for files of strangers."""


class Engine:
    """Judges files. A context manager; every method may be called from several threads at once."""

    def __init__(self, settings: EngineSettings = EngineSettings()) -> None:
        """Compile the rules and start the workers; raises `JailError` when no worker can start."""
        self._settings = settings
        rules = compile_rules(settings.rules_dirs)
        self._rule_errors = rules.errors
        self._lists = make_lists(settings.allow, settings.deny)
        self._lists_lock = threading.Lock()
        self._cache = VerdictCache()
        self._scores = ScoreCounter()
        self._reload_lock = threading.Lock()
        self._closed = False
        self._models = bundled() if settings.models is None else settings.models
        self._shift = self._start(rules)
        self._watch = Watch(settings.rules_dirs, self.reload_rules) if settings.watch_rules else None

    def _start(self, rules: RuleSet, *, preload: bool = False) -> Shift:
        """Start workers with these rules; `preload` loads everything before the first file, whatever the settings."""
        settings = self._settings
        names = ",".join(p.name for p in self._models) or "none"
        versions = Versions(engine=__version__, rules=rules.version, model=names)
        backend = open_backend(
            settings.workers,
            settings.limits,
            versions,
            rules.serialised,
            self._models,
            jail=settings.jail,
            preload=settings.preload or preload,
        )
        return Shift(backend, versions)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """End the workers. A second call does nothing."""
        if self._watch is not None:
            self._watch.stop()
        with self._reload_lock:
            self._closed = True
            self._shift.end_now()

    def versions(self) -> Versions:
        """Return what judges."""
        return self._shift.versions

    def limits(self) -> Limits:
        """Return the limits of one file."""
        return self._settings.limits

    def rule_errors(self) -> tuple[RuleError, ...]:
        """Return the user's rules that were refused; the others are in use."""
        return self._rule_errors

    def reload_rules(self) -> bool:
        """Take the user's rules as they are now; return whether anything changed.

        What is being judged ends on the old rules; the next file is judged by the new ones. Raises `JailError` when no
        worker can start; the old rules then stay in use.
        """
        with self._reload_lock:
            if self._closed:
                return False
            rules = compile_rules(self._settings.rules_dirs)
            self._rule_errors = rules.errors
            if rules.version == self._shift.versions.rules:
                return False
            old, self._shift = self._shift, self._start(rules)
            self._cache.clear()
        old.end_when_idle()
        return True

    def set_models(self, models: tuple[ModelPackage, ...]) -> None:
        """Judge by these models, each checked by `read_package`, from the next file on.

        Raises `JailError` when no worker can start, and without a jail whatever the models' runtime raises; the old
        models then stay in use.
        """
        with self._reload_lock:
            if self._closed:
                return
            before, self._models = self._models, models
            try:
                # loaded now and not by some later file, so that a model that cannot be loaded is refused here
                old, self._shift = self._shift, self._start(compile_rules(self._settings.rules_dirs), preload=True)
            except Exception:
                self._models = before
                raise
            self._cache.clear()
        old.end_when_idle()

    def take_scores(self) -> Counts:
        """Return how often each model gave which score since the last call; the same bytes twice are one file."""
        return self._scores.take()

    def jail_report(self) -> JailReport:
        """Return which walls stand around the workers on this machine."""
        return self._shift.backend.report()

    def set_lists(self, *, allow: Collection[str], deny: Collection[str]) -> None:
        """Replace both lists (SHA-256 in hex) from the next file on; raises `ListError` and then changes nothing."""
        lists = make_lists(allow, deny)
        with self._lists_lock:
            self._lists = lists
            self._cache.clear()

    def judge_path(self, path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> Verdict:
        """Judge the file at `path`; what cannot be opened is `unreadable`. A symbolic link is not followed."""
        name = safe_name(path)
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            fd = os.open(path, flags | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return self._unreadable(name, "missing")
        except PermissionError:
            return self._unreadable(name, "permission")
        except (OSError, ValueError):
            return self._unreadable(name, "not_a_file" if _is_special(path) else "io")
        try:
            return self.judge_file(fd, name=name)
        finally:
            os.close(fd)

    def judge_file(self, fd: int, *, name: str) -> Verdict:
        """Judge an open file from its beginning to its end; the descriptor's offset is not used and stays open.

        A file that changes meanwhile is `incomplete`, so that what is judged is what the caller holds. So is one so
        large that not even its hash is known in time: a sparse file of terabytes costs nothing to make.
        """
        name = safe_name(name)
        try:
            before = os.fstat(fd)
            if not stat.S_ISREG(before.st_mode):
                return self._unreadable(name, "not_a_file")
            content = _held(FileContent(fd))
            digest = sha256(content, until=time.monotonic() + self._settings.limits.seconds)
            verdict = self._judge(Job(content, name, digest, fd))
            after = os.fstat(fd)
        except LimitHit as hit:
            return self._unread(name, before.st_size, hit.code)
        except OSError:
            return self._unreadable(name, "io")
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return verdict
        return self._downgraded(verdict)

    def judge_bytes(self, data: bytes, *, name: str) -> Verdict:
        """Judge bytes in memory."""
        content = BytesContent(data)
        return self._judge(Job(content, safe_name(name), sha256(content), None))

    def examine_bytes(self, data: bytes, *, name: str, kind: str = "") -> Examination:
        """Judge bytes in memory and return the feature vectors too, of the file and of what lies in it.

        `kind` says what text is to be taken for where neither its beginning nor the name tells. Never cached.
        """
        content = BytesContent(data)
        with self._lists_lock:
            lists = self._lists
        job = Job(content, safe_name(name), sha256(content), None, stated=kind)
        with self._on_shift() as shift:
            return shift.backend.examine(job, lists)

    def _judge(self, job: Job) -> Verdict:
        with self._lists_lock:
            lists = self._lists
        known = self._short_cut(job, lists)
        if known is not None:
            return known
        with self._on_shift() as shift:
            key = (job.sha256, base_name(job.name), lists, f"{shift.versions.rules} {shift.versions.model}")
            cached = self._cache.get(key)
            if cached is not None:
                return cached.model_copy(update={"name": job.name, "cpu_ms": 0.0})
            found = shift.backend.examine(job, lists)
            self._scores.count(found.scores, shift.versions.model)
            self._cache.put(key, found.verdict)
            return found.verdict

    @contextmanager
    def _on_shift(self) -> Iterator[Shift]:
        """Hold the present workers, so that a reload does not end them under a file."""
        while not (shift := self._shift).begin():
            pass  # a reload came in between: there is a new one by now
        try:
            yield shift
        finally:
            shift.finish()

    def _short_cut(self, job: Job, lists: Lists) -> Verdict | None:
        """Answer from the lists alone where that is enough."""
        findings = Findings()
        if job.sha256 in lists.deny:
            findings.reasons.append(reason("list.deny", 1.0))
        elif job.sha256 in lists.allow and not lists.deny:
            findings.reasons.append(reason("list.allow", 0.0))
        else:
            return None
        return assemble(
            findings,
            sha256=job.sha256,
            size=job.content.size,
            name=job.name,
            kind=_UNKNOWN,
            versions=self.versions(),
            cpu_ms=0,
        )

    def _unread(self, name: str, size: int, code: str) -> Verdict:
        findings = Findings(gaps=[gap(code)])
        return assemble(findings, sha256="", size=size, name=name, kind=_UNKNOWN, versions=self.versions(), cpu_ms=0)

    def _unreadable(self, name: str, why: str) -> Verdict:
        return Verdict(
            sha256="",
            size=0,
            name=name,
            type=_UNKNOWN,
            status=Status.UNREADABLE,
            score=0,
            reasons=(unreadable(why),),
            versions=self.versions(),
            cpu_ms=0,
        )

    def _downgraded(self, verdict: Verdict) -> Verdict:
        """Return the verdict of a file that was changed meanwhile: what was found stands, clean does not."""
        status = Status.INCOMPLETE if verdict.status is Status.CLEAN else verdict.status
        changed = gap("damaged", wording="changed")
        return verdict.model_copy(update={"status": status, "gaps": (*verdict.gaps, changed)})


def _held(content: FileContent) -> Content:
    """Return a small file as it is now, in memory: it is read once, for its hash and for the worker."""
    if content.size > IN_MESSAGE:
        return content
    data = content.read(0, content.size)
    return BytesContent(data) if len(data) == content.size else content


def _is_special(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> bool:
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False
