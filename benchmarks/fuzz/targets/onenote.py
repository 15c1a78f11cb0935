"""Fuzzes the parser of `onenote`: everything but a limit is a finding."""

import contextlib

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits
from tests.engine.indicator_cases.onenote import CASES

SEEDS: list[bytes] = [data for case in CASES.values() for data in (case.positive, case.negative)]


def run(data: bytes) -> None:
    """Read one file."""
    parser = parser_of("onenote")
    if parser is None:
        raise LookupError("onenote")
    with contextlib.suppress(LimitHit):
        parser(data, Budget(Limits(seconds=5)))
