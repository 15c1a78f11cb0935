"""Drives one target over as many processes as it takes, and can be taken up again where it was broken off."""

import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path

ENDS = {70: "time-out", 71: "memory", 77: "crash"}
"""libFuzzer's exit codes; a signal is a crash as well."""
_COVERED = re.compile(r"cov: (\d+) ft: (\d+)")
MOST_ENDS = 20
"""After so many broken processes a target is given up: it needs mending before more runs say anything."""


def module_of(target: str) -> str:
    """Return the module of a target: one of `targets`, or any other by its full name."""
    return target if "." in target else f"benchmarks.fuzz.targets.{target}"


@dataclass
class Outcome:
    """What one target did."""

    target: str
    runs: int = 0
    seconds: float = 0.0
    covered: int = 0  # edges
    corpus: int = 0
    crashers: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return asdict(self)


class Session:
    """One target and its folder, which lies outside the project."""

    def __init__(self, target: str, folder: Path, *, input_seconds: int, memory_mb: int) -> None:
        """Lay the seeds into the corpus."""
        self.target = target
        self.folder = folder / target
        self._limits = [f"-timeout={input_seconds}", f"-rss_limit_mb={memory_mb}"]
        self._corpus = self.folder / "corpus"
        self._corpus.mkdir(parents=True, exist_ok=True)
        (self.folder / "artifacts").mkdir(exist_ok=True)
        seeds: list[bytes] = import_module(module_of(target)).SEEDS
        for seed in seeds:
            (self._corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
        self._longest = min(1 << 20, max(4096, *(2 * len(seed) for seed in seeds)))

    def done(self) -> int:
        """Return the runs so far, over all processes."""
        try:
            return int(struct.unpack("<Q", (self.folder / "runs").read_bytes())[0])
        except (OSError, struct.error):
            return 0

    def run(self, runs: int) -> Outcome:
        """Run until `runs` are done; what was done before counts."""
        outcome = Outcome(self.target)
        before, began = self.done(), time.monotonic()
        broken = 0
        while (left := runs - self.done()) > 0 and broken < MOST_ENDS:
            code, log = self._process(left)
            covered = _COVERED.findall(log)
            if covered:
                outcome.covered = max(outcome.covered, int(covered[-1][0]))
            if code != 0:
                broken += 1
                self._keep_artifacts(ENDS.get(code, f"signal {-code}" if code < 0 else f"exit code {code}"), log)
        outcome.runs = self.done()
        outcome.seconds = round(time.monotonic() - began, 1)
        outcome.corpus = len(list(self._corpus.iterdir()))
        outcome.crashers = self.crashers()
        if outcome.runs == before and broken:
            outcome.crashers.append({"name": "-", "error": "it does not start; see the log", "place": str(self.folder)})
        return outcome

    def _process(self, runs: int) -> tuple[int, str]:
        options = [
            f"-runs={runs}",
            f"-max_len={self._longest}",
            f"-artifact_prefix={self.folder / 'artifacts'}/",
            "-print_final_stats=0",
            "-verbosity=1",
            *self._limits,
        ]
        command = [sys.executable, "-m", "benchmarks.fuzz.one", self.target, str(self.folder), *options]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "OMP_NUM_THREADS": "1"}
        log = self.folder / "log"
        with log.open("wb") as out:
            done = subprocess.run(
                command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False, env=environment
            )
        return done.returncode, log.read_text(errors="replace")

    def _keep_artifacts(self, why: str, log: str) -> None:
        crashers = self.folder / "crashers"
        crashers.mkdir(exist_ok=True)
        for path in sorted((self.folder / "artifacts").iterdir()):
            data = path.read_bytes()
            name = hashlib.sha256(data).hexdigest()[:12]
            (crashers / f"{name}.bin").write_bytes(data)
            (crashers / f"{name}.json").write_text(json.dumps({"error": why, "place": log[-2000:]}))
            path.unlink()
            for known in self._corpus.iterdir():  # or the next process would end at the same input
                if known.read_bytes() == data:
                    known.unlink()

    def crashers(self) -> list[dict[str, str]]:
        """Return what was found so far: name of the file, error, place."""
        kept = sorted((self.folder / "crashers").glob("*.json"))
        return [{"name": path.stem, **json.loads(path.read_text())} for path in kept]
