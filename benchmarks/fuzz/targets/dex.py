"""Fuzzes the reader of Android byte code."""

from benchmarks.fuzz.reading import read_as
from tests.engine.indicator_cases.android import CASES

SEEDS: list[bytes] = [case.positive for case in CASES.values() if case.positive.startswith(b"dex")]


def run(data: bytes) -> None:
    """Read `data`; nothing but a limit may end the reading."""
    read_as("dex", data)
