"""Everything that is measured of one family's models on the test part, as one JSON document."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve
from sklearn.preprocessing import StandardScaler

from anshin.training.evaluate.metrics import (
    calibration_error,
    fpr_at,
    measurable,
    threshold_at,
    tpr_at,
    upper_bound,
)
from anshin.training.fit import Fitted, stacked
from anshin.training.split import Rules
from anshin.training.trees.train import SEED, balanced

Floats = npt.NDArray[np.float64]
TARGETS = (0.01, 0.001)
WORST = 20
SIMPLE = 100_000
CHUNK = 8192
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
                "benign_groups": _groups(fitted, mask & (labels == 0)),
            }
            for part, mask in (("train", fitted.split.train), ("valid", fitted.split.valid), ("test", test))
        },
        "left_out_as_known": fitted.split.left_out,
        "claim_fpr": rules.claim_fpr,
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


def candidates(fitted: Fitted) -> dict[str, Floats]:
    """Return the scores of the baselines and of ours, for every row: all trained and tested on the same files."""
    found = {"byte_histogram": _byte_histogram(fitted), "trees": fitted.trees}
    if fitted.deep is not None:
        found["deep"] = fitted.deep
        found["stack"] = stacked(fitted.stack, fitted.trees, fitted.deep)
    return found


def _byte_histogram(fitted: Fitted) -> Floats:
    """Return the log-odds of a logistic regression over the shares of the 256 bytes: the simplest model there is.

    Trained on `SIMPLE` rows at most, evenly taken: 257 weights learn nothing more from millions.
    """
    table, labels = fitted.table, fitted.table.labels()
    columns = [at for at, name in enumerate(table.names) if name.startswith(("byte:", "histogram:"))]
    rows = np.flatnonzero(fitted.split.train)
    rows = rows[:: -(-len(rows) // SIMPLE)]

    def shares(which: "npt.NDArray[np.intp] | slice") -> npt.NDArray[np.float32]:
        return np.asarray(np.sqrt(np.maximum(table.features[which][:, columns], 0.0)))

    scale = StandardScaler().fit(shares(rows))
    model = LogisticRegression(C=0.1, max_iter=2000, random_state=SEED)
    model.fit(
        scale.transform(shares(rows)),
        labels[rows],
        sample_weight=balanced(labels[rows], table.columns["cluster"][rows]),
    )
    parts = (slice(at, at + CHUNK) for at in range(0, len(table), CHUNK))
    return np.concatenate([model.decision_function(scale.transform(shares(part))) for part in parts]).astype(np.float64)


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


def _groups(fitted: Fitted, mask: npt.NDArray[np.bool_]) -> int:
    columns = fitted.table.columns
    return len({g or c for g, c in zip(columns["group"][mask], columns["cluster"][mask], strict=True)})


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
    test, columns = fitted.split.test & (fitted.table.labels() == 1), fitted.table.columns
    total: Counter[str] = Counter(columns["family"][test])
    caught: Counter[str] = Counter(columns["family"][test & (fitted.probability >= fitted.watch.probability)])
    return [{"family": f or "not named", "files": n, "watch": caught[f]} for f, n in total.most_common(40)]


def _worst(fitted: Fitted, *, label: int) -> list[dict[str, Any]]:
    """Return the files it got most wrong: malicious ones with the lowest scores, benign ones with the highest."""
    table, p = fitted.table, fitted.probability
    mask = fitted.split.test & (table.labels() == label)
    mask &= (p < fitted.watch.probability) if label else (p >= fitted.watch.probability)
    rows = np.flatnonzero(mask)
    order = rows[np.argsort(p[rows] if label else -p[rows])][:WORST]
    found = []
    for at in order:
        added = fitted.paths.contributions(table.features[at])
        strongest = np.argsort(added if label else -added)[:3]
        names = [table.names[i] for i in strongest]
        found.append(
            {
                "sha256": table.columns["sha256"][at],
                "source": table.columns["source"][at],
                "family": table.columns["family"][at],
                "probability": round(float(p[at]), 5),
                "because": [[n, round(float(added[i]), 3)] for n, i in zip(names, strongest, strict=True)],
            }
        )
    return found
