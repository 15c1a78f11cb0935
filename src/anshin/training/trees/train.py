"""Trains the trees of one family. The same table gives the same trees, byte for byte, on the same kind of machine."""

from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

SEED = 20261125
ROUNDS = 600
PATIENCE = 50
PINNED = 20.0
"""How much more a file weighs that must be learnt (`always_train`)."""
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.4,  # no single feature may carry the model: an attacker would only have to change that one
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "use_missing": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # sums in another order would be other sums
    "seed": SEED,
    "verbosity": -1,
}


def train_trees(
    features: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64],
    valid: tuple[npt.NDArray[np.float32], npt.NDArray[np.int8], npt.NDArray[np.float64]],
) -> lightgbm.Booster:
    """Return the trees; they end where the validation part no longer gains."""
    train = lightgbm.Dataset(features, labels, weight=weights, free_raw_data=True, params={"max_bin": 127})
    held = lightgbm.Dataset(valid[0], valid[1], weight=valid[2], reference=train)
    return lightgbm.train(
        PARAMETERS, train, ROUNDS, valid_sets=[held], callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)]
    )


def train_fixed(
    features: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64],
    rounds: int,
) -> lightgbm.Booster:
    """Return so many trees, without a part that tells when to end."""
    train = lightgbm.Dataset(features, labels, weight=weights, free_raw_data=True, params={"max_bin": 127})
    return lightgbm.train(PARAMETERS, train, max(1, rounds))


def balanced(labels: npt.NDArray[np.int8], clusters: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return weights so that both classes weigh the same, and a large cluster no more than its square root."""
    _, which, counts = np.unique(clusters.astype(str), return_inverse=True, return_counts=True)
    weights = 1.0 / np.sqrt(counts[which])
    for label in (0, 1):
        mask = labels == label
        if mask.any():
            weights[mask] *= len(labels) / (2.0 * weights[mask].sum())
    return np.asarray(weights, dtype=np.float64)


def with_pinned(weights: npt.NDArray[np.float64], pinned: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the weights with those of rows that must be learnt raised."""
    return np.where(pinned, weights * PINNED, weights)
