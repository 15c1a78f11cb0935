"""The unpackers, each by the kind that the first bytes tell; what they let out is looked at, but not judged."""

from contextlib import suppress

from anshin.engine.budget import Budget, Meter
from anshin.engine.content import BytesContent
from anshin.engine.errors import LimitHit
from anshin.engine.identify import identify
from anshin.engine.limits import MIB, Limits
from anshin.engine.unpack import unpack
from tests.engine.archive_samples import cab, chm, cpio, locked_zip, lz4, rar4, rar5, rpm, sevenzipped, udf_only
from tests.engine.mail_samples import mail, tnef
from tests.engine.samples import tarred, zipped

_TWO = {"a.txt": b"hello", "b/c.bin": b"words " * 40}
SEEDS: list[bytes] = [
    zipped(_TWO),
    locked_zip(_TWO, "infected"),
    locked_zip(_TWO, "infected", aes=True),
    sevenzipped(_TWO),
    tarred(_TWO),
    cab(_TWO),
    cab(_TWO, "mszip"),
    cab(_TWO, "lzx"),
    chm(_TWO),
    cpio(_TWO),
    rar4(_TWO),
    rar5(_TWO),
    rpm(cpio(_TWO)),
    lz4(b"words " * 40 + b"a" * 99),
    tnef("a.bin", b"hello", b"<p>hello</p>"),
    b"From a@example.com x\n" + mail(b"hello"),
    udf_only({"A.TXT": b"hello"}),
]
_LIMITS = Limits(seconds=5, total_bytes=64 * MIB, file_bytes=16 * MIB, members=200)


def run(data: bytes) -> None:
    """Take `data` apart; only a limit may end it."""
    content = BytesContent(data)
    kind = identify(content, ask_magika=False).kind
    budget = Budget(_LIMITS)
    with suppress(LimitHit):
        unpack(content, kind, "x", Meter(budget, content.size), lambda found: budget.enter(1) if found else None)
