"""The reader of PDF."""

from anshin.engine.limits import MIB, Limits
from benchmarks.fuzz.reading import read_as
from tests.engine.pdf_samples import attached, encrypted, object_stream, on_open, pdf, stream

SEEDS: list[bytes] = [
    pdf(),
    on_open(b"eval(unescape('%61'));"),
    attached(b"notes.txt", b"hello", b"this.exportDataObject({ cName: 'a', nLaunch: 2 });"),
    encrypted(b"app.alert(1);"),
    pdf({10: object_stream({11: b"<</S/Launch/F(a.exe)>>"})}, catalog=b"/OpenAction 11 0 R"),
    pdf({10: stream(b"68656c6c6f>", b"/Filter/AHx"), 11: stream(b"\0\0\0\1\x30\0\1\0\0\0\4", b"/Filter/JBIG2Decode")}),
]
_LIMITS = Limits(seconds=5, total_bytes=64 * MIB)


def run(data: bytes) -> None:
    """Read `data` as a PDF; only a limit may end it."""
    read_as("pdf", data, _LIMITS)
