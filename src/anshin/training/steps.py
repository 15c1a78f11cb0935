"""The steps behind `anshin model`: train, evaluate, attack. Each reads the project's folder and writes into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anshin.engine.features import FeatureVector
from anshin.engine.limits import Limits
from anshin.engine.models.package import SUFFIX, TREES, ModelPackage, read_package
from anshin.engine.models.scoring import Model
from anshin.engine.service import Engine, EngineSettings
from anshin.training.card import make_card
from anshin.training.ember.fit import challenge, for_engine
from anshin.training.ember.rows import FAMILIES, OLD
from anshin.training.errors import TrainingError
from anshin.training.evaluate.baseline import byte_histogram_of
from anshin.training.evaluate.evasion.attack import attack
from anshin.training.evaluate.family import evaluate
from anshin.training.fit import Fitted
from anshin.training.packaging import make_package
from anshin.training.project import (
    SECONDS,
    Project,
    Say,
    is_ember,
    next_version,
    readable_sources,
    samples_of,
    windows_input,
)
from anshin.training.tables.build import counts
from anshin.training.tables.reports import without_reports

ATTACKED = 100
"""Malicious test files that the edits are tried on, at most: the first by their hashes."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What `train` made of one family."""

    family: str
    fitted: Fitted
    trees_sha256: str
    matches_shipped: bool | None  # None: no package of this family is shipped


def train_trees_of(
    project: Project, family: str, shipped: Sequence[ModelPackage], say: Say = lambda _: None
) -> Trained:
    """Fit a family from its table, and compare the trees with those that are shipped. Raises TrainingError."""
    import hashlib

    fitted = project.fit(family, say)
    digest = hashlib.sha256(fitted.trees_onnx).hexdigest()
    known = [p for p in shipped if p.manifest.family == family]
    same = known[0].manifest.files[TREES].sha256 == digest if known else None
    return Trained(family, fitted, digest, same)


def train_deep_of(project: Project, family: str, repositories: Path, packages: Path | None, say: Say) -> bytes:
    """Train the deep model of a family from the corpora; write its scores for every row; return it as ONNX.

    Raises TrainingError: CorpusError where a file of the table is not found, before any training.
    """
    from anshin.training.deep.export import to_onnx
    from anshin.training.deep.scores import read_windows, write_scores
    from anshin.training.deep.train import Bytes, predict, train_deep
    from anshin.training.split import split
    from anshin.training.trees.train import balanced

    _needs_bytes(family, "the network")
    table, by, shape = without_reports(project.table(family)), project.rules(family), windows_input()
    parts, labels = split(table, by), table.labels()
    found = samples_of(readable_sources(table), repositories, packages)
    windows = read_windows(table, found, shape, say)

    def part(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> Bytes:
        return Bytes(windows[mask], labels[mask], balanced(labels[mask], table.columns["cluster"][mask]))

    network = train_deep(part(parts.train), part(parts.valid), say=say)
    logits = predict(network, windows)
    (project.root / "deep").mkdir(parents=True, exist_ok=True)
    scores = dict(zip(table.columns["sha256"], logits.tolist(), strict=True))
    write_scores(scores, project.root / "deep" / f"{family}.parquet")
    onnx = to_onnx(network, shape.head + shape.tail)
    (project.root / "deep" / f"{family}.onnx").write_bytes(onnx)
    return onnx


def _needs_bytes(family: str, what: str) -> None:
    if is_ember(family):
        raise TrainingError(f"{family}: {what} needs bytes, and EMBER publishes numbers only; leave it out")


def evaluate_family(project: Project, family: str) -> dict[str, Any]:
    """Measure a family on its test part and write the result. Raises TrainingError."""
    fitted = project.fit(family)
    document = evaluate(fitted, project.rules(family))
    if is_ember(family):
        document["challenge"] = challenge(fitted)
    project.write_result(family, "test", document)
    return document


def package_family(
    project: Project, family: str, *, today: str, key: Ed25519PrivateKey, out: Path, taken: Sequence[str]
) -> Path:
    """Write the signed package of a family into `out` and return its path. Raises TrainingError."""
    if family == OLD:
        raise TrainingError(
            f"{family}: the engine does not compute the features of EMBER2018, so that a model on them cannot be used; "
            "train on EMBER2024"
        )
    fitted = project.fit(family)
    judged = FAMILIES.get(family, family)
    measured = project.result(family, "test") or evaluate_family(project, family)
    attacked = project.result(family, "evasion")
    onnx = project.root / "deep" / f"{family}.onnx"
    deep = None
    if fitted.stack.deep > 0:  # a network that weighs nothing in the score is not shipped: every file would pay for it
        if not onnx.exists():
            raise TrainingError(f"{family}: its score needs {onnx}, which is not there; train with --deep")
        deep = onnx.read_bytes(), windows_input()
    version = next_version(today, taken)
    card = make_card(fitted, project.rules(family), measured, attacked, version=version, created=today)
    data = make_package(for_engine(fitted, judged), version=version, created=today, card=card, deep=deep, key=key)
    path = out / f"{judged}{SUFFIX}"
    out.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def attack_family(
    project: Project, family: str, package: Path, repositories: Path, packages: Path | None, say: Say
) -> dict[str, Any]:
    """Try the edits on malicious test files, in memory, and write what is still caught. Raises TrainingError."""
    _needs_bytes(family, "evasion")
    fitted = project.fit(family)
    columns, labels = fitted.table.columns, fitted.table.labels()
    chosen = np.flatnonzero(fitted.split.test & (labels == 1))[:ATTACKED]
    wanted = set(columns["sha256"][chosen])
    honest_hashes = set(columns["sha256"][np.flatnonzero(fitted.split.train & (labels == 0))[:40]])
    files, honest = [], []
    for sample in samples_of(readable_sources(fitted.table), repositories, packages):
        if sample.sha256 in wanted:
            wanted.discard(sample.sha256)
            files.append((sample.name, sample.data))
        elif sample.sha256 in honest_hashes:
            honest_hashes.discard(sample.sha256)
            honest.append(sample.data)
    say(f"{family}: {len(files)} files to edit, {len(honest)} honest ones to borrow from")
    model = Model(read_package(package.read_bytes()))
    stated = family if family in {"powershell", "javascript", "vbscript", "vba", "php"} else ""
    simple, threshold = byte_histogram_of(fitted)
    with Engine(EngineSettings(workers=1, models=(), limits=Limits(seconds=SECONDS))) as engine:

        def vector(data: bytes, name: str) -> FeatureVector | None:
            found = engine.examine_bytes(data, name=name, kind=stated).vectors
            return next((f.vector for f in found if f.vector.family == family and counts(f)), None)

        def score(data: bytes, name: str) -> float | None:
            found = vector(data, name)
            return None if found is None else model.judge(found, data).probability

        def simple_score(data: bytes, name: str) -> float | None:
            found = vector(data, name)
            return None if found is None else float(simple.log_odds(found.values[None, :])[0])

        document = attack(family, files, honest, score, fitted.watch.probability)
        document["training_manifest_sha256"] = fitted.table.manifest_sha256()
        say(f"{family}: the model was attacked; now the baseline")
        document["byte_histogram"] = attack(family, files, honest, simple_score, threshold)
    project.write_result(family, "evasion", document)
    return document
