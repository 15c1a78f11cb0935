"""HTML, HTA, SVG and WSF: the first byte chooses one."""

import contextlib

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits
from tests.engine.indicator_cases import html

KINDS = ("html", "hta", "svg", "wsf")
SEEDS: list[bytes] = [b"\0" + case.positive for case in html.CASES.values()]


def run(data: bytes) -> None:
    """Parse; only a limit may end it."""
    if not data:
        return
    parser = parser_of(KINDS[data[0] % len(KINDS)])
    assert parser is not None
    with contextlib.suppress(LimitHit):
        parser(data[1:], Budget(Limits(seconds=5)))
