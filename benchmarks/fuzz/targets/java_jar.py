"""Fuzzes the reader of Java archives."""

import contextlib

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits
from tests.engine.indicator_cases.java import CASES

SEEDS: list[bytes] = [case.positive for case in CASES.values() if case.positive.startswith(b"PK")]


def run(data: bytes) -> None:
    """Read `data`; nothing but a limit may end the reading."""
    parser = parser_of("jar")
    assert parser is not None
    with contextlib.suppress(LimitHit):
        parser(data, Budget(Limits(seconds=5)))
