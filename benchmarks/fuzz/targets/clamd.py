"""What a client of clamd's protocol may send."""

import struct

from anshin.engine.clamd.session import Chunk, Session

LIMIT = 100_000
SEEDS: list[bytes] = [
    b"zPING\0",
    b"nSCAN /tmp/a\n",
    b"zINSTREAM\0" + struct.pack("!I", 5) + b"hello" + bytes(4),
    b"zIDSESSION\0zVERSION\0zFILDES\0\0zSTATS\0zINSTREAM\0" + struct.pack("!I", 1) + b"x" + bytes(4) + b"zEND\0",
    b"CONTSCAN /tmp\r\n",
]


def run(data: bytes) -> None:
    """Feed `data` in two pieces and as one; both must mean the same, and a stream keeps within its bound."""
    whole, halves = Session(LIMIT), Session(LIMIT)
    middle = len(data) // 2
    one = whole.receive(data)
    two = [*halves.receive(data[:middle]), *halves.receive(data[middle:])]
    assert [e for e in one if not isinstance(e, Chunk)] == [e for e in two if not isinstance(e, Chunk)]
    assert b"".join(e.data for e in one if isinstance(e, Chunk)) == b"".join(
        e.data for e in two if isinstance(e, Chunk)
    )
    whole.pause()
