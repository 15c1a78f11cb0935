"""What macros would do: signs, numbers and words for the models, decoded texts, commands for other programs.

One call reads all modules of a project together, because malware spreads its steps over several.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Layer, Parsed
from anshin.engine.formats.vba.behaviour import Behaviour, behaviour
from anshin.engine.formats.vba.decode import SHORTEST, Decoder
from anshin.engine.formats.vba.fold import HOLE, from_base64
from anshin.engine.formats.vba.measures import measure
from anshin.engine.formats.vba.project import Module
from anshin.engine.formats.vba.source import Procedure, procedures, reachable
from anshin.engine.formats.vba.trace import Trace, Tracer
from anshin.engine.formats.vba.words import words
from anshin.engine.unpack.member import Member
from anshin.engine.verdict import Place

MAX_LAYER = 512 * 1024
_MZ_HEX = re.compile(r"4d5a[0-9a-f]{60}", re.IGNORECASE)
_MZ_BASE64 = re.compile(r"TV[qpoAr][A-Za-z0-9+/]{60}")
_COMMAND = re.compile(r"\bp\^?o\^?w\^?e\^?r\^?s\^?h\^?e\^?l\^?l|\bpwsh\b", re.IGNORECASE)


@dataclass(slots=True)
class _Work:
    """All that is gathered over the modules."""

    traces: list[Trace] = field(default_factory=list)
    modules: list[list[Procedure]] = field(default_factory=list)
    decoded: dict[int, list[tuple[str, str]]] = field(default_factory=dict)  # index of trace -> (text, way)


def analyse(source: str | Iterable[Module], budget: Budget, *, started: frozenset[str] = frozenset()) -> Parsed:
    """Return what the macros would do; `started` names procedures that the document starts. Raises `LimitHit` only."""
    modules = [Module("", source)] if isinstance(source, str) else list(source)
    found = Parsed(family="vba")
    work = _Work()
    tracer = Tracer(budget)
    for module in modules:
        budget.check_time()
        work.modules.append(procedures(module.text))
    for parts in work.modules:
        for part in parts:
            tracer.declare(part)
    for module, parts in zip(modules, work.modules, strict=True):
        work.traces += [tracer.trace(module.name, part) for part in parts]
    _decode(work)
    triggers = _triggers(work.modules) | {p.name for m in work.modules for p in m if p.name in started}
    reached = {id(p) for p in reachable(work.modules, triggers)}
    whole = behaviour(work.traces, work.decoded, tracer.declared)
    inside = [n for n, t in enumerate(work.traces) if id(t.procedure) in reached or not t.procedure.name]
    opening = behaviour(
        [work.traces[n] for n in inside] if reached else [],
        {k: work.decoded[n] for k, n in enumerate(inside) if n in work.decoded},
        tracer.declared,
    )
    _tell(found, whole, opening, triggers)
    _uncover(found, modules, work)
    measure(found, modules, work.traces, tracer, whole, opening, triggers)
    return found


def _triggers(modules: list[list[Procedure]]) -> set[str]:
    found = set()
    for parts in modules:
        for part in parts:
            event = part.name.endswith(words().trigger_endings) and not part.name.startswith(("userform", "form_"))
            if part.name in words().triggers or event:
                found.add(part.name)
    return found


def _decode(work: _Work) -> None:
    decoder = Decoder()
    for number, trace in enumerate(work.traces):
        plain = []
        candidates = [t for t, _ in trace.folded] + trace.literals
        long = dict.fromkeys(
            t for t in candidates if len(t) >= SHORTEST
        )  # no set: its order is another in every process
        for text in sorted(long, key=len, reverse=True)[:200]:
            result = decoder.decode(text)
            if result:
                plain.append(result)
        if plain:
            work.decoded[number] = plain[:50]


def _tell(found: Parsed, whole: Behaviour, opening: Behaviour, triggers: set[str]) -> None:
    found.sign("vba.macros")
    if triggers:
        found.sign("vba.autorun", f"macro {min(triggers)}")
    for flag, place in whole.flags.items():
        found.sign(f"vba.{flag}", place)
    for flag in ("runs", "downloads", "command", "hidden_object", "coded_call", "runs_written"):
        if flag in opening.flags:
            found.sign(f"vba.auto_{flag}", opening.flags[flag])
    if "injects" in opening.flags:
        found.sign("vba.auto_injects", opening.flags["injects"])


def _uncover(found: Parsed, modules: list[Module], work: _Work) -> None:
    """Hand on the source, the decoded texts and the commands for PowerShell."""
    text = "\n".join(m.text for m in modules)[:MAX_LAYER]
    if text.strip() and len(modules) and modules[0].stream:
        found.layers.append(Layer(text.encode("utf-8", "replace"), "macro source", kind="vba"))
    folded: dict[str, None] = {}
    for number, trace in enumerate(work.traces):
        for plain, _ in work.decoded.get(number, ()):
            folded.setdefault(plain)
        for value, _ in trace.folded:
            folded.setdefault(value)
    joined = "\n".join(t.replace(HOLE, "") for t in folded)[:MAX_LAYER]
    if joined.strip():
        found.layers.append(Layer(joined.encode("utf-8", "replace"), "constant expressions", kind="vba"))
    _programs(found, work)
    _commands(found, work, folded)


def _commands(found: Parsed, work: _Work, folded: dict[str, None]) -> None:
    commands: dict[str, None] = {}
    texts = list(folded)
    for trace in work.traces:
        texts += trace.literals
    for text in texts:
        if len(text) > 24 and (match := _COMMAND.search(text)):
            commands.setdefault(text[match.start() :].replace(HOLE, ""))
        if len(commands) >= 10:
            break
    for number, command in enumerate(commands, 1):
        content = BytesContent(command.encode("utf-8", "replace"))
        found.members.append(Member(f"command {number}.ps1", content, kind="powershell"))


def _programs(found: Parsed, work: _Work) -> None:
    """Take out whole programs that stand in the source as numbers, hexadecimal or base64."""
    taken = 0
    for trace in work.traces:
        place = f"macro {trace.procedure.name or trace.module or 'declarations'}"
        bodies = [bytes(n) for n in trace.numbers]
        for text in (*trace.literals, *(t for t, _ in trace.folded)):
            if match := _MZ_HEX.match(text):
                digits = re.sub(r"[^0-9a-fA-F]", "", text[match.start() :])
                bodies.append(bytes.fromhex(digits[: len(digits) & ~1]))
            elif _MZ_BASE64.match(text) and (plain := from_base64(text)):
                bodies.append(plain.encode("latin-1"))
        for body in bodies:
            if body.startswith(b"MZ"):
                found.sign("vba.holds_program", place)
                taken += 1
                if taken <= 10:
                    found.members.append(Member(f"program {taken}", BytesContent(body)))
            elif len(body) >= 300 and not found.facts.get("vba_bytes"):
                found.layers.append(Layer(body, "array of numbers", place=Place(detail=place)))
                found.facts["vba_bytes"] = 1.0
