"""LNK and the shortcuts that are text: the first byte chooses one."""

import contextlib

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits
from tests.engine.indicator_cases import shortcut

KINDS = ("lnk", "url", "scf", "library", "desktop", "webloc")
ENDINGS = {"lnk": 0, "url": 1, "desktop": 4}
SEEDS: list[bytes] = [
    bytes([ENDINGS[case.name.rpartition(".")[2]]]) + case.positive for case in shortcut.CASES.values()
]


def run(data: bytes) -> None:
    """Parse; only a limit may end it."""
    if not data:
        return
    parser = parser_of(KINDS[data[0] % len(KINDS)])
    assert parser is not None
    with contextlib.suppress(LimitHit):
        parser(data[1:], Budget(Limits(seconds=5)))
