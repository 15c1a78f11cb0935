"""Fuzzes the reader of pictures."""

import contextlib

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits
from tests.engine.formats import image_builder as build
from tests.engine.indicator_cases.image import CASES

SEEDS: list[bytes] = [
    *(case.positive for case in CASES.values()),
    build.png(), build.jpeg(), build.gif(), build.bmp(), build.webp(), build.ico(),
]  # fmt: skip


def run(data: bytes) -> None:
    """Read `data`; nothing but a limit may end the reading."""
    parser = parser_of("png")
    assert parser is not None
    with contextlib.suppress(LimitHit):
        parser(data, Budget(Limits(seconds=5)))
