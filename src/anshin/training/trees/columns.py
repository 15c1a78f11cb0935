"""Which columns of a table a model may learn from."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import yaml

from anshin.engine.features.vector import TOKEN_BINS, hashed


@cache
def kept_out(family: str) -> tuple[str, ...]:
    """Return the patterns of features that no model of a family learns from."""
    text = files("anshin.training.trees").joinpath("kept_out.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text).get(family, ()))


def without(
    features: npt.NDArray[np.float32], names: Sequence[str], patterns: Iterable[str], words: Iterable[str] = ()
) -> npt.NDArray[np.float32]:
    """Return the features with the columns of `patterns`, and those into which `words` are hashed, set to zero.

    Trees never ask about a column that is the same everywhere, so that they need no change when they judge.
    """
    gone = [at for at, name in enumerate(names) if any(fnmatchcase(name, p) for p in patterns)]
    bins = {f"word:{n}" for n in np.flatnonzero(hashed(words, TOKEN_BINS))}
    gone += [at for at, name in enumerate(names) if name in bins]
    out = features.copy()
    out[:, gone] = 0.0
    return out
