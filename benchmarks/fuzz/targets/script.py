"""All languages of scripts: the first byte chooses one."""

from benchmarks.fuzz.reading import read_as_chosen
from tests.engine.indicator_cases import powershell, python, script, shell, web, windows, wsh

KINDS = ("powershell", "javascript", "vbscript", "batch", "shell", "python", "php", "asp", "jsp", "perl", "wsf")
ENDINGS = {"ps1": 0, "js": 1, "vbs": 2, "vbe": 2, "bat": 3, "sh": 4, "py": 5, "php": 6, "asp": 7, "jsp": 8}
SEEDS: list[bytes] = [
    bytes([ENDINGS.get(case.name.rpartition(".")[2], 1)]) + case.positive
    for module in (powershell, windows, wsh, script, shell, python, web)
    for case in module.CASES.values()
]


def run(data: bytes) -> None:
    """Parse; only a limit may end it."""
    read_as_chosen(KINDS, data)
