"""Fields and formulas that reach outside the document."""

from tests.engine.indicator_cases.case import Case
from tests.engine.ole_samples import ole
from tests.engine.xlm_samples import workbook


def _field(text: str) -> bytes:
    return ole({"WordDocument": b"\xec\xa5\xc1\0" + bytes(600) + b"\x13" + text.encode() + b"\x14x\x15" + bytes(4096)})


_PROGRAM = '"C:\\\\Windows\\\\System32\\\\cmd' + '.exe" "/k ver"'

CASES = {
    "office.dde": Case(_field(' DDE Quote System "Price" '), _field(" DATE ")),
    "office.dde_program": Case(_field(f" DDEAUTO {_PROGRAM} "), workbook([], macro=False, links=("Quote\x03Price",))),
    "office.field_remote": Case(
        _field(' INCLUDEPICTURE "\\\\\\\\host.test\\\\share\\\\a.png" '), _field(' INCLUDEPICTURE "a.png" ')
    ),
}
