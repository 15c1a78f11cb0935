"""Which parsers read which kind. Modules are imported at the first file that needs them: a cold start stays short."""

import logging
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed, Parser
from anshin.engine.unpack.member import Problem
from anshin.engine.wording import load_data

_log = logging.getLogger(__name__)
PARSERS = "formats/parsers.yaml"


@cache
def parser_of(kind: str) -> Parser | None:
    """Return the parser of a kind, or None where none is needed."""
    where = load_data(PARSERS).get(kind)
    if where is None:
        return None
    module, name = where.split(":")
    parser: Parser = getattr(import_module(f"anshin.engine.formats.{module}"), name)
    return parser


def load_all() -> None:
    """Import every parser now: a worker that forks later shares them."""
    for kind in load_data(PARSERS):
        parser_of(kind)


def parse(kinds: Iterable[str], data: bytes, budget: Budget) -> list[Parsed]:
    """Return what the parsers of all `kinds` found, in order; never raises.

    A file may be several things at once, and is then read as each of them.
    """
    found = []
    for kind in kinds:
        parser = parser_of(kind)
        if parser is not None:
            found.append(_one(parser, kind, data, budget))
    return found


def _one(parser: Parser, kind: str, data: bytes, budget: Budget) -> Parsed:
    try:
        return parser(data, budget)
    except LimitHit as hit:
        gap = hit.code
    except MemoryError:
        gap = "memory"
    except Exception:  # noqa: BLE001 -- forged bytes may do anything to a parser; damage is never clean, never a crash
        _log.debug("the parser of %s stopped", kind, exc_info=True)
        gap = "damaged"
    return Parsed(family=kind, problems=[Problem(gap=gap, detail=f"format {kind}")])
