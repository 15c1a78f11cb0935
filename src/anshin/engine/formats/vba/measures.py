"""Numbers and words about macros for the learned models: none of them depends on the size of the file alone."""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from anshin.engine.features.content import entropy
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.vba.project import Module
from anshin.engine.formats.vba.trace import Trace, Tracer
from anshin.engine.formats.vba.words import words

if TYPE_CHECKING:
    from anshin.engine.formats.vba.behaviour import Behaviour

_NAME = re.compile(r"\b(?:dim|sub|function|const|set)\s+([^\W\d]\w*)", re.IGNORECASE)
_SMALL_NAME = re.compile(  # the same in small letters; one that begins with a set of letters is found faster
    r"[dsfc](?<!\w[dsfc])(?:(?<=d)im|(?<=s)(?:ub|et)|(?<=f)unction|(?<=c)onst)\s+([^\W\d]\w*)"
)
_ALIKE = re.compile("[\u017f\u0130\u0131\u212a]")
"""Letters outside ASCII that stand for i, k and s where capital letters do not count."""
_ODD = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{5}|[BCDFGHJKLMNPQRSTVWXZ]{6}|[a-z]\d+[a-z]+\d|[a-z][A-Z][a-z][A-Z][a-z][A-Z]|([A-Za-z])\1\1"
)
_OBJECT = re.compile(r"[\w.{}:-]{3,60}")
FLAGS = (
    "runs",
    "downloads",
    "downloads_file",
    "runs_download",
    "runs_written",
    "coded_call",
    "writes",
    "registry",
    "wmi",
    "launches",
    "hidden_window",
    "command",
    "lolbin",
    "decoded",
    "hidden_text",
    "hidden_object",
    "from_document",
    "injects",
    "damage",
    "protection",
    "sandbox",
    "persistence",
    "spreads",
    "mails_itself",
    "xlm_bridge",
)


def measure(
    found: Parsed,
    modules: Sequence[Module],
    traces: list[Trace],
    tracer: Tracer,
    whole: "Behaviour",
    opening: "Behaviour",
    triggers: set[str],
) -> None:
    """Fill in facts and tokens, and tell obfuscation."""
    facts = found.facts
    text = "\n".join(m.text for m in modules)
    lines = sum(len(t.procedure.lines) for t in traces)
    lower = text.lower()
    names = list(dict.fromkeys(_names(text, lower)))[:4000]
    long_names = [n for n in names if len(n) >= 6]
    odd = sum(_ODD.search(n) is not None for n in long_names)
    chars = lower.count("chr(") + lower.count("chrw(") + lower.count("chr$(") + lower.count("chrw$(")
    literals = [text for t in traces for text in t.literals]
    folded = [(value, pieces) for t in traces for value, pieces in t.folded]
    facts |= {
        "vba_modules": math.log1p(len(modules)),
        "vba_procedures": math.log1p(sum(bool(t.procedure.name) for t in traces)),
        "vba_lines": math.log1p(lines),
        "vba_line_length": math.log1p(sum(len(line) for t in traces for _, line in t.procedure.lines) / max(1, lines)),
        "vba_longest_line": math.log1p(max((len(line) for t in traces for _, line in t.procedure.lines), default=0)),
        "vba_comments": (text.count("\n") + 1 - lines) / max(1, text.count("\n") + 1),
        "vba_entropy": _entropy(text[:50_000]),
        "vba_names": math.log1p(len(names)),
        "vba_name_length": sum(map(len, names)) / max(1, len(names)),
        "vba_odd_names": odd / max(1, len(long_names)),
        "vba_literals": math.log1p(len(literals)),
        "vba_literal_length": math.log1p(sum(map(len, literals)) / max(1, len(literals))),
        "vba_longest_literal": math.log1p(max(map(len, literals), default=0)),
        "vba_literal_share": sum(map(len, literals)) / max(1, len(text)),
        "vba_literal_entropy": _entropy("".join(literals)[:20_000]),
        "vba_folded": math.log1p(len(folded)),
        "vba_most_pieces": math.log1p(max((p for _, p in folded), default=0)),
        "vba_chars": math.log1p(chars),
        "vba_chars_share": chars / max(1, lines),
        "vba_joins": text.count(" & ") / max(1, lines),
        "vba_functions_folded": math.log1p(tracer.folder.calls),
        "vba_number_lists": math.log1p(sum(len(n) for t in traces for n in t.numbers)),
        "vba_declared": math.log1p(len(tracer.declared)),
        "vba_triggers": math.log1p(len(triggers)),
        "vba_addresses": math.log1p(whole.addresses),
        "vba_on_error": lower.count("on error resume next") / max(1, lines),
        "vba_goto": lower.count("goto ") / max(1, lines),
        "vba_loops": (lower.count("for ") + lower.count("while ")) / max(1, lines),
        "vba_xor": math.log1p(lower.count(" xor ")),
        "vba_hidden_window": float("vbhide" in lower or ", 0, false" in lower),
        "vba_environ": math.log1p(lower.count("environ")),
        "vba_forms": math.log1p(lower.count("userform")),
        "vba_sheet_cells": lower.count(".cells(") / max(1, lines) + lower.count("range(") / max(1, lines),
    }
    for flag in FLAGS:
        facts[f"vba_{flag}"] = float(flag in whole.flags)
    for flag in ("runs", "downloads", "command", "hidden_object", "injects", "writes", "registry"):
        facts[f"vba_auto_{flag}"] = float(flag in opening.flags)
    if chars >= 40 and chars > lines * 0.5:
        found.sign("vba.obfuscated", "macro Chr")
    elif len(long_names) >= 20 and odd > 0.6 * len(long_names):
        found.sign("vba.obfuscated", f"macro {long_names[0][:40]}")
    _tokens(found, traces, tracer, triggers)


def _names(text: str, lower: str) -> list[str]:
    """Return what is declared, in the letters of the source."""
    if len(lower) != len(text) or _ALIKE.search(text):
        return _NAME.findall(text)
    return [text[slice(*found.span(1))] for found in _SMALL_NAME.finditer(lower)]


def _tokens(found: Parsed, traces: list[Trace], tracer: Tracer, triggers: set[str]) -> None:
    seen: dict[str, None] = {}
    for trigger in sorted(triggers):
        seen.setdefault(f"trigger:{trigger}")
    for library, name in tracer.declared.values():
        seen.setdefault(f"api:{library.rpartition('.')[0] or library}:{name}")
    for trace in traces:
        for call in trace.calls:
            seen.setdefault(f"call:{call.kind}:{call.name.rpartition('.')[2]}")
            if call.kind == "create" and call.texts and _OBJECT.fullmatch(call.texts[0]):
                seen.setdefault(f"object:{call.texts[0].lower()}")
        for text in (*trace.literals[:300], *(t for t, _ in trace.folded[:300])):
            for match in words().patterns["launchers"].findall(text[:2000].lower()):
                seen.setdefault(f"text:{match.lower()}")
        for word in sorted(trace.procedure.words)[:400]:
            if len(seen) < 3000 and 4 <= len(word) <= 30:
                seen.setdefault(f"word:{word}")
    found.tokens += list(seen)[:3500]


def _entropy(text: str) -> float:
    raw = np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8)
    return entropy(np.bincount(raw, minlength=256) / raw.size) if raw.size else 0.0
