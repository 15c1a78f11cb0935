"""From traced calls and texts to what the macros do: flags are codes of the catalogue without "vba."."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from anshin.engine.formats.vba.dataflow import follow_files
from anshin.engine.formats.vba.decode import telling
from anshin.engine.formats.vba.fold import HOLE
from anshin.engine.formats.vba.trace import Call, Trace
from anshin.engine.formats.vba.words import Words, words

_HTTP_WORDS = frozenset({"xmlhttp", "serverxmlhttp", "winhttprequest", "xmlhttp60", "xmlhttp30", "serverxmlhttp60",
                         "serverxmlhttp40"})  # fmt: skip
_SENSITIVE_MEMBERS = frozenset({"run", "exec", "shellexecute", "open", "send", "savetofile", "create", "responsebody"})
_CODED = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[^\s\\/.:]{10,}|[0-9a-fA-F]{12,}|[A-Za-z0-9+/]{20,}={0,2}")
"""A text that is neither a word, nor a path, nor the name of an object."""


@dataclass(slots=True)
class Behaviour:
    """What a set of procedures does; `flags` maps a code to the first place that shows it."""

    flags: dict[str, str] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)  # by kind
    addresses: int = 0
    texts: int = 0

    def flag(self, name: str, place: str) -> None:
        """Set a flag; the first place stays."""
        self.flags.setdefault(name, place)


def behaviour(
    traces: list[Trace], decoded: dict[int, list[tuple[str, str]]], declared: dict[str, tuple[str, str]]
) -> Behaviour:
    """Return what the procedures of `traces` do together."""
    found = Behaviour()
    known = words()
    literals = "\n".join(text for trace in traces for text in trace.literals).lower()
    own = frozenset(trace.procedure.name for trace in traces if trace.procedure.name)
    shells = any(_is_shell(c, known) for t in traces for c in t.calls if c.kind == "create")
    for trace in traces:
        for call in trace.calls:
            found.calls[call.kind] = found.calls.get(call.kind, 0) + 1
            _call(found, trace, call, known, literals, shells=shells)
            if call.kind in {"run", "create"} and _coded(call, own):
                found.flag("coded_call", trace.place(call.line))
        _words(found, trace)
    _injection(found, traces, declared, known)
    follow_files(found, traces, known)
    for number, trace in enumerate(traces):
        place = trace.place()
        plain = decoded.get(number, [])
        for text, way in plain:
            found.flag("decoded", f"{place}, layer {way.replace(',', ' and')}")
            _texts(found, (text,), place, known)
        _texts(found, trace.literals, place, known)
        _texts(found, (t for t, _ in trace.folded), place, known)
        for text, pieces in trace.folded:
            word = telling(text) if pieces >= 2 else ""
            if word and word not in literals:
                found.flag("hidden_text", place)
    return found


def _is_shell(call: Call, known: Words) -> bool:
    text = (call.texts or [""])[0].lower()
    return HOLE in text or not text or text.startswith(known.objects["runs"])


def _call(found: Behaviour, trace: Trace, call: Call, known: Words, literals: str, *, shells: bool) -> None:
    first = (call.texts or [""])[0].lower()
    place = trace.place(call.line)
    if call.kind == "run":
        _run(found, trace, call, first, known, shells=shells)
    elif call.kind == "create":
        if first.startswith(known.objects["downloads"]):
            found.flag("downloads", place)
        beginning = next((name for name in known.hidden_objects if first.startswith(name)), "")
        if call.folded and beginning and beginning not in literals:
            found.flag("hidden_object", place)
        if first.startswith(("winmgmts", "wbemscripting")):
            found.flag("wmi", place)
    elif call.kind in {"download", "save"}:
        found.flag("downloads" if call.kind == "download" else "writes", place)
    elif call.kind == "member" and call.folded and len(call.texts) > 1:
        member = call.texts[1].lower()
        if member in _SENSITIVE_MEMBERS and f"\n{member}\n" not in f"\n{literals}\n":
            found.flag("hidden_object", place)


def _coded(call: Call, own: frozenset[str]) -> bool:
    """Whether what is run or created comes out of a function of the macro's own that was given a coded text."""
    first = (call.texts or [""])[0]
    return not first.strip(HOLE + " ") and bool(call.words & own) and any(map(_CODED.fullmatch, call.literals))


def _run(found: Behaviour, trace: Trace, call: Call, first: str, known: Words, *, shells: bool) -> None:
    place = trace.place(call.line)
    # `.Run` and `.Exec` are methods of many objects: one that starts programs must be at hand, or the text must say so
    certain = call.name.rpartition(".")[2] not in {"run", "exec"} or shells
    if certain or known.patterns["launchers"].search(first) or known.patterns["programs"].search(first):
        found.flag("runs", place)
        parts = {part for word in call.words for part in word.split(".")}
        if parts & known.places or call.words & trace.tainted:
            found.flag("from_document", place)
    if call.name.endswith("executeexcel4macro") and re.search(r"\b(exec|call|register|run)\s*\(", first):
        found.flag("xlm_bridge", place)


def _words(found: Behaviour, trace: Trace) -> None:
    names = trace.procedure.words
    place = trace.place()
    if names & _HTTP_WORDS and ("send" in names or "open" in names):
        found.flag("downloads", place)
    if names & {"regwrite", "regdelete", "regcreatekeyexa", "regsetvalueexa"}:
        found.flag("registry", place)
    if "win32_process" in names and "create" in names:
        found.flag("runs", place)
    if names & {"vbcomponents", "codemodule", "organizercopy"}:
        copies = names & {"insertlines", "addfromstring", "addfromfile", "import", "organizercopy"}
        if copies and "normaltemplate" in names:
            found.flag("spreads", place)
    if "virusprotection" in names and any(
        re.search(r"(?i)virusprotection\s*=\s*\(?(?:false|0)", line) for _, line in trace.procedure.lines
    ):
        found.flag("protection", place)
    whole = names & {"activedocument", "thisworkbook", "activeworkbook"} and "attachments" in names
    if whole and names & {"addressentries", "addresslists"}:
        found.flag("mails_itself", place)


def _injection(found: Behaviour, traces: list[Trace], declared: dict[str, tuple[str, str]], known: Words) -> None:
    used: set[str] = set()
    where = ""
    for trace in traces:
        if not trace.procedure.name:
            continue
        here = {declared[name][1] for name in trace.procedure.words & declared.keys()}
        if here & (known.memory | known.threads):
            where = where or trace.place()
        used |= here
    if used & known.memory and used & known.threads and used & known.copies:
        found.flag("injects", where)


def _texts(found: Behaviour, texts: Iterable[str], place: str, known: Words) -> None:
    lines = [text[:20_000] for text in texts if len(text) >= 4]
    if not lines:
        return
    found.texts += len(lines)
    text = "\n".join(lines).lower()[:400_000]
    found.addresses += text.count("://")
    patterns = known.patterns
    if patterns["launchers"].search(text):
        found.flag("launches", place)
        if patterns["hidden_window"].search(text):
            found.flag("hidden_window", place)
        if patterns["hidden_powershell"].search(text):
            found.flag("command", place)
        if patterns["lolbin"].search(text):
            found.flag("command", place)
            found.flag("lolbin", place)
    for flag in ("damage", "protection", "persistence"):
        if patterns[flag].search(text):
            found.flag(flag, place)
    if seen := patterns["sandbox"].findall(text):
        found.calls["sandbox"] = found.calls.get("sandbox", 0) + len(set(seen))
        if found.calls["sandbox"] >= 3:
            found.flag("sandbox", place)
