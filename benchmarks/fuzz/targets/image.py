"""Fuzzes the reader of pictures."""

from benchmarks.fuzz.reading import read_as
from tests.engine.formats import image_builder as build
from tests.engine.indicator_cases.image import CASES

SEEDS: list[bytes] = [
    *(case.positive for case in CASES.values()),
    build.png(), build.jpeg(), build.gif(), build.bmp(), build.webp(), build.ico(),
]  # fmt: skip


def run(data: bytes) -> None:
    """Read `data`; nothing but a limit may end the reading."""
    read_as("png", data)
