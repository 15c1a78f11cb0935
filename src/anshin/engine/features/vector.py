"""One vector per format family: numbers from the parser, its signs, its words hashed, and the bytes themselves."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import mmh3
import numpy as np
import numpy.typing as npt

from anshin.engine.features.content import CONTENT_NAMES, content_features
from anshin.engine.formats.contract import Parsed
from anshin.engine.rules.catalogue import catalogue, reasons
from anshin.engine.wording import load_data

TOKEN_BINS = 256
"""Bins for hashed words. A word adds 1 to its bin, and the bin holds log(1 + count)."""

LARGEST = 65504.0
"""The largest float16. Every value of a vector is a float16, so that tables keep it in two bytes without a loss."""


@dataclass(frozen=True, slots=True)
class FeatureVector:
    """The vector of one file; `values` has as many entries as `names(family)`."""

    family: str
    values: npt.NDArray[np.float32]


@cache
def families() -> tuple[str, ...]:
    """Return the families that have a layout."""
    folder = files("anshin.engine.features").joinpath("schemas")
    return tuple(sorted(e.name[:-5] for e in folder.iterdir() if e.name.endswith(".yaml")))


@cache
def _facts(family: str) -> tuple[str, ...]:
    return tuple(load_data(f"features/schemas/{family}.yaml")["facts"])


@cache
def _signs(family: str) -> tuple[str, ...]:
    """Codes of the catalogue that this family can show, in order of their names."""
    wanted = set(load_data(f"features/schemas/{family}.yaml")["formats"])
    return tuple(sorted(code for code, i in catalogue().items() if wanted & set(i.formats)))


@cache
def names(family: str) -> tuple[str, ...]:
    """Return what stands where in the vector of a family. Raises KeyError for a family without a layout."""
    if family not in families():
        raise KeyError(family)
    words = (f"word:{n}" for n in range(TOKEN_BINS))
    facts, signs = (f"fact:{n}" for n in _facts(family)), (f"sign:{n}" for n in _signs(family))
    return (*facts, *signs, *words, *CONTENT_NAMES)


def extract(parsed: Parsed, data: bytes) -> FeatureVector:
    """Return the vector of a file from what its parser found. Raises KeyError for a family without a layout."""
    family = parsed.family
    if family not in families():
        raise KeyError(family)
    facts = [_number(parsed.facts.get(name, 0.0)) for name in _facts(family)]
    present = {r.code for r in reasons(parsed.signs)}
    signs = [float(code in present) for code in _signs(family)]
    values = np.concatenate(
        [
            np.asarray(facts, dtype=np.float32),
            np.asarray(signs, dtype=np.float32),
            hashed(parsed.tokens, TOKEN_BINS),
            content_features(data),
        ]
    )
    return FeatureVector(family, values.astype(np.float16).astype(np.float32))


def _number(value: float) -> float:
    """Keep what float16 can hold, as tables for training store it: a forged header must not bring an infinity."""
    if math.isnan(value):
        return 0.0
    return min(LARGEST, max(-LARGEST, float(value)))


def hashed(words: Iterable[str], bins: int) -> npt.NDArray[np.float32]:
    """Return log(1 + count) of words by MurmurHash3-32 (seed 0, UTF-8) modulo `bins`."""
    at = [mmh3.hash(word.encode("utf-8", "surrogatepass"), 0, signed=False) % bins for word in words]
    return np.log1p(np.bincount(np.asarray(at, dtype=np.intp), minlength=bins).astype(np.float32))
