"""From what was read to signs of the catalogue."""

import re
from dataclasses import dataclass, field

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.java.pool import Pool
from anshin.engine.formats.markers import Marker, sign_markers
from anshin.engine.names import safe_name

LINES = frozenset(
    f"java/{owner}.{name}"
    for owner, name in (
        ("lang/Process", "getInputStream"),
        ("lang/Process", "getOutputStream"),
        ("net/Socket", "getInputStream"),
        ("net/Socket", "getOutputStream"),
    )
)
"""Calls by which a class joins the line to somebody outside with a program it has started."""
PROGRAMS = (".exe", ".scr", ".bat", ".vbs", ".ps1", ".cmd", ".msi")
_CONFUSING = re.compile(r"(^|/)([Il1]{4,}|[oO0]{4,}|[^\x00-\x7f]{1,8})\.class$")
WATCHERS = ("org/jnativehook/", "com/github/kwhat/jnativehook/", "com/github/sarxos/webcam/")


@dataclass
class Java:
    """All that was read of a class, or of an archive."""

    archive: bool = False
    names: list[str] = field(default_factory=list)
    manifest: dict[str, str] = field(default_factory=dict)
    pools: list[Pool] = field(default_factory=list)
    markers: dict[str, Marker] = field(default_factory=dict)  # of the one class
    words: dict[str, Marker] = field(default_factory=dict)  # of an archive's classes, for the model only

    @property
    def classes(self) -> list[str]:
        """Names of an archive's classes."""
        return [n for n in self.names if n.endswith(".class")]

    @property
    def short_names(self) -> float:
        """Share of classes named by one or two letters."""
        if not self.archive:
            names = [p.name for p in self.pools if p.name]
        else:
            names = [n.removesuffix(".class") for n in self.classes]
        bases = [n.rsplit("/", 1)[-1].split("$", 1)[0] for n in names]
        return sum(len(b) <= 2 for b in bases) / len(bases) if bases else 0.0


def report(java: Java, parsed: Parsed) -> None:
    """Add every sign."""
    sign_markers("java", java.markers, parsed)
    if any(p.damaged for p in java.pools) and not java.archive:
        parsed.sign("java.malformed", "header class")
    calls = frozenset(c for p in java.pools for c in p.calls)
    if not java.archive and "shells" in java.markers and calls >= LINES:
        parsed.sign("java.shell_over_network", "class " + _told(java.pools[0].name))
    if java.archive:
        _archive(java, parsed)


def _archive(java: Java, parsed: Parsed) -> None:
    programs = [n for n in java.names if n.lower().endswith(PROGRAMS)]
    if programs:
        parsed.sign("java.program_inside", f"entry {_told(programs[0])}")
    classes = java.classes
    confusing = [n for n in classes if _CONFUSING.search(n)]
    if len(confusing) > 4 and len(confusing) > len(classes) // 3:
        parsed.sign("java.confusing_names", f"entry {_told(confusing[0])}")
    watchers = [w for w in WATCHERS if any(n.startswith(w) for n in classes)]
    if any("native" in w for w in watchers) and any("webcam" in w for w in watchers):
        parsed.sign("java.watches_person")
    if len(classes) > 8 and java.short_names > 0.5:
        parsed.sign("java.short_names")
    if {"premain-class", "launcher-agent-class", "agent-class"} & java.manifest.keys():
        parsed.sign("java.enters_others", "field Premain-Class")


def _told(name: str) -> str:
    return safe_name(name).replace(",", " ")[-120:]
