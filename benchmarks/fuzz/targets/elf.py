"""Fuzzes the reader of Linux programs."""

from benchmarks.fuzz.reading import read_as
from tests.engine.indicator_cases.elf import CASES

SEEDS: list[bytes] = [case.positive for case in CASES.values()]


def run(data: bytes) -> None:
    """Read `data`; nothing but a limit may end the reading."""
    read_as("elf", data)
