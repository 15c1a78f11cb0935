"""Scripts in a PDF: taken out whole, measured for the models, and looked at for calls that only Acrobat knows.

What the script would do as a script is judged by the reader of scripts, to which it is handed as a member.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pdf.actions import Actions
from anshin.engine.formats.pdf.document import Document
from anshin.engine.formats.pdf.lexer import text_of
from anshin.engine.wording import load_data

MOST_TEXT = 2 * 1024 * 1024
"""Characters of all scripts together that are looked at."""
SEARCHED = 256 * 1024
_XFA_SCRIPT = re.compile(
    r"<(?:\w{1,20}:)?script\b[^>]{0,400}>(.{1,400000}?)(?:</(?:\w{1,20}:)?script\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_AT_START = re.compile(r"activity\s*=\s*[\"'](?:initialize|ready|docReady|preOpen|enter|full)[\"']", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_STRINGS = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_$][\w$]{1,30}")


@dataclass(frozen=True, slots=True)
class Script:
    """One script: its text, whether it runs by itself, and where it stands."""

    text: str
    auto: bool
    number: int
    packing: tuple[str, ...] = ()  # filters of its stream


@cache
def expression(group: str, name: str = "") -> re.Pattern[str]:
    """Return an expression of the word list."""
    data = load_data("formats/pdf/words.yaml")
    return re.compile(data[group][name] if name else data[group], re.IGNORECASE)


def scripts(document: Document, actions: Actions, forms: list[tuple[int, bytes]]) -> list[Script]:
    """Return all scripts: of actions, and of the XFA `forms`."""
    found: list[Script] = []
    total = 0
    seen: set[tuple[str, bool]] = set()
    for action in actions.of("JavaScript"):
        source = action.value.get("JS")
        text = text_of(document.content(source, MOST_TEXT))
        if not text.strip() or (text, action.auto) in seen or total > MOST_TEXT:
            continue
        seen.add((text, action.auto))
        total += len(text)
        settings = document.dictionary(source)
        found.append(Script(text, action.auto, action.number, tuple(document.filters(settings)[0]) if settings else ()))
    for number, data in forms:
        page = data.decode("utf-8", "replace")[:MOST_TEXT]
        for match in _XFA_SCRIPT.finditer(page):
            text = _ENTITY.sub(_character, match[1]).replace("<![CDATA[", "").replace("]]>", "")
            if text.strip() and len(found) < 4_000:
                found.append(Script(text, auto=_runs_at_start(page, match.start()), number=number))
    return found


def _runs_at_start(page: str, at: int) -> bool:
    """Whether the event around a script of a form comes by itself, when the form is opened."""
    before = page[max(0, at - 600) : at]
    event = before[before.rfind("<event") :] if "<event" in before else ""
    return _AT_START.search(event) is not None


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _ENTITIES[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def joined(found: list[Script]) -> str:
    """Return all scripts as one text, each different one once, those that run by themselves first."""
    texts = dict.fromkeys(s.text for s in sorted(found, key=lambda s: not s.auto))
    return "\n;\n".join(texts)[:MOST_TEXT]


def judge_scripts(found: list[Script], parsed: Parsed) -> None:
    """Add signs and facts of the scripts."""
    text = joined(found)[:SEARCHED]
    names = load_data("formats/pdf/words.yaml")["script"]
    hits = {name: len(expression("script", name).findall(text)) for name in names}
    _facts(found, text, hits, parsed)
    if not found:
        return
    first = next((s for s in found if s.auto), None)
    where = f"object {(first or found[0]).number}"
    auto = joined([s for s in found if s.auto])[:SEARCHED]
    parsed.sign("pdf.javascript", f"object {found[0].number}")
    for code, present in (*_calls(hits, text), *_by_itself(auto, present=first is not None)):
        if present:
            parsed.sign(code, where)
    if any(len(s.packing) >= 3 for s in found):
        parsed.sign("pdf.script_packed_often", where)
    if _unreadable(text, hits):
        parsed.sign("pdf.script_unreadable", where)


def _calls(hits: dict[str, int], text: str) -> list[tuple[str, object]]:
    """Return what the words of a script tell, wherever it runs."""
    encoded = hits["unescape"] + hits["from_char_code"] + hits["char_code_at"] + hits["parse_int"]
    unpacks = encoded + hits["hex_byte"] // 20 >= 2 or (hits["replace"] and hits["split"]) or _longest(text) > 2000
    runs = hits["eval"] or hits["indirect_call"] or (hits["set_timeout"] and hits["concat_call"])
    decodes = unpacks or hits["unescape"] or hits["from_char_code"] or hits["replace"] or hits["split"]
    code = hits["hex_word"] >= 8 or hits["heap_words"] >= 2
    grows = hits["doubling"] or hits["length_loop"]
    return [
        ("pdf.script_unpacks", runs and unpacks),
        ("pdf.script_from_text", runs and decodes and hits["annotation_text"]),
        ("pdf.script_machine_code", code and hits["unescape"]),
        ("pdf.script_fills_memory", grows and hits["unescape"] and (code or hits["hex_word"])),
        ("pdf.script_overflow", hits["printf_overflow"]),
        ("pdf.script_vulnerable_call", hits["vulnerable"]),
        ("pdf.script_opens_attachment", hits["export_launch"]),
    ]


def _by_itself(text: str, *, present: bool) -> list[tuple[str, object]]:
    """Return what scripts do that nobody sets off."""
    return [
        ("pdf.javascript_auto", present),
        ("pdf.script_opens_web", expression("script", "launch_url").search(text)),
        ("pdf.script_sends_form", expression("script", "submit").search(text)),
    ]


def _longest(text: str) -> int:
    return max((len(m) for m in _STRINGS.findall(text)), default=0)


def _unreadable(text: str, hits: dict[str, int]) -> bool:
    """Whether a person could not read it: nearly all of it one string, or names without sense and digits everywhere."""
    if len(text) < 500 or hits["form_functions"]:
        return False
    literal = sum(len(m) for m in _STRINGS.findall(text))
    digits = sum(c.isdigit() for c in text[:20_000]) / min(len(text), 20_000)
    return bool(hits["eval"] or hits["from_char_code"] or hits["unescape"]) and (
        literal > 0.7 * len(text) or digits > 0.35
    )


def _facts(found: list[Script], text: str, hits: dict[str, int], parsed: Parsed) -> None:
    facts = parsed.facts
    for name, count in hits.items():
        facts[f"js_{name}"] = math.log1p(count)
    length = max(1, len(text))
    counts = Counter(text[:65536])
    total = max(1, sum(counts.values()))
    facts["js_scripts"] = math.log1p(len(found))
    facts["js_auto"] = float(any(s.auto for s in found))
    facts["js_length"] = math.log1p(len(text))
    facts["js_entropy"] = -sum(n / total * math.log2(n / total) for n in counts.values()) if text else 0.0
    facts["js_digits"] = sum(n for c, n in counts.items() if c.isdigit()) / total
    facts["js_letters"] = sum(n for c, n in counts.items() if c.isalpha()) / total
    facts["js_spaces"] = sum(n for c, n in counts.items() if c.isspace()) / total
    facts["js_percent"] = counts.get("%", 0) / total
    facts["js_longest_string"] = math.log1p(_longest(text))
    facts["js_longest_line"] = math.log1p(max((len(line) for line in text.split("\n")), default=0))
    facts["js_semicolons"] = text.count(";") / length
    facts["js_filters"] = float(max((len(s.packing) for s in found), default=0))
    facts["js_unreadable"] = float(_unreadable(text, hits))
    words = Counter(_WORD.findall(text))
    facts["js_word_length"] = sum(len(w) for w in words) / max(1, len(words))
    facts["js_once"] = sum(n == 1 for n in words.values()) / max(1, len(words))
    parsed.tokens += [f"js:{w}" for w, _ in words.most_common(400)]
