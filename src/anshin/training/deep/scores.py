"""The deep model's log-odds for each file of a table: numbers that stand in for bytes which may not be kept."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from anshin.engine.models.manifest import DeepInput
from anshin.engine.models.scoring import windowed
from anshin.training.corpora import Sample
from anshin.training.errors import CorpusError, TableError
from anshin.training.tables.store import Table


def read_windows(
    table: Table, samples: Iterable[Sample], shape: DeepInput, say: Callable[[str], None]
) -> npt.NDArray[np.uint16]:
    """Return the bytes that the network sees, one row for each row of the table, read from the corpora into memory.

    Raises CorpusError where a file of the table is in no corpus: the manifest comes first, then the training.
    """
    wanted = {h: at for at, h in enumerate(table.columns["sha256"])}
    out = np.zeros((len(table), shape.head + shape.tail), dtype=np.uint16)
    for sample in samples:
        at = wanted.pop(sample.sha256, None)
        if at is not None:
            out[at] = windowed(sample.data, shape)
            if len(wanted) % 1000 == 0:
                say(f"{table.family}: {len(wanted)} files still to find")
        if not wanted:
            return out
    if wanted:
        first = next(iter(wanted))
        raise CorpusError(
            f"{table.family}: {len(wanted)} files of the table are in no repository given, the first is {first}; "
            "fetch the repositories at the commits that the catalogue names"
        )
    return out


def write_scores(scores: Mapping[str, float], path: Path) -> None:
    """Write hashes and log-odds as Parquet."""
    rows = sorted(scores.items())
    arrays = [pa.array([h for h, _ in rows]), pa.array([s for _, s in rows], pa.float32())]
    pq.write_table(pa.Table.from_arrays(arrays, ["sha256", "log_odds"]), path, compression="zstd")


def read_scores(path: Path) -> dict[str, float]:
    """Read them again. Raises TableError where they are missing or damaged."""
    try:
        found = pq.read_table(path)
        return dict(zip(found.column("sha256").to_pylist(), found.column("log_odds").to_pylist(), strict=True))
    except (OSError, KeyError, pa.ArrowException) as error:
        raise TableError(f"{path}: scores of the deep model cannot be read ({error})") from error
