"""Where the tables, scores and results of this project's own models lie, and how they are made."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anshin.engine.limits import Limits
from anshin.engine.models.manifest import DeepInput
from anshin.engine.service import Engine, EngineSettings
from anshin.training.corpora import Sample
from anshin.training.corpora.catalogue import Source, read_source, sources
from anshin.training.corpora.packages import SOURCE as PACKAGES
from anshin.training.corpora.packages import listing, read_packages
from anshin.training.corpora.reports import SOURCE as REPORTS
from anshin.training.deep.scores import read_scores
from anshin.training.ember.fit import fit_mapped, rules_of
from anshin.training.ember.rows import FAMILIES, OLD
from anshin.training.ember.table import open_table
from anshin.training.errors import CorpusError
from anshin.training.fit import Fitted, fit
from anshin.training.split import Rules, rules
from anshin.training.tables.build import Tally, build_source
from anshin.training.tables.merge import merged
from anshin.training.tables.reports import piece, trained_with_reports, with_reports
from anshin.training.tables.store import Table, read_table, write_table

Say = Callable[[str], None]
LISTING = "packages.txt"
"""Which packages the honest files came out of, beside the tables."""
SECONDS = 10.0
"""Limit for one sample while tables are built."""


@dataclass(frozen=True, slots=True)
class Project:
    """Folders below one root: `tables/<family>.parquet`, `deep/<family>.parquet`, `results/<family>.<what>.json`.

    `trees/<family>.txt` keeps the trees of the large tables, which take hours.
    """

    root: Path

    def table(self, family: str) -> Table:
        """Return the table of a family. Raises TableError."""
        return read_table(self.root / "tables" / f"{family}.parquet")

    def deep(self, family: str) -> dict[str, float] | None:
        """Return the deep model's log-odds, or None where the family has no deep model."""
        path = self.root / "deep" / f"{family}.parquet"
        return read_scores(path) if path.exists() else None

    def families(self) -> tuple[str, ...]:
        """Return the families that have a table and rules for its split."""
        found = {p.stem for p in (self.root / "tables").glob("*.parquet")}
        return tuple(sorted(found & (rules().keys() | {*FAMILIES, OLD})))

    def rules(self, family: str) -> Rules:
        """Return how a family is split."""
        return rules_of(family) if is_ember(family) else rules()[family]

    def fit(self, family: str, say: Say = lambda _: None) -> Fitted:
        """Fit the models of a family from what lies here. Raises TrainingError."""
        if is_ember(family):
            table = open_table(self.root / "tables" / f"{family}.parquet")
            return fit_mapped(table, self.root / "trees" / f"{family}.txt", say)
        table, deep = self.table(family), self.deep(family)
        if deep is not None:  # a report has no bytes: the network has no word on it, and the stack is fitted without it
            deep |= dict.fromkeys(table.columns["sha256"][table.columns["source"] == REPORTS], 0.0)
        return fit(table, trained_with_reports(self.rules(family)), deep)

    def write_result(self, family: str, name: str, document: dict[str, Any]) -> Path:
        """Write `results/<family>.<name>.json`, the same bytes for the same figures."""
        path = self.root / "results" / f"{family}.{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return path

    def result(self, family: str, name: str) -> dict[str, Any] | None:
        """Return a result, or None where it was never measured."""
        path = self.root / "results" / f"{family}.{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def is_ember(family: str) -> bool:
    """Return whether a family's rows come from feature files, so that there are no bytes to read."""
    return family in FAMILIES or family == OLD


def git_dir_of(source: Source, repositories: Path) -> Path:
    """Return the git directory of a source below `repositories`. Raises CorpusError where it is not there.

    `OWNER/NAME` may lie as `OWNER+NAME/repo`, `OWNER/NAME`, `NAME` or any of these with `.git`, bare or not.
    """
    owner, _, name = source.repository.partition("/")
    for path in (f"{owner}+{name}/repo", f"{owner}/{name}", f"{owner}/{name}.git", name, f"{name}.git"):
        for found in (repositories / path / ".git", repositories / path):
            if (found / "HEAD").exists():
                return found
    raise CorpusError(
        f"{source.repository} is not below {repositories}; clone it there with "
        f"`git clone --bare https://github.com/{source.repository} {owner}/{name}.git` (it is never checked out)"
    )


def readable_sources(table: Table) -> list[str]:
    """Return the sources of a table whose files can be read again: all but the reports."""
    return sorted(set(table.columns["source"]) - {REPORTS})


def samples_of(ids: Sequence[str], repositories: Path | None, packages: Path | None) -> Iterator[Sample]:
    """Yield the samples of sources, one source after the other. Raises CorpusError."""
    for name in ids:
        if name == PACKAGES:
            if packages is None:
                raise CorpusError("the source `packages` needs --packages, a folder with wheels and Debian packages")
            yield from read_packages(packages)
        else:
            if repositories is None:
                raise CorpusError(f"the source {name} needs --repositories, the folder with bare git repositories")
            yield from read_source(sources()[name], git_dir_of(sources()[name], repositories))


def build_tables(
    ids: Sequence[str], cache: Path, repositories: Path | None, packages: Path | None, say: Say
) -> dict[str, Tally]:
    """Build the pieces of the sources in `cache`. A source that was finished before is not read again.

    Raises TrainingError.
    """
    tallies = {}
    with Engine(EngineSettings(workers=2, models=(), limits=Limits(seconds=SECONDS))) as engine:
        for name in ids:
            mark = cache / f"{name}.done.json"
            if mark.exists():
                say(f"{name}: finished before")
                continue
            found = samples_of([name], repositories, packages)
            if name == PACKAGES and packages is not None:
                cache.mkdir(parents=True, exist_ok=True)
                (cache / LISTING).write_text(listing(packages), encoding="utf-8")
            tally = build_source(found, engine, cache, name, seen=set(), say=say)
            tallies[name] = tally
            mark.write_text(json.dumps({"read": tally.read, "rows": dict(tally.rows)}, sort_keys=True))
            say(f"{name}: {tally.read} files, {sum(tally.rows.values())} rows, {dict(tally.by_status)}")
    return tallies


def assemble_table(project: Project, family: str, cache: Path) -> Table:
    """Write the table of a family from the pieces in `cache`: the sources that its rules name, and the reports."""
    by = rules()[family]
    named = {p.source for side in (by.train, by.test) for parts in side.values() for p in parts}
    pieces = [p for p in cache.glob(f"*.{family}.parquet") if p.name.split(".")[0] in named]
    table = merged(family, pieces).nameless()
    if piece(cache, family).exists():
        table = with_reports(table, by, piece(cache, family))
    (project.root / "tables").mkdir(parents=True, exist_ok=True)
    if (cache / LISTING).exists():
        (project.root / LISTING).write_bytes((cache / LISTING).read_bytes())
    write_table(table, project.root / "tables" / f"{family}.parquet")
    return table


def next_version(today: str, taken: Sequence[str]) -> str:
    """Return year.month.number for a new package: the next number of this month. `today` is an ISO date."""
    year, month, _ = today.split("-")
    prefix = f"{year}.{int(month)}."
    numbers = [int(v.removeprefix(prefix)) for v in taken if v.startswith(prefix)]
    return f"{prefix}{max(numbers, default=0) + 1}"


def windows_input() -> DeepInput:
    """Return which bytes the deep model of this version reads."""
    from anshin.training.deep.network import INPUT

    return INPUT
