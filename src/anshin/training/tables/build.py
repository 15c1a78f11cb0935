"""From samples to rows: each file is read in the engine's jailed worker, and only its numbers come back."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from anshin.engine.examination import Examination, MemberVector
from anshin.engine.features import names
from anshin.engine.service import Engine
from anshin.training.clusters import pdf_structure, script_structure
from anshin.training.corpora import Sample
from anshin.training.tables.store import Row, make_table, write_table

log = logging.getLogger("anshin.training")
MACROS = "ole"
"""The family in which the macros of a document are counted: for one of the newer formats, that of the part that holds
them. Its vector then counts for the whole document."""
PER_CLUSTER = 8
"""Rows of one cluster of near-duplicates that a source gives; the rest would only repeat them."""
IN_FLIGHT = 4


@dataclass(slots=True)
class Tally:
    """What became of the samples of one source."""

    read: int = 0
    repeated: int = 0  # the same bytes again
    clustered: int = 0  # beyond what one cluster gives
    without_rows: int = 0  # no family with a layout was found in it
    by_status: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)


def rows_of(samples: Iterable[Sample], engine: Engine, *, seen: set[str], tally: Tally) -> Iterator[tuple[str, Row]]:
    """Yield family and row for every vector that counts. `seen` holds the hashes taken so far, of all sources."""
    taken: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as pool:
        waiting: dict[Future[Examination], tuple[Sample, str, str]] = {}
        for sample in samples:
            tally.read += 1
            digest = sample.sha256
            if digest in seen:
                tally.repeated += 1
                continue
            seen.add(digest)
            early = _early_cluster(sample)
            if early:
                taken[early] += 1
                if taken[early] > PER_CLUSTER:
                    tally.clustered += 1
                    continue
            waiting[pool.submit(engine.examine_bytes, sample.data, name=sample.name, kind=sample.stated)] = (
                _bare(sample),
                digest,
                early,
            )
            while len(waiting) >= IN_FLIGHT:
                yield from _finished(waiting, taken, tally)
        while waiting:
            yield from _finished(waiting, taken, tally)


def _bare(sample: Sample) -> Sample:
    """Let go of the bytes: what is needed later is what is known of them."""
    return replace(sample, data=b"")


def _early_cluster(sample: Sample) -> str:
    """Return the cluster where the bytes tell it; "" where only the parser does."""
    if b"%PDF-" in sample.data[:1024]:
        return pdf_structure(sample.data)
    ending = sample.name.lower().rpartition(".")[2]
    if (sample.stated or ending) in {
        "js",
        "jse",
        "vbs",
        "ps1",
        "powershell",
        "vba",
        "php",
        "asp",
        "aspx",
        "jsp",
        "hta",
        "bas",
    }:
        return script_structure(sample.data.decode("utf-8", "replace"))
    return ""


def _finished(
    waiting: dict[Future[Examination], tuple[Sample, str, str]], taken: "Counter[str]", tally: Tally
) -> Iterator[tuple[str, Row]]:
    future = next(iter(waiting))  # in the order they were read: which rows of a cluster are kept must not hang on speed
    sample, digest, early = waiting.pop(future)
    found = future.result()
    tally.by_status[str(found.verdict.status)] += 1
    any_row = False
    for member in found.vectors:
        family = member.vector.family
        if not counts(member):
            continue
        cluster = early or member.words
        if not early:
            taken[f"{family} {cluster}"] += 1
            if taken[f"{family} {cluster}"] > PER_CLUSTER:
                tally.clustered += 1
                continue
        any_row = True
        tally.rows[family] += 1
        yield (
            family,
            Row(
                sha256=digest,
                label=str(sample.label),
                source=sample.source,
                family=sample.family,
                date=sample.date,
                group=sample.group,
                cluster=cluster,
                name=sample.name[-200:],
                values=member.vector.values,
            ),
        )
    tally.without_rows += not any_row


def counts(member: MemberVector) -> bool:
    """Return whether a vector counts for the whole file: its own, or that of the part with its macros."""
    if not member.depth:
        return True
    return member.vector.family == MACROS and bool(member.vector.values[names(MACROS).index("fact:vba_modules")] > 0)


def build_source(
    samples: Iterable[Sample],
    engine: Engine,
    folder: Path,
    source: str,
    *,
    seen: set[str],
    say: Callable[[str], None],
) -> Tally:
    """Write `folder/<source>.<family>.parquet` for every family found; returns what became of the samples."""
    tally = Tally()
    rows: dict[str, list[Row]] = {}
    for number, (family, row) in enumerate(rows_of(samples, engine, seen=seen, tally=tally), 1):
        rows.setdefault(family, []).append(row)
        if number % 500 == 0:
            say(f"{source}: {tally.read} files read, {number} rows")
    folder.mkdir(parents=True, exist_ok=True)
    for family, found in sorted(rows.items()):
        write_table(make_table(family, names(family), found), folder / f"{source}.{family}.parquet")
    return tally
