"""HTML, HTA, SVG and WSF: the first byte chooses one."""

from benchmarks.fuzz.reading import read_as_chosen
from tests.engine.indicator_cases import html

KINDS = ("html", "hta", "svg", "wsf")
SEEDS: list[bytes] = [b"\0" + case.positive for case in html.CASES.values()]


def run(data: bytes) -> None:
    """Parse; only a limit may end it."""
    read_as_chosen(KINDS, data)
