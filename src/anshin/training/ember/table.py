"""Tables of millions of rows: written batch by batch, read as a map of the disk; never whole in memory.

A table is Parquet (float32: sizes and times do not fit into the float16 of our own tables). For training its numbers
are unpacked into a plain file, which the operating system pages in and out and which goes with the table.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from anshin.training.ember.rows import FeatureFile, Row, lines, names, read_row
from anshin.training.errors import TableError
from anshin.training.tables.store import Table

BATCH = 1024
"""Rows of one group: 10 MB of numbers."""
SHOWN = 20
"""Damaged rows that are told one by one; all are counted."""
_TEXTS = ("sha256", "label", "source", "family", "date")


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    rows: Counter[str] = field(default_factory=Counter)  # by table
    unlabelled: int = 0
    repeated: int = 0
    refused: int = 0
    largest_batch: int = 0  # rows that were held at once, of one table


class _Writer:
    """Writes one table; it appears whole or not at all."""

    def __init__(self, family: str, path: Path) -> None:
        self._path, self._width = path, len(names(family))
        fields = [*((c, pa.string()) for c in _TEXTS), ("features", pa.list_(pa.float32(), self._width))]
        meta = {b"family": family.encode(), b"names": "\n".join(names(family)).encode()}
        self._schema = pa.schema(fields).with_metadata(meta)
        self._partial = path.with_suffix(".partial")
        self._out = pq.ParquetWriter(self._partial, self._schema, compression="zstd")
        self.held: list[Row] = []

    def add(self, row: Row) -> None:
        self.held.append(row)
        if len(self.held) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if not self.held:
            return
        flat = pa.array(np.concatenate([r.values for r in self.held]), pa.float32())
        texts = [
            [r.sha256 for r in self.held],
            ["malicious" if r.label else "benign" for r in self.held],
            [r.source for r in self.held],
            [r.malware for r in self.held],
            [r.date for r in self.held],
        ]
        arrays: list[Any] = [pa.array(t, pa.string()) for t in texts]
        arrays.append(pa.FixedSizeListArray.from_arrays(flat, self._width))
        self._out.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=BATCH)
        self.held.clear()

    def finish(self) -> None:
        self._flush()
        self._out.close()
        self._partial.replace(self._path)

    def abandon(self) -> None:
        self._out.close()
        self._partial.unlink(missing_ok=True)


def write_tables(
    feature_files: Iterable[FeatureFile], folder: Path, say: Callable[[str], None], *, wanted: Sequence[str] = ()
) -> Tally:
    """Write `folder/<family>.parquet` for every family found (or only for those `wanted`).

    Rows without a label are skipped, damaged ones refused with file, line and reason, a hash counts once; all of them
    are counted. Raises CorpusError where a file breaks off; then no table is written.
    """
    tally, writers, seen = Tally(), dict[str, _Writer](), set[int]()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for file in feature_files:
            for number, line in lines(file.path):
                try:
                    row = read_row(line, file.subset)
                except ValueError as error:
                    tally.refused += 1
                    if tally.refused <= SHOWN:
                        say(f"{file.path}, line {number}: {error}")
                    continue
                if _counts(row, wanted, seen, tally):
                    if row.family not in writers:
                        writers[row.family] = _Writer(row.family, folder / f"{row.family}.parquet")
                    writers[row.family].add(row)
                    tally.largest_batch = max(tally.largest_batch, len(writers[row.family].held))
            say(f"{file.path.name}: {sum(tally.rows.values())} rows so far")
    except BaseException:
        for writer in writers.values():
            writer.abandon()
        raise
    for writer in writers.values():
        writer.finish()
    return tally


def _counts(row: Row, wanted: Sequence[str], seen: set[int], tally: Tally) -> bool:
    if wanted and row.family not in wanted:
        return False
    if row.label is None:
        tally.unlabelled += 1
        return False
    key = int(row.sha256[:16], 16)  # eight bytes of each hash are kept, not the text: there may be millions
    if key in seen:
        tally.repeated += 1
        return False
    seen.add(key)
    tally.rows[row.family] += 1
    return True


def open_table(path: Path) -> Table:
    """Return a table whose `features` are mapped from a file that goes when the table does. Raises TableError."""
    try:
        source = pq.ParquetFile(path)
        meta: Mapping[bytes, bytes] = source.schema_arrow.metadata or {}
        layout = tuple(meta[b"names"].decode().split("\n"))
        columns = {c: _texts(source.read(columns=[c]).column(c)) for c in _TEXTS}
        features = _mapped(source, len(layout), path.parent)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise TableError(f"{path}: not a table of feature files, or damaged; build it anew ({error})") from error
    empty = np.full(len(features), "", dtype=object)
    columns |= {"group": empty, "name": empty, "cluster": columns["sha256"]}
    return Table(meta[b"family"].decode(), layout, columns, features)


def _texts(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """Return a column in which equal texts are one object: a source's name is not kept a million times."""
    coded = column.combine_chunks().dictionary_encode()
    return np.array(coded.dictionary.to_pylist(), dtype=object)[coded.indices.to_numpy()]


def _mapped(source: pq.ParquetFile, width: int, folder: Path) -> npt.NDArray[np.float32]:
    with tempfile.TemporaryFile(dir=folder) as scratch:
        count = 0
        for batch in source.iter_batches(BATCH, columns=["features"]):
            numbers = batch.column(0).flatten().to_numpy(zero_copy_only=False)
            scratch.write(np.ascontiguousarray(numbers, dtype=np.float32).tobytes())
            count += batch.num_rows
        scratch.flush()
        if not count:
            raise TableError("a table without a row; build it anew")
        return np.memmap(scratch, dtype=np.float32, mode="r", shape=(count, width))
