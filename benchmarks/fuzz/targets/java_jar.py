"""Fuzzes the reader of Java archives."""

from benchmarks.fuzz.reading import read_as
from tests.engine.indicator_cases.java import CASES

SEEDS: list[bytes] = [case.positive for case in CASES.values() if case.positive.startswith(b"PK")]


def run(data: bytes) -> None:
    """Read `data`; nothing but a limit may end the reading."""
    read_as("jar", data)
