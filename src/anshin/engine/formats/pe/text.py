"""Marks in the texts of a program, found in one pass by the rule scanner: 200 plain searches would take 30 ms."""

import threading
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yara_x

MARKS = "formats/pe/marks.yar"
_NAMES = "hidden_names"


@dataclass(slots=True)
class Marks:
    """Which marks stand in a file and where each begins first; `names` are functions of Windows named in its text."""

    places: dict[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


@cache
def compiled() -> Any:
    """Return the rules, compiled once: it takes about 60 ms."""
    compiler = yara_x.Compiler(includes_enabled=False)
    compiler.add_source(files("anshin.engine").joinpath(MARKS).read_text(encoding="utf-8"), origin=MARKS)
    return compiler.build()


_OWN = threading.local()


def _scanner() -> Any:
    """Return this thread's scanner: the library forbids to hand one from thread to thread."""
    scanner = getattr(_OWN, "scanner", None)
    if scanner is None:
        scanner = yara_x.Scanner(compiled())
        scanner.max_matches_per_pattern(20)
        _OWN.scanner = scanner
    return scanner


def marks() -> tuple[str, ...]:
    """Return the names of all marks that are signs."""
    source = files("anshin.engine").joinpath(MARKS).read_text(encoding="utf-8")
    return tuple(w.split()[1] for w in source.splitlines() if w.startswith("rule ") and w.split()[1] != _NAMES)


def find_marks(data: bytes) -> Marks:
    """Return the marks of a file. Raises RuntimeError where the scanner stops."""
    try:
        results = _scanner().scan(data)
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # a Rust panic is no Exception to Python
            raise RuntimeError("the scanner of marks stopped") from error
        raise
    found = Marks()
    for rule in results.matching_rules:
        if rule.identifier == _NAMES:
            found.names = frozenset(p.identifier.lstrip("$") for p in rule.patterns if p.matches)
        else:
            found.places[rule.identifier] = min((m.offset for p in rule.patterns for m in p.matches), default=0)
    return found
