"""RTF documents with the tricks of attacks; no address exists, and no object holds anything that could run."""

import struct

from tests.engine.indicator_cases.case import Case
from tests.engine.indicator_cases.ole import _URL, equation, link
from tests.engine.ole_samples import ole

_TEXT = b"{\\rtf1\\ansi\\pard Report for the month\\par}"


def document(body: bytes, start: bytes = b"{\\rtf1\\ansi") -> bytes:
    """Return a document with `body`."""
    return start + b"\\pard Report" + body + b"\\par}"


def embedded(name: bytes, data: bytes, *, between: bytes = b"", words: bytes = b"\\objemb") -> bytes:
    """Return an embedded object; `between` stands several times among its digits."""
    raw = struct.pack("<III", 0x501, 2, len(name) + 1) + name + b"\0" + bytes(8) + struct.pack("<I", len(data)) + data
    digits = raw.hex().encode()
    if between:
        digits = between.join(digits[n : n + 16] for n in range(0, len(digits), 16))
    return b"{\\object" + words + b"{\\*\\objdata " + digits + b"}}"


_LINK = ole({"\x01Ole": link(_URL, "http://a.test/b.hta")})
_PLAIN = ole({"CONTENTS": b"a sheet of numbers"})


def _case(positive: bytes, negative: bytes = _TEXT) -> Case:
    return Case(positive, negative, name="letter.rtf")


CASES = {
    "rtf.broken_header": _case(document(b"", b"{\\rt1\\ansi"), document(b"")),
    "rtf.update": _case(document(embedded(b"Excel.Sheet.8", _PLAIN, words=b"\\objemb\\objupdate"))),
    "rtf.disguised_object": _case(
        document(embedded(b"Excel.Sheet.8", _PLAIN, between=b"{\\*\\junk 99}")),
        document(embedded(b"Excel.Sheet.8", _PLAIN, between=b"\r\n")),
    ),
    "rtf.odd_class": _case(
        document(embedded(b"eQuaTion.3", equation(b"Symbol"))), document(embedded(b"Equation.3", equation(b"Symbol")))
    ),
    "rtf.remote_template": _case(
        document(b"{\\*\\template http://a.test/b.dotm}"), document(b"{\\*\\template C:\\\\Office\\\\normal.dotm}")
    ),
    "rtf.server_template": _case(
        document(b"{\\*\\template \\\\\\\\server\\\\share\\\\b.dotm}"), document(b"{\\*\\template normal.dotm}")
    ),
    "rtf.shape_exploit": _case(
        document(b"{\\shp{\\sp{\\sn pFragments}{\\sv 1;1;" + b"41" * 400 + b"}}}"),
        document(b"{\\shp{\\sp{\\sn pFragments}{\\sv 1;1;4141}}}"),
    ),
    "rtf.list_exploit": _case(
        document(b"{\\listoverride\\listid1\\listoverridecount25}"),
        document(b"{\\listoverride\\listid1\\listoverridecount9}"),
    ),
    "rtf.appended": _case(_TEXT + b"\x01\x02\x03x" * 600, _TEXT + b"\r\n"),
    "rtf.opening_link": _case(
        document(embedded(b"OLE2Link", _LINK, words=b"\\objautlink\\objupdate")),
        document(embedded(b"Excel.Sheet.8", _PLAIN, words=b"\\objemb\\objupdate")),
    ),
    "rtf.hidden_equation": _case(
        document(embedded(b"Equation.3", equation(b"Symbol"), between=b"{\\*\\junk 99}")),
        document(embedded(b"Equation.3", equation(b"Symbol"))),
    ),
}
