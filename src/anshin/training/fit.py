"""Fits the models of one family: trees, the stack over trees and network, and the thresholds. No sample is needed here.

What comes in are feature tables and, where there is a deep model, its log-odds for each file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from anshin.engine.models.manifest import Stack, Threshold
from anshin.engine.models.paths import Paths
from anshin.training.errors import SplitError
from anshin.training.evaluate.metrics import fpr_at, threshold_at, tpr_at, upper_bound
from anshin.training.folds import out_of_fold
from anshin.training.split import Rules, Split, split
from anshin.training.tables.store import Table
from anshin.training.trees.columns import kept_out, without
from anshin.training.trees.export import to_onnx, to_paths
from anshin.training.trees.train import SEED, balanced, train_trees, with_pinned

WATCH_FPR, PROTECT_FPR = 0.01, 0.001
STRICTER = (0.005, 0.002)
CHEAP = 0.01
"""The threshold to watch is raised to a stricter target while that costs at most this share of the malicious files."""
STEP = 0.5
"""Log-odds between the two thresholds, at least."""
FEW_ALARMS = 3
"""With fewer alarms expected at a target, the tail of the honest scores is extrapolated instead of counted."""
PART = 0.1
"""How much of what the trees move a score the network must move it to have a part in it."""
TAIL = 0.1
"""Share of the honest groups that the tail is fitted to."""
FEW_GROUPS, FEW_MALICIOUS = 200, 100
"""Honest groups and malicious files of a validation part below which it is too small to choose thresholds by."""
GROUPS_TO_PROTECT = 300
"""Honest groups to choose by without which a model may not block by itself: below, not even a rate of 1 %
can be shown (the rule of three)."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything that the package and the evaluation need. Scores stand beside the rows of the table."""

    family: str
    table: Table
    split: Split
    booster: lightgbm.Booster
    paths: Paths
    trees_onnx: bytes
    trees: Floats  # log-odds of every row
    deep: Floats | None
    stack: Stack
    probability: Floats
    watch: Threshold
    protect: Threshold


def fit(table: Table, rules: Rules, deep: Mapping[str, float] | None = None) -> Fitted:
    """Return the fitted models. `deep` maps SHA-256 to log-odds, for every row of the table. Raises SplitError."""
    parts = split(table, rules)
    labels, clusters = table.labels(), table.columns["cluster"]
    valid = parts.valid
    booster = fit_trees(table, parts)
    paths = to_paths(booster)
    trees = scores_of(booster, table)
    logits = None
    if deep is not None:
        missing = [h for h in table.columns["sha256"] if h not in deep]
        if missing:
            raise SplitError(f"{table.family}: {len(missing)} files have no score of the deep model; train it anew")
        logits = np.array([deep[h] for h in table.columns["sha256"]], dtype=np.float64)
    groups = table.groups()
    if is_small(labels[valid], groups[valid]):
        # Calibrated, and thresholds chosen, by scores of the whole training side, each file unseen by the trees. The
        # network has seen the files of the training part, so that it has no such scores, and no part in a small family.
        features = without(table.features, table.names, kept_out(table.family))
        unseen = out_of_fold(table, features, parts, booster.best_iteration)
        chosen = ~np.isnan(unseen)
        stack = fit_stack(unseen[chosen], None, labels[chosen], clusters[chosen])
        probability, judged = stacked(stack, trees, None), stacked(stack, unseen, None)
    else:
        chosen = valid
        stack = fit_stack(trees[valid], None if logits is None else logits[valid], labels[valid], clusters[valid])
        probability = judged = stacked(stack, trees, logits)
    watch = watch_threshold(judged[chosen], labels[chosen], groups[chosen], least=rules.watch_at_least)
    return Fitted(
        family=table.family,
        table=table,
        split=parts,
        booster=booster,
        paths=paths,
        trees_onnx=to_onnx(paths, len(table.names)),
        trees=trees,
        deep=logits,
        stack=stack,
        probability=probability,
        watch=watch,
        protect=threshold(judged[chosen], labels[chosen], groups[chosen], PROTECT_FPR, above=watch.probability),
    )


def is_small(labels: npt.NDArray[np.int8], groups: npt.NDArray[np.object_]) -> bool:
    """Return whether a validation part is too small to choose thresholds by."""
    return len(set(groups[labels == 0])) < FEW_GROUPS or int((labels == 1).sum()) < FEW_MALICIOUS


def fit_trees(table: Table, parts: Split, patterns: Sequence[str] = (), words: Sequence[str] = ()) -> lightgbm.Booster:
    """Return trees that never ask about what no model may learn from, nor about features of `patterns` and `words`."""
    labels, clusters = table.labels(), table.columns["cluster"]
    features = without(table.features, table.names, [*kept_out(table.family), *patterns], words)
    train, valid = parts.train, parts.valid
    return train_trees(
        features[train],
        labels[train],
        with_pinned(balanced(labels[train], clusters[train]), parts.pinned[train]),
        (features[valid], labels[valid], balanced(labels[valid], clusters[valid])),
    )


def scores_of(booster: lightgbm.Booster, table: Table) -> Floats:
    """Return the log-odds of every row."""
    found = booster.predict(table.features, raw_score=True, num_iteration=booster.best_iteration)
    return np.asarray(found, dtype=np.float64)


