"""A verdict together with the numbers that a learned model would see: for training and for others' models.

The numbers travel from the jailed worker as JSON, and are checked like everything that comes from there.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from anshin.engine.scores import MOST, Score, is_score
from anshin.engine.verdict import Frozen, Verdict

if TYPE_CHECKING:
    from anshin.engine.features import FeatureVector

MAX_VECTORS = 64
"""Vectors of one file with everything in it; further members are judged, but not kept as numbers."""


@dataclass(frozen=True, slots=True)
class MemberVector:
    """The vector of the file itself (depth 0) or of something in it."""

    vector: "FeatureVector"
    depth: int
    name: str
    words: str  # hash over the set of its words (imports, calls): the same for near-duplicates


@dataclass(frozen=True, slots=True)
class Examination:
    """What one look at a file gives."""

    verdict: Verdict
    vectors: tuple[MemberVector, ...]
    scores: tuple[Score, ...] = ()


class _Vector(Frozen):
    family: str
    depth: int
    name: str
    words: str = Field(pattern=r"^[0-9a-f]{24}$")
    values: str  # little-endian float32, base64


class _Document(Frozen):
    verdict: Verdict
    vectors: tuple[_Vector, ...] = Field(max_length=MAX_VECTORS)
    scores: tuple[Score, ...] = Field(default=(), max_length=MOST)


def words_hash(words: Iterable[str]) -> str:
    """Return 24 hex digits for a set of words."""
    return hashlib.sha256("\n".join(sorted(set(words))).encode("utf-8", "replace")).hexdigest()[:24]


def written(examination: Examination) -> bytes:
    """Return it as the worker sends it."""
    vectors = tuple(
        _Vector(
            family=v.vector.family,
            depth=v.depth,
            name=v.name,
            words=v.words,
            values=base64.b64encode(v.vector.values.astype("<f4").tobytes()).decode(),
        )
        for v in examination.vectors
    )
    return _Document(verdict=examination.verdict, vectors=vectors, scores=examination.scores).model_dump_json().encode()


def read(data: bytes) -> Examination:
    """Return what a worker sent. Raises ValueError where it is not what it should be."""
    try:
        document = _Document.model_validate_json(data)
    except ValidationError as error:
        raise ValueError("not an examination") from error
    vectors = tuple(map(_read_vector, document.vectors))
    if not all(is_score(family, at) for family, at in document.scores):
        raise ValueError("not a score")
    return Examination(document.verdict, vectors, document.scores)


def _read_vector(row: _Vector) -> MemberVector:
    import numpy as np  # late: who only wants verdicts starts without numerics

    from anshin.engine.features import FeatureVector, names

    values = np.frombuffer(base64.b64decode(row.values, validate=True), dtype="<f4").astype(np.float32)
    try:
        fits = len(values) == len(names(row.family)) and bool(np.isfinite(values).all())
    except KeyError:
        fits = False
    if not fits:
        raise ValueError("a vector of the wrong shape")
    return MemberVector(FeatureVector(row.family, values), row.depth, row.name, row.words)
