"""Fuzzes the reader of macOS programs."""

from benchmarks.fuzz.reading import read_as
from tests.engine.indicator_cases.macho import CASES

SEEDS: list[bytes] = [case.positive for case in CASES.values()]


def run(data: bytes) -> None:
    """Read `data`; nothing but a limit may end the reading."""
    read_as("macho", data)
