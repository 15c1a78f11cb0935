"""LNK and the shortcuts that are text: the first byte chooses one."""

from benchmarks.fuzz.reading import read_as_chosen
from tests.engine.indicator_cases import shortcut

KINDS = ("lnk", "url", "scf", "library", "desktop", "webloc")
ENDINGS = {"lnk": 0, "url": 1, "desktop": 4}
SEEDS: list[bytes] = [
    bytes([ENDINGS[case.name.rpartition(".")[2]]]) + case.positive for case in shortcut.CASES.values()
]


def run(data: bytes) -> None:
    """Parse; only a limit may end it."""
    read_as_chosen(KINDS, data)
