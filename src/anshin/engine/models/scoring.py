"""From a feature vector and the bytes to a probability, a weight for the verdict, and the reasons for it."""

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from anshin.engine.features import FeatureVector
from anshin.engine.features import names as feature_names
from anshin.engine.models.manifest import DeepInput, Manifest
from anshin.engine.models.occlusion import strongest_piece
from anshin.engine.models.package import DEEP, PATHS, TREES, ModelPackage
from anshin.engine.models.paths import Paths, read_paths
from anshin.engine.rules.catalogue import catalogue
from anshin.engine.verdict import Place, Reason, Thresholds
from anshin.engine.wording import load_data

DEEP_WORD = "deep"
"""What the network's part of a score is called among the contributions."""
CERTAIN = 16.0
"""Log-odds from which on a weight no longer grows."""
ALONE = 0.85
"""The most that a model weighs that may not block a file by itself."""
PADDING = 256
"""What stands after the end of a short file: no byte has this value."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one model says of one file."""

    family: str
    probability: float  # calibrated on the validation part
    weight: float  # what the verdict reckons with: 0.5 at the threshold to watch, 0.9 at the one to protect
    trees: float  # log-odds
    deep: float | None


@dataclass(slots=True)
class Model:
    """One package, loaded. Not for several threads at once."""

    package: ModelPackage
    _trees: Any = field(init=False, default=None)
    _deep: Any = field(init=False, default=None)
    _paths: Paths | None = field(init=False, default=None)
    _columns: npt.NDArray[np.intp] = field(init=False)
    _ember: bool = field(init=False, default=False)  # the trees read the EMBERv3 layout instead of the family's own

    def load(self) -> None:
        """Start the sessions, once, with one thread: a jailed worker may start none. Raises what the runtime raises."""
        if self._trees is not None:
            return
        manifest = self.package.manifest
        if manifest.deep_input is not None:
            self._deep = _session(self.package.contents[DEEP])
        layout, wanted = feature_names(manifest.family), set(manifest.features)
        self._ember = not wanted <= set(layout) and wanted <= set(_ember().names())
        if self._ember:
            layout = _ember().names()
        place = {name: at for at, name in enumerate(layout)}
        # a feature that this engine no longer has reads as zero, as it does in a file without it
        self._columns = np.array([place.get(name, -1) for name in manifest.features], dtype=np.intp)
        self._trees = _session(self.package.contents[TREES])

    def judge(self, vector: FeatureVector, data: bytes) -> Judgement:
        """Return the model's word on one file."""
        self.load()
        manifest = self.package.manifest
        row = self._row(vector, data)
        trees = float(self._trees.run(None, {"features": row[None, :]})[0].ravel()[0])
        deep = None
        if self._deep is not None and manifest.deep_input is not None:
            deep = float(self._deep_scores(windowed(data, manifest.deep_input)[None, :])[0])
        probability = _sigmoid(_stacked(manifest, trees, deep))
        return Judgement(manifest.family, probability, weight_of(manifest, probability), trees, deep)

    def top(self, vector: FeatureVector, data: bytes, judged: Judgement, count: int = 3) -> list[tuple[str, float]]:
        """Return the features that pushed the score up most, by name, with their log-odds."""
        if self._paths is None:
            self._paths = read_paths(self.package.contents[PATHS])
        manifest = self.package.manifest
        added = self._paths.contributions(self._row(vector, data)) * manifest.stack.trees
        named = [(manifest.features[at], float(added[at])) for at in np.argsort(-added)[: count * 4] if added[at] > 0]
        if judged.deep is not None and judged.deep * manifest.stack.deep > 0:
            named.append((DEEP_WORD, judged.deep * manifest.stack.deep))
        return sorted(named, key=lambda pair: -pair[1])[:count]

    def place(self, data: bytes) -> Place:
        """Return where the network saw what it judged by; an empty place where no single piece carries its score."""
        shape = self.package.manifest.deep_input
        if self._deep is None or shape is None:
            return Place()
        found = strongest_piece(
            windowed(data, shape), self._deep_scores, head=shape.head, size=len(data), padding=PADDING
        )
        return Place() if found is None else Place(offset=found.offset, detail=f"length {found.length}")

    def _deep_scores(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return np.asarray(self._deep.run(None, {"bytes": rows})[0], dtype=np.float32).ravel()

    def _row(self, vector: FeatureVector, data: bytes) -> npt.NDArray[np.float32]:
        values = _ember().vector(data) if self._ember else vector.values
        row = values[self._columns].astype(np.float32)
        row[self._columns < 0] = 0.0
        return row


class ModelSet:
    """The models in use, one for a family at most."""

    def __init__(self, packages: Iterable[ModelPackage] = (), *, at_once: bool = True) -> None:
        """Take them; of two packages for one family the later one counts.

        `at_once` False leaves the sessions to the first file of each family: a scan of one file starts sooner.
        """
        self._models: dict[str, Model] = {p.manifest.family: Model(p) for p in packages}
        if at_once:
            self.load()

    def load(self) -> None:
        """Start the sessions of all models. Raises what the models' runtime raises."""
        for model in self._models.values():
            model.load()

    @property
    def version(self) -> str:
        """Names and versions in one word, for the verdict: "none" where there is no model."""
        return ",".join(m.package.name for _, m in sorted(self._models.items())) or "none"

    @property
    def packages(self) -> Mapping[str, ModelPackage]:
        """The packages by family."""
        return {family: model.package for family, model in self._models.items()}

    def has(self, family: str) -> bool:
        """Whether there is a model for this family."""
        return family in self._models

    def reasons(self, vector: FeatureVector, data: bytes) -> list[Reason]:
        """Return the model's reason where its score reaches the threshold to watch, else nothing."""
        return self.weighed(vector, data)[0]

    def weighed(self, vector: FeatureVector, data: bytes) -> tuple[list[Reason], float | None]:
        """Return the model's reasons and its probability, of a harmless file too; None where there is no model."""
        model = self._models.get(vector.family)
        if model is None:
            return [], None
        judged = model.judge(vector, data)
        if judged.weight < Thresholds().suspicious:
            return [], judged.probability
        top = [name for name, _ in model.top(vector, data, judged)]
        why = [sentence(name) for name in top]
        words = load_data("models/words.yaml")["verdict"]
        reason = Reason(
            code=f"model.{vector.family}",
            weight=judged.weight,
            ja=words["ja"].format(why="".join(dict.fromkeys(w[0] for w in why))).strip(),
            en=words["en"].format(why=" ".join(dict.fromkeys(w[1] for w in why))).strip(),
            place=model.place(data) if DEEP_WORD in top else Place(),
        )
        return [reason], judged.probability


def _ember() -> ModuleType:
    """Import what computes the EMBERv3 vector: 20 ms that only a model trained on such vectors costs."""
    from anshin.engine.features import ember

    return ember


def sentence(feature: str) -> tuple[str, str]:
    """Return the Japanese and the English sentence for a feature that weighs in a score."""
    kind, _, code = feature.partition(":")
    if kind == "sign" and code in catalogue():
        return catalogue()[code].ja, catalogue()[code].en
    table = load_data("models/words.yaml")["contributions"]
    best = max((start for start in table if feature.startswith(start)), key=len)
    return table[best]["ja"], table[best]["en"]


def weight_of(manifest: Manifest, probability: float) -> float:
    """Return the weight of a probability: 0.5 at `watch`, 0.9 at `protect`, straight lines in log-odds between.

    A model whose threshold to protect is 1 never blocks a file by itself: its weight stays just below.
    """
    limits = Thresholds()
    marks = [(-12.0, 0.0), (_logit(manifest.watch.probability), limits.suspicious)]
    if manifest.protect.probability < 1:
        marks += [(_logit(manifest.protect.probability), limits.malicious), (CERTAIN, 0.99)]
    else:
        marks.append((CERTAIN, ALONE))
    xs, ys = zip(*marks, strict=True)
    return round(float(np.interp(_logit(probability), xs, ys)), 6)


def windowed(data: bytes, shape: DeepInput) -> npt.NDArray[np.int64]:
    """Return the first `head` and the last `tail` bytes as numbers, padded."""
    out = np.full(shape.head + shape.tail, PADDING, dtype=np.int64)
    head = np.frombuffer(data[: shape.head], dtype=np.uint8)
    out[: head.size] = head
    if shape.tail and len(data) > shape.head:
        tail = np.frombuffer(data[max(shape.head, len(data) - shape.tail) :], dtype=np.uint8)
        out[shape.head : shape.head + tail.size] = tail
    return out


def _stacked(manifest: Manifest, trees: float, deep: float | None) -> float:
    stack = manifest.stack
    return stack.trees * trees + stack.deep * (deep or 0.0) + stack.bias


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, x))))


def _logit(p: float) -> float:
    p = min(1 - 1e-9, max(1e-9, p))
    return math.log(p / (1.0 - p))


def _session(data: bytes) -> Any:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
