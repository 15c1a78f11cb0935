"""The readers of archives and packed streams: whatever the first bytes say, each is tried."""

import bz2
import contextlib
import gzip
import lzma
import tarfile
import zipfile
import zlib

import py7zr.exceptions

from anshin.engine.budget import Budget, Meter
from anshin.engine.content import BytesContent
from anshin.engine.errors import LimitHit
from anshin.engine.identify import identify
from anshin.engine.limits import MIB, Limits
from anshin.engine.unpack import Member, Problem, unpack
from tests.engine.samples import central_header, end_record, local_header, tarred, zipped

_LIMITS = Limits(seconds=5, total_bytes=64 * MIB, members=200)
_TEXT = b"the same words again and again, " * 20
_ENTRY = local_header(b"a", b"data")
SEEDS: list[bytes] = [
    zipped({"a.txt": _TEXT, "b/c.bin": b"\0\1\2"}),
    zipped({"a.txt": _TEXT}, method=0),
    _ENTRY + central_header(b"a", b"data", 0) + end_record(1, 47, len(_ENTRY)),
    tarred({"a.txt": _TEXT, "b": b""}),
    gzip.compress(_TEXT),
    bz2.compress(_TEXT),
    lzma.compress(_TEXT),
    b"!<arch>\n" + b"a.txt/          0           0     0     644     6         `\nhello\n",
    b"MZ" + bytes(100) + zipped({"inside": b"x"}),
]
DAMAGE = (
    LimitHit,
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
    py7zr.exceptions.ArchiveError,
)
"""What the libraries raise for a damaged archive; the judge makes a gap of it. Anything else is a mistake of ours."""


def run(data: bytes) -> None:
    """Take `data` apart."""
    content = BytesContent(data)
    budget = Budget(_LIMITS)

    def take(found: Member | Problem) -> None:
        budget.enter(1)
        assert found.name.isprintable()

    with contextlib.suppress(*DAMAGE):
        unpack(content, identify(content, name="x", ask_magika=False).kind, "x", Meter(budget, len(data)), take)
