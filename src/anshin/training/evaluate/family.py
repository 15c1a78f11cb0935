"""Everything that is measured of one family's models on the test part, as one JSON document."""

from collections import Counter
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from anshin.training.evaluate.baseline import ByteHistogram
from anshin.training.evaluate.metrics import (
    calibration_error,
    fpr_at,
    measurable,
    threshold_at,
    tpr_at,
    upper_bound,
)
from anshin.training.fit import Fitted, fit_stack, fit_trees, scores_of, stacked
from anshin.training.split import Rules
from anshin.training.trees.columns import without

Floats = npt.NDArray[np.float64]
TARGETS = (0.01, 0.001)
WORST, REASONS = 20, 3
MOST_FAMILIES = 40
POINTS = 200
"""Points of a curve that are kept for its picture."""


def evaluate(fitted: Fitted, rules: Rules) -> dict[str, Any]:
    """Return the measurements. Nothing here chooses anything: thresholds come from the validation part."""
    table, test = fitted.table, fitted.split.test
    labels = table.labels()
    y = labels[test]
    scores = candidates(fitted)
    return {
        "family": fitted.family,
        "training_manifest_sha256": table.manifest_sha256(),
        "counts": {
            part: {
                "malicious": int((labels[mask] == 1).sum()),
                "benign": int((labels[mask] == 0).sum()),
                "malicious_clusters": len(set(table.columns["cluster"][mask & (labels == 1)])),
                "benign_groups": len(set(table.groups()[mask & (labels == 0)])),
            }
            for part, mask in (("train", fitted.split.train), ("valid", fitted.split.valid), ("test", test))
        },
        "left_out_as_known": fitted.split.left_out,
        "claim_fpr": rules.claim_fpr,
        "shipped_model": "stack" if fitted.stack.deep > 0 else "trees",
        "models": {name: _one(s[test], y) for name, s in scores.items()},
        "shipped": {
            "watch": _at(fitted.probability[test], y, fitted.watch.probability),
            "protect": _at(fitted.probability[test], y, fitted.protect.probability),
            "calibration_error": round(calibration_error(fitted.probability[test], y), 5),
            "reliability": _reliability(fitted.probability[test], y),
        },
        "sources": _sources(fitted),
        "malware_families": _families(fitted),
        "worst": {"missed": _worst(fitted, label=1), "false_alarms": _worst(fitted, label=0)},
    }


