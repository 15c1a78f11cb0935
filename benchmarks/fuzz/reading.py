"""How a target reads: by the parser of a kind, with small limits. Only a limit may end a reading."""

from collections.abc import Sequence
from contextlib import suppress

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.registry import parser_of
from anshin.engine.limits import Limits

SMALL = Limits(seconds=5)


def read_as(kind: str, data: bytes, limits: Limits = SMALL) -> None:
    """Give `data` to the parser of `kind`. Raises LookupError where there is none: a target must not run on nothing."""
    parser = parser_of(kind)
    if parser is None:
        raise LookupError(kind)
    with suppress(LimitHit):
        parser(data, Budget(limits))


def read_as_chosen(kinds: Sequence[str], data: bytes) -> None:
    """Let the first byte choose the kind that the rest is read as."""
    if data:
        read_as(kinds[data[0] % len(kinds)], data[1:])
