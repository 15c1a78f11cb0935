"""Tables on disk: Parquet, one file for one format family, features as float16."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from anshin.training.errors import TableError

_TEXTS = ("sha256", "label", "source", "family", "date", "group", "cluster", "name")


@dataclass(frozen=True, slots=True)
class Row:
    """One file. `cluster` is the same for near-duplicates; `name` is its path inside the source."""

    sha256: str
    label: str
    source: str
    family: str
    date: str
    group: str
    cluster: str
    name: str
    values: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one format family. `features` has one row a file, float32, as the models will see it."""

    family: str
    names: tuple[str, ...]
    columns: dict[str, npt.NDArray[np.object_]]  # by the names in `_TEXTS`
    features: npt.NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.features)

    def labels(self) -> npt.NDArray[np.int8]:
        """Return 1 for malicious, 0 for benign."""
        malicious: npt.NDArray[np.bool_] = self.columns["label"] == "malicious"
        return malicious.astype(np.int8)

    def groups(self) -> npt.NDArray[np.object_]:
        """Return what counts as one thing: the group of each row (its package, its program), else its cluster."""
        return np.where(self.columns["group"] != "", self.columns["group"], self.columns["cluster"])

    def where(self, mask: npt.NDArray[np.bool_]) -> "Table":
        """Return the rows of `mask`."""
        return Table(self.family, self.names, {k: v[mask] for k, v in self.columns.items()}, self.features[mask])

    def nameless(self) -> "Table":
        """Return the table without the files' names, which only help whoever builds it, and weigh as much as a hash."""
        blank = np.full(len(self), "", dtype=object)
        return Table(self.family, self.names, self.columns | {"name": blank}, self.features)

    def manifest_sha256(self) -> str:
        """Return a hash over which files stand in it with which label: the training manifest."""
        rows = zip(*(self.columns[c] for c in ("sha256", "label", "source")), strict=True)
        lines = sorted(" ".join(row) for row in rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_table(family: str, names: Sequence[str], rows: Iterable[Row]) -> Table:
    """Return a table of `rows` in the order of their hashes, so that the same files make the same table."""
    ordered = sorted(rows, key=lambda r: (r.sha256, r.source))
    features = np.stack([r.values for r in ordered]) if ordered else np.zeros((0, len(names)), np.float32)
    columns = {c: np.array([getattr(r, c) for r in ordered], dtype=object) for c in _TEXTS}
    return Table(family, tuple(names), columns, features)


def write_table(table: Table, path: Path) -> None:
    """Write one file; it appears whole or not at all."""
    width = len(table.names)
    flat = pa.array(table.features.astype(np.float16).ravel())
    arrays: list[Any] = [pa.array(table.columns[c].tolist(), pa.string()) for c in _TEXTS]
    arrays.append(pa.FixedSizeListArray.from_arrays(flat, width))
    schema = pa.schema([*((c, pa.string()) for c in _TEXTS), ("features", pa.list_(pa.float16(), width))])
    meta = {b"family": table.family.encode(), b"names": "\n".join(table.names).encode()}
    partial = path.with_suffix(".partial")
    whole = pa.Table.from_arrays(arrays, schema=schema.with_metadata(meta))
    pq.write_table(whole, partial, compression="zstd", compression_level=19)
    partial.replace(path)


def read_table(path: Path) -> Table:
    """Read one file. Raises TableError where it is missing or damaged."""
    try:
        found = pq.read_table(path)
        meta = found.schema.metadata or {}
        names = tuple(meta[b"names"].decode().split("\n"))
        flat = found.column("features").combine_chunks().flatten().to_numpy(zero_copy_only=False)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise TableError(f"{path}: not a feature table of this project, or damaged; build it anew ({error})") from error
    columns = {c: np.array(found.column(c).to_pylist(), dtype=object) for c in _TEXTS}
    return Table(meta[b"family"].decode(), names, columns, flat.astype(np.float32).reshape(-1, len(names)))
