"""Fuzzes the parser of `odf`: everything but a limit is a finding."""

import contextlib

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits
from tests.engine.indicator_cases.odf import CASES

SEEDS: list[bytes] = [data for case in CASES.values() for data in (case.positive, case.negative)]


def run(data: bytes) -> None:
    """Read one file."""
    parser = parser_of("odf")
    if parser is None:
        raise LookupError("odf")
    with contextlib.suppress(LimitHit):
        parser(data, Budget(Limits(seconds=5)))
