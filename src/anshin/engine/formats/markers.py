"""Strings of interest of one family, found in a single pass over the file.

The patterns are YARA rules in `formats/<family>/markers.yar`, and for programs of every system in
`formats/programs.yar`: one pass of their automaton over 1 MiB takes 2 ms for hundreds of strings, where `bytes.find`
for each of them takes 90. A rule's name is what the parser asks for; it is the sign `<family>.<name>` where the
catalogue has that code.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import yara_x

from anshin.engine.formats.contract import Parsed
from anshin.engine.rules.catalogue import catalogue
from anshin.engine.wording import load_data

MOST_MATCHES = 64
"""Matches of one pattern that are counted."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Where one rule matched first, and how many of its patterns' matches stand in the file (bounded)."""

    offset: int
    count: int


class Markers:
    """Compiled patterns; may be used by several threads."""

    def __init__(self, *sources: str) -> None:
        """Compile these files; done when the parser's module is imported, before a worker puts up its walls."""
        compiler = yara_x.Compiler(includes_enabled=False)
        for source in sources:
            compiler.add_source(files("anshin.engine.formats").joinpath(source).read_text(encoding="utf-8"))
        self._rules = compiler.build()
        self._of_thread = threading.local()

    def find(self, data: bytes) -> dict[str, Marker]:
        """Return the rules that match, by name."""
        found = {}
        for rule in self._scanner().scan(data).matching_rules:
            offsets = [m.offset for p in rule.patterns for m in p.matches]
            found[rule.identifier] = Marker(min(offsets, default=0), len(offsets))
        return found

    def _scanner(self) -> yara_x.Scanner:
        """Return this thread's own: it holds the state of a scan, and to make one takes longer than a small file."""
        scanner: yara_x.Scanner | None = getattr(self._of_thread, "scanner", None)
        if scanner is None:
            scanner = self._of_thread.scanner = yara_x.Scanner(self._rules)
            scanner.max_matches_per_pattern(MOST_MATCHES)
        return scanner


def sign_markers(family: str, markers: Mapping[str, Marker], parsed: Parsed, *, places: bool = True) -> None:
    """Add a sign for every marker that the catalogue knows; without `places` where offsets say nothing of the file."""
    for name, marker in markers.items():
        if f"{family}.{name}" in catalogue():
            parsed.sign(f"{family}.{name}", offset=marker.offset if places else None)


def name_groups(known: str) -> dict[str, frozenset[str]]:
    """Return the functions in a family's `known.yaml` by what they are for."""
    return {name: frozenset(calls) for name, calls in load_data(known)["groups"].items()}
