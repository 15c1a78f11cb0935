"""Windows programs: the parser, with every part of it that a file can reach."""

from benchmarks.fuzz.reading import read_as
from tests.engine.dotnet_files import DotNet
from tests.engine.pe_files import pe
from tests.engine.pe_parts import signed, version_block

SEEDS: list[bytes] = [
    pe(),
    pe(plus=False, tls=1, pdb="C:\\a.pdb"),
    pe(exports=["a", "b"], imports={"A.dll": ["f", 3]}, dll=True),
    pe(resources=[(16, 1, version_block({"CompanyName": "A"})), (10, "X", b"data" * 30)]),
    pe(dotnet=DotNet(members=["A.B.c"], native=[("a", "b")], resources=[("r", b"x" * 40)])),
    signed(pe(), time=b"260102030405Z"),
    pe(overlay=pe()),
]


def run(data: bytes) -> None:
    """Parse; only a limit may end it."""
    read_as("pe", data)
