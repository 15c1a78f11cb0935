"""The simplest model there is: a logistic regression over the shares of the 256 bytes. What ours must beat."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from anshin.training.fit import Fitted, watch_threshold
from anshin.training.trees.train import SEED, balanced

Floats = npt.NDArray[np.float64]
SIMPLE = 100_000
"""Rows that it is trained on at most, evenly taken: 257 weights learn nothing more from millions."""
CHUNK = 8192


@dataclass(frozen=True, slots=True)
class ByteHistogram:
    """Fitted weights, and which columns of a vector are the shares of bytes."""

    columns: npt.NDArray[np.intp]
    scale: StandardScaler
    model: LogisticRegression

    @classmethod
    def fit(cls, fitted: Fitted) -> Self:
        """Fit it on the training part of a family, weighed as the trees are."""
        table, labels = fitted.table, fitted.table.labels()
        columns = np.array([n for n, name in enumerate(table.names) if name.startswith(("byte:", "histogram:"))])
        rows = np.flatnonzero(fitted.split.train)
        rows = rows[:: -(-len(rows) // SIMPLE)]
        shares = _shares(table.features[rows], columns)
        scale = StandardScaler().fit(shares)
        model = LogisticRegression(C=0.1, max_iter=2000, random_state=SEED)
        weights = balanced(labels[rows], table.columns["cluster"][rows])
        model.fit(scale.transform(shares), labels[rows], sample_weight=weights)
        return cls(columns, scale, model)

    def log_odds(self, features: npt.NDArray[np.float32]) -> Floats:
        """Return the score of every row of whole vectors, in log-odds."""
        parts = (features[at : at + CHUNK] for at in range(0, len(features), CHUNK))
        found = [self.model.decision_function(self.scale.transform(_shares(p, self.columns))) for p in parts]
        return np.concatenate(found).astype(np.float64) if found else np.zeros(0)


def _shares(features: npt.NDArray[np.float32], columns: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
    return np.asarray(np.sqrt(np.maximum(features[:, columns], 0.0)))


def byte_histogram_of(fitted: Fitted) -> tuple[ByteHistogram, float]:
    """Return it with its threshold in log-odds, chosen as that of our model: honest groups of the validation part."""
    table, valid = fitted.table, fitted.split.valid
    model = ByteHistogram.fit(fitted)
    odds = model.log_odds(table.features[valid])
    found = watch_threshold(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))), table.labels()[valid], table.groups()[valid])
    held = min(1 - 1e-13, max(1e-13, found.probability))
    return model, float(np.log(held / (1 - held)))
