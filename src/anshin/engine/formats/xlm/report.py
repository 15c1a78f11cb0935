"""What the macros of a workbook would do: signs, texts worked out, numbers and words for the models."""

import math
import re

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Layer, Parsed
from anshin.engine.formats.vba.words import words
from anshin.engine.formats.xlm.formula import HOLE, Book, Cell, Evaluator, Node, as_text, calls
from anshin.engine.unpack.member import Member

_RUNS = frozenset({"EXEC", "EXECUTE"})
_CALLS = frozenset({"CALL", "REGISTER"})
_WRITES = frozenset({"FORMULA", "FORMULA.FILL", "FORMULA.ARRAY", "SET.VALUE", "SET.NAME", "DEFINE.NAME"})
_CHECKS = frozenset({"GET.WORKSPACE", "GET.WINDOW", "GET.DOCUMENT", "NOW", "DAY", "TODAY", "APP.MAXIMIZE", "CALLER"})
_FETCH = re.compile(r"(?i)urldownloadtofile|internetreadfile|internetopenurl|winhttpopen|urlmon")
_MEMORY = re.compile(r"(?i)virtualalloc|writeprocessmemory|rtlcopymemory|createthread|queueuserapc|rtlmovememory")
_DANGEROUS = re.compile(r"(?i)\b(?:exec|call|register)\s*\(")
MAX_LAYER = 256 * 1024


def report(found: Parsed, book: Book, budget: Budget) -> None:
    """Report the macros of `book`; nothing where it has none. Raises `LimitHit`."""
    macros = [s for s in book.sheets if s.macro]
    if not macros:
        return
    first = _label(macros[0].name)
    found.sign("xlm.macro_sheet", f"sheet {first}")
    for sheet in macros:
        if sheet.hidden and sheet.formulas:
            found.sign("xlm.very_hidden" if sheet.hidden == 2 else "xlm.hidden", f"sheet {_label(sheet.name)}")
    if book.auto:
        found.sign("xlm.auto_open", f"sheet {first}")
    work = Evaluator(book)
    texts: dict[str, None] = {}
    counts: dict[str, int] = {}
    for number, sheet in enumerate(book.sheets):
        if not sheet.macro:
            continue
        for cell, tree in list(sheet.formulas.items())[:50_000]:
            budget.check_time()
            _formula(found, tree, work, number, _where(sheet.name, cell), texts, counts)
    _texts(found, texts, first)
    found.facts |= {
        "xlm_sheets": math.log1p(len(macros)),
        "xlm_hidden": float(max(s.hidden for s in macros)),
        "xlm_auto": float(bool(book.auto)),
        "xlm_formulas": math.log1p(sum(len(s.formulas) for s in macros)),
        "xlm_hidden_names": math.log1p(book.hidden_names),
        "xlm_joined": math.log1p(work.joined),
        "xlm_texts": math.log1p(len(texts)),
        "xlm_char": counts.get("CHAR", 0) / max(1, sum(counts.values())),
        "xlm_runs": math.log1p(sum(counts.get(n, 0) for n in _RUNS)),
        "xlm_calls": math.log1p(sum(counts.get(n, 0) for n in _CALLS)),
        "xlm_writes": math.log1p(sum(counts.get(n, 0) for n in _WRITES)),
        "xlm_checks": math.log1p(sum(counts.get(n, 0) for n in _CHECKS)),
        "xlm_goto": math.log1p(counts.get("GOTO", 0) + counts.get("RUN", 0)),
    }
    found.tokens += [f"xlm:{name}" for name in list(counts)[:300]]


def _label(name: str) -> str:
    return re.sub(r"[,\x00-\x1f]", "_", name)[:60] or "macro"


def _where(sheet: str, cell: Cell) -> str:
    row, column = cell
    letters = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"sheet {_label(sheet)}, cell {letters}{row + 1}"


def _formula(
    found: Parsed, tree: Node, work: Evaluator, sheet: int, place: str, texts: dict[str, None], counts: dict[str, int]
) -> None:
    for call in calls(tree):
        counts[call.name] = counts.get(call.name, 0) + 1
        if call.name in _RUNS:
            found.sign("xlm.runs", place)
        elif call.name in _CALLS:
            found.sign("xlm.calls", place)
        elif call.name in _WRITES:
            found.sign("xlm.writes_formulas", place)
        if call.name in _RUNS | _CALLS | _WRITES | {"&", "CONCATENATE", "FWRITE", "FWRITELN", "RUN"}:
            pieces = [work.value(part, sheet) for part in call.parts]
            if call.name in {"&", "CONCATENATE"}:
                text = "".join(as_text(p) for p in pieces)
            else:
                text = f"{call.name}({', '.join(as_text(p) for p in pieces)})"
            if work.take(text) is None:
                continue
            _told(found, call.name, text, place)
            if len(texts) < 2000 and len(text) > 5:
                texts.setdefault(text[:4096])


def _told(found: Parsed, name: str, text: str, place: str) -> None:
    patterns = words().patterns
    if name in _RUNS | _CALLS or _DANGEROUS.search(text):
        if patterns["launchers"].search(text.lower()) or patterns["programs"].search(text.lower()):
            found.sign("xlm.command", place)
        if _FETCH.search(text):
            found.sign("xlm.downloads", place)
        if _MEMORY.search(text):
            found.sign("xlm.injects", place)
    if name in _WRITES and _DANGEROUS.search(text):
        found.sign("xlm.hidden_formula", place)


def _texts(found: Parsed, texts: dict[str, None], sheet: str) -> None:
    joined = "\n".join(texts).replace(HOLE, "")[:MAX_LAYER]
    if joined.strip():
        found.layers.append(Layer(joined.encode("utf-8", "replace"), "formulas", kind="text"))
    commands = [t for t in texts if words().patterns["powershell"].search(t.lower())][:5]
    for number, text in enumerate(commands, 1):
        match = words().patterns["powershell"].search(text.lower())
        start = match.start() if match else 0
        content = BytesContent(text[start:].replace(HOLE, "").encode("utf-8", "replace"))
        found.members.append(Member(f"sheet {sheet} command {number}.ps1", content, kind="powershell"))
