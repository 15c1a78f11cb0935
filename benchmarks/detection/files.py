"""The files of a test part: out of the corpora into memory, each of them the one that the table names by its hash."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from anshin.training.corpora import Sample
from anshin.training.errors import CorpusError
from anshin.training.project import Project, samples_of
from anshin.training.split import split
from anshin.training.tables.reports import trained_with_reports


def test_labels(project: Project, family: str) -> dict[str, int]:
    """Return 1 or 0 by hash for every test row of a family."""
    table = project.table(family)
    test = split(table, trained_with_reports(project.rules(family))).test
    return dict(zip(table.columns["sha256"][test], table.labels()[test].tolist(), strict=True))


def test_files(
    project: Project, family: str, labels: dict[str, int], repositories: Path, packages: Path | None
) -> Iterator[Sample]:
    """Yield every file of `labels` once. Raises CorpusError where one is in no repository given."""
    table, wanted = project.table(family), set(labels)
    tested = np.array([h in wanted for h in table.columns["sha256"]], dtype=bool)
    for sample in samples_of(sorted(set(table.columns["source"][tested])), repositories, packages):
        if sample.sha256 in wanted:
            wanted.discard(sample.sha256)
            yield sample
        if not wanted:
            return
    if wanted:
        raise CorpusError(
            f"{family}: {len(wanted)} test files are in no repository given, the first is {min(wanted)}; fetch the "
            "repositories at the commits that the catalogue names, and name the packages' folder"
        )
