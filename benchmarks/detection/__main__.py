"""`python -m benchmarks.detection --project models --repositories DIR` writes `results/<family>.peers.json` there.

Runs in the environment of training. MalConv needs --malconv, a bare clone of github.com/pralab/secml_malware.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from anshin.engine.limits import Limits
from anshin.engine.rules.catalogue import combined
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Thresholds, Verdict
from anshin.training.corpora import Sample
from anshin.training.errors import TrainingError
from anshin.training.evaluate.peers import Contestant, measure
from anshin.training.project import SECONDS, Project, is_ember
from benchmarks.detection.environment import COMMIT, PeerError, prepare, weights
from benchmarks.detection.files import test_files, test_labels
from benchmarks.detection.pipe import Peer

AT_ONCE = 8
OUTSIDE = {"pe": "malconv", "ole": "oletools"}
"""Which peer from outside looks at a family."""
WARNS = Thresholds().suspicious


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line gave."""

    project: Project
    repositories: Path
    packages: Path | None
    malconv: Path | None
    cache: Path
    without: frozenset[str]


def main() -> int:
    """Measure and print; 0 where everything asked for was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection")
    parser.add_argument("--project", type=Path, default=Path("models"))
    parser.add_argument("--repositories", type=Path, required=True, help="folder with the bare repositories")
    parser.add_argument("--packages", type=Path, help="folder with wheels and Debian packages")
    parser.add_argument("--malconv", type=Path, help="bare git directory of pralab/secml_malware")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "anshin" / "detection")
    parser.add_argument("--family", action="append", help="default: all with a table")
    parser.add_argument("--without", action="append", default=[], choices=sorted(OUTSIDE.values()))
    arguments = parser.parse_args()
    given = Given(
        Project(arguments.project), arguments.repositories, arguments.packages, arguments.malconv, arguments.cache,
        frozenset(arguments.without),
    )  # fmt: skip
    failed = False
    for family in arguments.family or [f for f in given.project.families() if not is_ember(f)]:
        try:
            _print(family, one_family(given, family))
        except (TrainingError, PeerError) as error:
            print(f"{family}: {error}", file=sys.stderr)
            failed = True
    return int(failed)


def one_family(given: Given, family: str) -> Mapping[str, object]:
    """Measure all contestants of a family and write the result."""
    labels = test_labels(given.project, family)
    found: dict[str, dict[str, float]] = {}
    with ExitStack() as stack:
        limits = Limits(seconds=SECONDS)
        engine = stack.enter_context(Engine(EngineSettings(workers=2, models=(), limits=limits)))
        rules = engine.versions()
        contestants = [
            Contestant("rules", f"{rules.engine}, {rules.rules[:12]}", WARNS),
            Contestant("yara", rules.rules[:12], WARNS),
        ]
        peer = _outside(given, family, contestants, stack)
        files = test_files(given.project, family, labels, given.repositories, given.packages)
        pool = stack.enter_context(ThreadPoolExecutor(2))
        for batch in _batches(files):
            verdicts = pool.map(lambda s: engine.examine_bytes(s.data, name=s.name, kind=s.stated).verdict, batch)
            for sample, verdict in zip(batch, verdicts, strict=True):
                found[sample.sha256] = _of_rules(verdict) | (peer.scores(sample.data) if peer else {})
            if len(found) % 400 < AT_ONCE:
                print(f"{family}: {len(found)} of {len(labels)} files", file=sys.stderr)
    document = {
        "family": family,
        "training_manifest_sha256": given.project.table(family).manifest_sha256(),
        "counts": {"malicious": sum(labels.values()), "benign": len(labels) - sum(labels.values())},
        "peers": measure(contestants, labels, found),
    }
    given.project.write_result(family, "peers", document)
    return document


def _outside(given: Given, family: str, contestants: list[Contestant], stack: ExitStack) -> Peer | None:
    """Start the family's peer from outside, and add what it scores to the contestants."""
    name = OUTSIDE.get(family, "")
    if not name or name in given.without:
        return None
    if name == "malconv":
        if given.malconv is None:
            raise PeerError("MalConv needs --malconv, a bare clone of pralab/secml_malware; or --without malconv")
        contestants.append(Contestant("malconv", COMMIT[:12], 0.5))
        return stack.enter_context(Peer(prepare(name, given.cache), name, weights(given.malconv)))
    contestants += [Contestant("mraptor", "oletools 0.60.2", 1.0), Contestant("olevba", "oletools 0.60.2", None)]
    return stack.enter_context(Peer(prepare(name, given.cache), name))


def _batches(files: Iterable[Sample]) -> Iterable[list[Sample]]:
    stream = iter(files)
    while batch := list(islice(stream, AT_ONCE)):
        yield batch


def _of_rules(verdict: Verdict) -> dict[str, float]:
    """Return the score of our engine without models, and that of its YARA rules alone."""
    return {"rules": verdict.score, "yara": combined([r for r in verdict.reasons if r.code.startswith("rule.")])}


def _print(family: str, document: Mapping[str, object]) -> None:
    peers = document["peers"]
    assert isinstance(peers, dict)
    for name, row in peers.items():
        own, at = row["own"], row["at_fpr"]["0.01"]
        told = "no threshold of its own" if own is None else _rates(own)
        print(
            f"{family:12}{name:9} ROC AUC {row['roc_auc']:.4f}; own threshold: {told}; at 1% false positives: "
            + ("not measurable" if at is None else _rates(at))
            + (f"; {row['unread']} unread" if row["unread"] else "")
        )


def _rates(row: Mapping[str, Mapping[str, float]]) -> str:
    return ", ".join(
        f"{word} {row[key]['hits']}/{row[key]['total']} = {100 * row[key]['value']:.1f}% "
        f"[{100 * row[key]['low']:.1f}, {100 * row[key]['high']:.1f}]"
        for key, word in (("tpr", "caught"), ("fpr", "false"))
    )


if __name__ == "__main__":
    sys.exit(main())