@cache
def ablations() -> dict[str, Any]:
    """Return by family what trees are trained without, to see how much hangs on it."""
    text = files("anshin.training.evaluate").joinpath("ablations.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def candidates(fitted: Fitted) -> dict[str, Floats]:
    """Return the scores of the baselines and of ours, for every row: all trained and tested on the same files."""
    found = {"byte_histogram": ByteHistogram.fit(fitted).log_odds(fitted.table.features), "trees": fitted.trees}
    if fitted.family in ablations():
        row = ablations()[fitted.family]
        booster = fit_trees(fitted.table, fitted.split, row["features"], row["words"])
        blind = without(fitted.table.features, fitted.table.names, row["features"], row["words"])
        found[row["name"]] = scores_of(booster, replace(fitted.table, features=blind))
    if fitted.deep is not None:
        found["deep"] = fitted.deep
        found["stack"] = _both(fitted, fitted.deep)
    return found


def _both(fitted: Fitted, deep: Floats) -> Floats:
    """Return what trees and network give together, also where the network has no part in what is shipped."""
    valid = fitted.split.valid
    clusters = fitted.table.columns["cluster"][valid]
    stack = fit_stack(fitted.trees[valid], deep[valid], fitted.table.labels()[valid], clusters, always=True)
    return stacked(stack, fitted.trees, deep)


def _one(scores: Floats, y: npt.NDArray[np.int8]) -> dict[str, Any]:
    fpr, tpr, _ = roc_curve(y, scores)
    precision, recall, _ = precision_recall_curve(y, scores)
    benign = int((y == 0).sum())
    return {
        "roc_auc": round(float(roc_auc_score(y, scores)), 5),
        "pr_auc": round(float(average_precision_score(y, scores)), 5),
        "at_fpr": {
            str(target): tpr_at(scores, y, threshold_at(scores, y, target)).document()
            if measurable(benign, target)
            else None
            for target in TARGETS
        },
        "roc": _thinned(fpr, tpr),
        "pr": _thinned(recall[::-1], precision[::-1]),
    }


def _at(scores: Floats, y: npt.NDArray[np.int8], threshold: float) -> dict[str, Any]:
    false = fpr_at(scores, y, threshold)
    return {
        "threshold": threshold,
        "tpr": tpr_at(scores, y, threshold).document(),
        "fpr": false.document(),
        "fpr_upper": round(upper_bound(false.hits, false.total), 6),
    }


def _thinned(xs: Floats, ys: Floats) -> list[list[float]]:
    at = np.unique(np.linspace(0, len(xs) - 1, min(POINTS, len(xs))).astype(int))
    return [[round(float(xs[i]), 5), round(float(ys[i]), 5)] for i in at]


def _reliability(probability: Floats, y: npt.NDArray[np.int8], bins: int = 10) -> list[list[float]]:
    where = np.clip((probability * bins).astype(int), 0, bins - 1)
    return [
        [round(float(probability[m].mean()), 4), round(float(y[m].mean()), 4), int(m.sum())]
        for m in (where == b for b in range(bins))
        if m.any()
    ]


def _sources(fitted: Fitted) -> dict[str, Any]:
    """Return the share at or above both thresholds by source: never one pooled number alone."""
    table, test, labels = fitted.table, fitted.split.test, fitted.table.labels()
    found = {}
    for source in sorted(set(table.columns["source"][test])):
        mask = test & (table.columns["source"] == source)
        found[source] = {
            "label": "malicious" if labels[mask].any() else "benign",
            "files": int(mask.sum()),
            "watch": int((fitted.probability[mask] >= fitted.watch.probability).sum()),
            "protect": int((fitted.probability[mask] >= fitted.protect.probability).sum()),
        }
    return found


def _families(fitted: Fitted) -> list[dict[str, Any]]:
    """Return what is caught and what is missed of each family of malware, the largest first."""
    test, columns = fitted.split.test & (fitted.table.labels() == 1), fitted.table.columns
    counts: list[Counter[str]] = [
        Counter(columns["family"][mask])
        for mask in (
            test,
            test & (fitted.probability >= fitted.watch.probability),
            test & (fitted.probability >= fitted.protect.probability),
        )
    ]
    total, watch, protect = counts
    return [
        {"family": f, "files": n, "watch": watch[f], "protect": protect[f]} for f, n in total.most_common(MOST_FAMILIES)
    ]


def _worst(fitted: Fitted, *, label: int) -> list[dict[str, Any]]:
    """Return the files it got most wrong: malicious ones with the lowest scores, benign ones with the highest.

    Each with what pushed its score most the wrong way: feature, log-odds, and the value that it had.
    """
    table, p = fitted.table, fitted.probability
    mask = fitted.split.test & (table.labels() == label)
    mask &= (p < fitted.watch.probability) if label else (p >= fitted.watch.probability)
    rows = np.flatnonzero(mask)
    order = rows[np.argsort(p[rows] if label else -p[rows], kind="stable")][:WORST]
    return [
        {
            "sha256": table.columns["sha256"][at],
            "source": table.columns["source"][at],
            "family": table.columns["family"][at],
            "probability": round(float(p[at]), 5),
            "because": _because(fitted, int(at), -1.0 if label else 1.0),
        }
        for at in order
    ]


def _because(fitted: Fitted, at: int, sign: float) -> list[list[Any]]:
    values = np.asarray(fitted.table.features[at])
    added = fitted.paths.contributions(values) * fitted.stack.trees
    found = [(fitted.table.names[i], float(added[i]), float(values[i])) for i in np.argsort(-sign * added)[:REASONS]]
    if fitted.deep is not None:
        found.append(("deep", fitted.stack.deep * float(fitted.deep[at]), float(fitted.deep[at])))
    found = sorted((f for f in found if sign * f[1] > 0), key=lambda f: -sign * f[1])[:REASONS]
    return [[name, round(push, 3), round(value, 4)] for name, push, value in found]
