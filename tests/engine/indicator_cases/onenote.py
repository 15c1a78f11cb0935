"""OneNote sections; the scripts in them do nothing."""

from tests.engine.indicator_cases.case import Case
from tests.engine.office_samples import onenote

_PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 200
_SCRIPT = b"x = 1 ' nothing"
_TABLE = b"a,b\r\n1,2\r\n"


def _case(positive: bytes, negative: bytes) -> Case:
    return Case(positive, negative, name="notes.one")


_SAFE = onenote(_TABLE, names=("list.csv",))

CASES = {
    "onenote.embedded_file": _case(_SAFE, onenote(_PNG)),
    "onenote.picture": _case(onenote(_PNG), _SAFE),
    "onenote.runnable": _case(onenote(_SCRIPT, names=("open.vbs",)), _SAFE),
    "onenote.click_text": _case(onenote(_TABLE, names=("list.csv",), text="Double click to view"), _SAFE),
    "onenote.double_ending": _case(
        onenote(_SCRIPT, names=("invoice.pdf.hta",)), onenote(_TABLE, names=("invoice.2026.csv",))
    ),
    "onenote.trap": _case(
        onenote(_PNG, _SCRIPT, names=("open.vbs",), text="ダブルクリックしてください"),
        onenote(_PNG, _TABLE, names=("list.csv",), text="ダブルクリックしてください"),
    ),
    "onenote.behind_picture": _case(
        onenote(_PNG, _SCRIPT, names=("open.vbs",)), onenote(_PNG, _TABLE, names=("list.csv",))
    ),
}