def fit_stack(
    trees: Floats,
    deep: Floats | None,
    labels: npt.NDArray[np.int8],
    clusters: npt.NDArray[np.object_],
    *,
    always: bool = False,
) -> Stack:
    """Return a logistic regression over the log-odds: it weighs both and calibrates (Platt, 1999).

    A network that moves the score by less than `PART` of what the trees move it is left out, since every file pays for
    it; with `always` it stays, to be measured.
    """
    weights = balanced(labels, clusters)
    columns = [trees] if deep is None else [trees, deep]
    model = LogisticRegression(C=1.0, random_state=SEED, max_iter=1000)
    model.fit(np.column_stack(columns), labels, sample_weight=weights)
    found = [round(max(0.0, float(w)), 6) for w in model.coef_[0]]
    if deep is not None and not always and found[1] * deep.std() < PART * found[0] * trees.std():
        return fit_stack(trees, None, labels, clusters)
    if not any(found):
        found[0] = 1.0  # nothing was learnt from so few files: the trees alone, as they are
    return Stack(trees=found[0], deep=found[1] if deep is not None else 0.0, bias=round(float(model.intercept_[0]), 6))


def stacked(stack: Stack, trees: Floats, deep: Floats | None) -> Floats:
    """Return the probabilities."""
    z = stack.trees * trees + stack.bias + (0.0 if deep is None else stack.deep * deep)
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -40, 40))))


def watch_threshold(
    probability: Floats, labels: npt.NDArray[np.int8], groups: npt.NDArray[np.object_], *, least: float = 0.0
) -> Threshold:
    """Return the threshold to watch: at 1 % false alarms, or at a stricter target where that costs next to nothing."""
    found = threshold(probability, labels, groups, WATCH_FPR, least=least)
    enough = found.tpr - CHEAP
    for target in STRICTER:
        stricter = threshold(probability, labels, groups, target, least=least)
        if stricter.tpr < enough:
            break
        found = stricter
    return found


def threshold(
    probability: Floats,
    labels: npt.NDArray[np.int8],
    groups: npt.NDArray[np.object_],
    target: float,
    *,
    above: float = 0.0,
    least: float = 0.0,
) -> Threshold:
    """Return the threshold at which at most `target` of the honest files raise an alarm, and of an average package's.

    Files of one package are alike: by files alone, one large package would decide, so that every group counts the same
    as well. Where the groups are few, the tail of their highest scores is extrapolated. A threshold to protect is asked
    for with `above`, the one to watch: it stands at least `STEP` above, and at 1, where the model blocks nothing by
    itself, if the groups are fewer than `GROUPS_TO_PROTECT`. `least` is a lower bound.
    """
    honest = labels == 0
    _, which, sizes = np.unique(groups[honest].astype(str), return_inverse=True, return_counts=True)
    by_group = weighted_threshold(probability[honest], 1.0 / sizes[which], target)
    at = min(1.0, max(least, by_group, threshold_at(probability, labels, target)))
    if target * len(sizes) < FEW_ALARMS:
        worst = np.zeros(len(sizes))
        np.maximum.at(worst, which, probability[honest])
        at = max(at, tail_threshold(worst, target))
    if above:
        at = max(at, _shifted(above, STEP)) if len(sizes) >= GROUPS_TO_PROTECT else 1.0
    false, true = fpr_at(probability, labels, at), tpr_at(probability, labels, at)
    return Threshold(
        probability=at,
        target_fpr=target,
        fpr=false.value,
        fpr_upper=upper_bound(false.hits, false.total),
        tpr=true.value,
        benign=false.total,
        malicious=true.total,
    )


def weighted_threshold(honest: Floats, weights: Floats, target: float) -> float:
    """Return the least threshold that scores of at most `target` of the weight reach."""
    order = np.argsort(-honest, kind="stable")
    over = np.flatnonzero(np.cumsum(weights[order]) > target * weights.sum())
    highest = float(honest[order[over[0]]])  # the highest score that may no longer raise an alarm
    return float(np.nextafter(highest, 1.0))


def tail_threshold(honest: Floats, target: float) -> float:
    """Return the probability that a share of `target` of the honest ones exceeds, by an exponential tail of log-odds.

    Peaks over a threshold: beyond the highest tenth, excesses are taken to be exponential (Coles, "An Introduction to
    Statistical Modeling of Extreme Values", 2001, chapter 4, with shape 0). Few scores never show a rare one.
    """
    clipped = np.clip(honest, 1e-12, 1 - 1e-12)
    logits = np.log(clipped / (1 - clipped))
    start = float(np.quantile(logits, 1 - TAIL))
    excess = logits[logits > start] - start
    mean = float(excess.mean()) if excess.size else 0.0
    return float(1 / (1 + np.exp(-min(27.0, start + mean * np.log(TAIL / target)))))


def _shifted(probability: float, step: float) -> float:
    """Return a probability moved by `step` in log-odds."""
    p = min(1 - 1e-12, max(1e-12, probability))
    return float(1.0 / (1.0 + (1.0 - p) / p * np.exp(-step)))
