"""What an embedded container tells to the document around it: links, exploited classes, packed programs.

The container is judged as a member too; signs that count together with the document's own must stand in the document.
"""

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed, Sign
from anshin.engine.formats.ole.container import STREAM, NotOle, open_container

_TOLD = frozenset(
    {
        "ole.equation",
        "ole.equation_exploit",
        "ole.exploited",
        "ole.script_moniker",
        "ole.remote_link",
        "ole.packed_program",
        "ole.flash",
    }
)


def container_signs(found: Parsed, data: bytes, place: str, budget: Budget) -> None:
    """Add the signs of the container in `data`, told at `place`. Raises `LimitHit`."""
    from anshin.engine.formats.ole.parse import entry_signs

    inner = Parsed(family="ole")
    try:
        box = open_container(data)
    except NotOle:
        return
    for entry in box.entries[:200]:
        budget.check_time()
        entry_signs(inner, box, entry)
        if entry.kind == STREAM and entry.name.lower().endswith("ole10native"):
            inner.sign("ole.packed_program") if _runnable(box.read(entry)) else None
    for code in dict.fromkeys(s.code for s in inner.signs):
        if code in _TOLD:
            found.signs.append(
                Sign(code, next(s.place for s in inner.signs if s.code == code).model_copy(update={"detail": place}))
            )


def _runnable(data: bytes) -> bool:
    from anshin.engine.formats.ole.native import read_package

    package = read_package(data)
    return package is not None and package.runnable
