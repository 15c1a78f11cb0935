"""A small agent on a temporary folder: real files, real database, a judge that knows one marker, a still clock."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from anshin.agent.cache import SeenFiles
from anshin.agent.config import StateFolder
from anshin.agent.events import EventMaker
from anshin.agent.keys import ItemKeys
from anshin.agent.quarantine import Quarantine
from anshin.agent.restore import Restorer
from anshin.agent.spool import Spool
from anshin.agent.store import Store
from anshin.agent.system import this_system
from anshin.engine.models import ModelPackage
from anshin.engine.scores import Counts
from anshin.engine.verdict import FileType, Gap, Reason, Status, Verdict, Versions
from anshin.wire.documents import AgentEvent

BAD = b"MARKER-bad "  # what the fake judge calls malicious
ODD = b"MARKER-odd "
PART = b"MARKER-part "


class FakeClock:
    """Both clocks stand still until they are moved."""

    def __init__(self) -> None:
        self.wall_time = 1_800_000_000.0
        self.mono_time = 1000.0

    def wall(self) -> float:
        return self.wall_time

    def monotonic(self) -> float:
        return self.mono_time

    def advance(self, seconds: float) -> None:
        self.wall_time += seconds
        self.mono_time += seconds


@dataclass
class FakeJudge:
    """Judges by the first bytes, honestly hashing the open file."""

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    judged: list[str] = field(default_factory=list)
    models: tuple[ModelPackage, ...] = ()
    scores: Counts = field(default_factory=dict)

    def judge_file(self, fd: int, *, name: str) -> Verdict:
        self.judged.append(name)
        os.lseek(fd, 0, os.SEEK_SET)
        data = b""
        while part := os.read(fd, 1 << 20):
            data += part
        return make_verdict(data, name=name, allow=self.allow, deny=self.deny)

    def set_lists(self, *, allow: Collection[str], deny: Collection[str]) -> None:
        self.allow, self.deny = frozenset(allow), frozenset(deny)

    def set_models(self, models: tuple[ModelPackage, ...]) -> None:
        self.models = models

    def take_scores(self) -> Counts:
        taken, self.scores = self.scores, {}
        return taken

    def versions(self) -> Versions:
        return Versions(engine="fake", rules="0", model=",".join(p.name for p in self.models) or "none")

    def close(self) -> None:
        pass


def make_verdict(
    data: bytes, *, name: str = "x", allow: frozenset[str] = frozenset(), deny: frozenset[str] = frozenset()
) -> Verdict:
    sha256 = hashlib.sha256(data).hexdigest()
    status, score = Status.CLEAN, 0.0
    if (data.startswith(BAD) and sha256 not in allow) or sha256 in deny:
        status, score = Status.MALICIOUS, 1.0
    elif data.startswith(ODD):
        status, score = Status.SUSPICIOUS, 0.6
    elif data.startswith(PART):
        status = Status.INCOMPLETE
    reasons = (Reason(code="test.marker", weight=1, ja="試験用の印です。", en="A marker for tests."),) if score else ()
    gaps = (Gap(code="encrypted", ja="暗号化", en="encrypted"),) if status is Status.INCOMPLETE else ()
    kind = FileType(kind="text", mime="text/plain", decided_by="structure")
    versions = Versions(engine="fake", rules="0")
    return Verdict(
        sha256=sha256, size=len(data), name=name, type=kind, status=status, score=score, reasons=reasons, gaps=gaps,
        versions=versions, cpu_ms=1,
    )  # fmt: skip


class Bench:
    """The durable parts of an agent, and a way to begin them anew as after a crash."""

    def __init__(self, root: Path) -> None:
        self.folder = StateFolder(root / "state")
        self.folder.prepare()
        self.home = root / "home"
        self.home.mkdir(exist_ok=True)
        self.clock = FakeClock()
        self.judge = FakeJudge()
        self.system = this_system()
        self.step: Callable[[str], object] = str
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder.database)
        self.spool = Spool(self.store)
        self.seen = SeenFiles(self.folder.cache)
        self.keys = ItemKeys(self.folder.master_key)
        self.events = EventMaker(self.clock, lambda: 0.0)
        self.quarantine = Quarantine(
            store=self.store, spool=self.spool, blobs=self.folder.blobs, keys=self.keys, system=self.system,
            on_step=self.on_step,
        )  # fmt: skip
        self.restorer = Restorer(
            store=self.store, spool=self.spool, blobs=self.folder.blobs, lock_file=self.folder.restore_lock,
            keys=self.keys, system=self.system, events=self.events, on_step=self.on_step,
        )  # fmt: skip

    def on_step(self, name: str) -> None:
        self.step(name)

    def crash(self) -> None:
        """Forget everything that is not on the disk."""
        self.close()
        self.step = str
        self.open()

    def close(self) -> None:
        self.store.close()
        self.seen.close()

    def spooled(self) -> list[AgentEvent]:
        rows = self.store.rows("SELECT body FROM spool ORDER BY sequence")
        return [AgentEvent.model_validate_json(row[0]) for row in rows]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path.resolve())
    yield made
    made.close()
