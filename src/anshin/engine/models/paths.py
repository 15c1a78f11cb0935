"""The trees as plain arrays: what each entry of the vector adds to the score, exactly.

Walking a tree from its root, every step from a node to its child changes the expected value; the change belongs to the
feature that was asked there. The changes of all trees and the base add up to the raw score, without a remainder.
Source: A. Saabas, "Interpreting random forests" (2014); the additive decomposition along decision paths.
"""

import io
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Paths:
    """All nodes of all trees, one after the other. A leaf has `left` -1. `value` is the expected value at the node."""

    roots: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: npt.NDArray[np.float64]

    def raw_score(self, vector: Floats) -> float:
        """Return the sum of the leaves, in log-odds."""
        return float(self.value[self._leaves(vector)[-1]].sum())

    def contributions(self, vector: Floats) -> npt.NDArray[np.float64]:
        """Return what every feature adds to the raw score, in log-odds; the sum plus `base()` is the raw score."""
        out = np.zeros(len(vector), dtype=np.float64)
        steps = self._leaves(vector)
        for here, there in pairwise(steps):
            moved = here != there
            np.add.at(out, self.feature[here[moved]], self.value[there[moved]] - self.value[here[moved]])
        return out

    def base(self) -> float:
        """Return the raw score of a file of which nothing is known."""
        return float(self.value[self.roots].sum())

    def _leaves(self, vector: Floats) -> list[Ints]:
        """Return the node of every tree after each step; the last are leaves."""
        at = self.roots
        steps = [at]
        while True:
            inner = self.left[at] >= 0
            if not inner.any():
                return steps
            goes_left = vector[self.feature[at]] <= self.threshold[at]
            at = np.where(inner, np.where(goes_left, self.left[at], self.right[at]), at).astype(np.int32)
            steps.append(at)


def write_paths(paths: Paths) -> bytes:
    """Return the arrays as one NPZ."""
    out = io.BytesIO()
    np.savez(out, **{name: getattr(paths, name) for name in Paths.__slots__})
    return out.getvalue()


def read_paths(data: bytes) -> Paths:
    """Return the arrays in `data`, which the package's signature covers."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Paths(**{name: arrays[name] for name in Paths.__slots__})
