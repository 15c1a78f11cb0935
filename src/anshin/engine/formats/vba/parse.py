"""The parser for macro text of its own: an exported module, or text that a container calls VBA."""

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.vba.analyse import analyse


def parse_vba(data: bytes, budget: Budget) -> Parsed:
    """Read an exported module (.bas, .cls, .frm)."""
    budget.spend(len(data))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8", "replace")
    return analyse(text, budget)
