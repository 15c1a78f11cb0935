"""Whether what a macro saves is what it runs: followed by names of variables within a procedure, and by file names."""

import re
from typing import TYPE_CHECKING

from anshin.engine.formats.vba.fold import HOLE
from anshin.engine.formats.vba.trace import Call, Trace
from anshin.engine.formats.vba.words import Words

if TYPE_CHECKING:
    from anshin.engine.formats.vba.behaviour import Behaviour

_FILE = re.compile(r"[^\\/\x00\"']{4,}$")
_NOISE = re.compile(r"\b(?:open|runas|true|false|-?\d+)\b|[\s\"',()-]")
_RUNNERS = re.compile(
    r"\bcmd\b|wscript|cscript|rundll32|regsvr32|powershell|pwsh|mshta|msiexec|\bstart\s|msbuild|installutil|forfiles"
)
"""Programs that run the file they are given; a viewer such as Notepad or Explorer is none."""
_FETCHED = frozenset({"responsebody", "savetofile", "responsestream", "responsetext"})


def follow_files(found: "Behaviour", traces: list[Trace], known: Words) -> None:
    """Flag files that are downloaded, and files that are run after they were downloaded or written."""
    for code, sources in (("runs_download", _sources(found, traces)), ("runs_written", _written(traces))):
        if not sources or "runs" not in found.flags:
            continue
        names = {name for calls in sources.values() for call in calls for name in _names(call)}
        program = any(known.patterns["programs"].search(name[-5:]) for name in names)
        for number, trace in enumerate(traces):
            saved = {word for call in sources.get(number, ()) for word in call.words}
            for call in trace.calls:
                if call.kind == "run" and _runs(call, saved, names, known, program=program and code == "runs_download"):
                    found.flag(code, trace.place(call.line))
    if "runs_download" in found.flags:
        found.flags.pop("runs_written", None)


def _sources(found: "Behaviour", traces: list[Trace]) -> dict[int, list[Call]]:
    """Return the calls that save what was downloaded, by number of procedure."""
    sources: dict[int, list[Call]] = {}
    for number, trace in enumerate(traces):
        for call in trace.calls:
            fetched = call.kind == "save" and "downloads" in found.flags and trace.procedure.words & _FETCHED
            if (call.kind == "download" and "tofile" in call.name) or fetched:
                found.flag("downloads_file", trace.place(call.line))
                sources.setdefault(number, []).append(call)
    return sources


def _written(traces: list[Trace]) -> dict[int, list[Call]]:
    return {
        number: saves for number, trace in enumerate(traces) if (saves := [c for c in trace.calls if c.kind == "save"])
    }


def _names(call: Call) -> list[str]:
    return [match[0].lower() for text in call.texts[-4:] if (match := _FILE.search(text.strip()))]


def _runs(call: Call, saved: set[str], names: set[str], known: Words, *, program: bool) -> bool:
    ran = " ".join(call.texts[:5]).lower()
    visible = _NOISE.sub("", ran.replace(HOLE, ""))
    runner = _RUNNERS.search(ran) is not None
    if call.words & saved and (not visible or runner):
        return True
    if any(name in ran and (runner or known.patterns["programs"].search(name)) for name in names):
        return True
    return program and not visible
