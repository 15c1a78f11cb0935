"""Fuzzes the parser of `onenote`: everything but a limit is a finding."""

from benchmarks.fuzz.reading import read_as
from tests.engine.indicator_cases.onenote import CASES

SEEDS: list[bytes] = [data for case in CASES.values() for data in (case.positive, case.negative)]


def run(data: bytes) -> None:
    """Read one file."""
    read_as("onenote", data)
