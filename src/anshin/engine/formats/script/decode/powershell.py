"""-EncodedCommand wherever a command line stands: in batch files, macros, shortcuts, scheduled tasks."""

import re
from collections.abc import Iterator

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.blobs import unbase64
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.source import Source

# -EncodedCommand may be cut down to -e, and -ec is its alias; quotes and carets may stand inside of both
_OPTION = re.compile(
    r"""[-/\u2013\u2014\u2015]["^]*e["^]*(?:c|n(?:["^]*c(?:["^]*o(?:["^]*d(?:["^]*e(?:["^]*d(?:["^]*c(?:ommand|omman|omma|omm|om|o)?)?)?)?)?)?)?)?"?"""
    r"""[\s:=,"'+(]+([A-Za-z0-9+/]{16,}={0,2})""",
    re.IGNORECASE,
)
_WORDS = frozenset({"powershell", "pwsh", "powershell_ise"})
ENCODED = "powershell.encoded_command"


def encoded_commands(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield each encoded command in clear, as PowerShell."""
    if source.language != "command" and source.language != "powershell" and not source.words & _WORDS:
        return
    for match in _OPTION.finditer(source.text):
        budget.check_time()
        data = unbase64(match[1])
        if data[1:200:2].count(0) * 10 >= len(data[1:200:2]) * 8:
            text = data[: len(data) // 2 * 2].decode("utf-16-le", "replace")
            yield Piece(text, "-EncodedCommand", match.start(), "powershell", runs=True, signs=(ENCODED,))
