"""Fuzzes the readers of macro sheets: the first byte says in which of four formats."""

from benchmarks.fuzz.reading import read_as_chosen
from tests.engine.indicator_cases.xlm import CASES

KINDS = ("ole2", "sylk", "iqy", "csv")
_TABLES = (
    b"\1" + b'ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1;F\r\nC;X1;Y1;EEXEC("a"&CHAR(65))\r\nC;X2;K"b";EA1+1\r\nE\r\n',
    b"\2WEB\r\n1\r\nhttps://files.test/a\r\n",
    b"\3name,sum\r\n=prog" + b"|'/topic'!A0,1\r\n",
)
SEEDS: list[bytes] = [b"\0" + case.positive for case in CASES.values()] + list(_TABLES)


def run(data: bytes) -> None:
    """Read one file."""
    read_as_chosen(KINDS, data)
