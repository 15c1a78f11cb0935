"""How the file is built: its header and end, tables, updates, pages; facts for the models, and signs of forgery."""

import math
import re

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pdf.actions import Actions
from anshin.engine.formats.pdf.document import Document
from anshin.engine.formats.pdf.lexer import Ref
from anshin.engine.formats.pdf.scan import Entry
from anshin.engine.wording import load_data

_VERSION = re.compile(rb"%PDF-(\d)\.(\d)")
_SHOWS_TEXT = re.compile(rb"\b(?:Tj|TJ)\b|[\])]\s*['\"]")
_WORDY = re.compile(r"[A-Z][A-Za-z]{1,24}\Z")


def judge_shape(document: Document, actions: Actions, parsed: Parsed) -> None:
    """Add signs and facts of the whole file."""
    data, facts = document.data, parsed.facts
    header = data[:1024].find(b"%PDF-")
    last_end = data.rfind(b"%%EOF")
    tail = len(data) - last_end - 5 if last_end >= 0 else 0
    behind = len(data[last_end + 5 :].strip(b"\x00\t\n\f\r ")) if last_end >= 0 and tail < 1 << 26 else 0
    ends = data.count(b"%%EOF")
    objects = sum(len(b.objects) for b in document.found.buffers)
    if header > 0 and data[:header].strip(b"\x00\t\n\f\r \xef\xbb\xbf"):
        parsed.sign("pdf.not_first", offset=header)
    if behind > 1024:
        parsed.sign("pdf.behind_end", offset=last_end + 5)
    active = {n.encode() for n in load_data("formats/pdf/words.yaml")["active"]}
    escaped = [n for n in document.found.escaped if n in active]
    if escaped:
        parsed.sign("pdf.names_disguised", f"field {escaped[0].decode('latin-1')}")
    table = _table_found(document)
    if not document.trailers or not objects or not table or last_end < 0:
        parsed.sign("pdf.malformed")
    if document.key is not None:
        parsed.sign("pdf.encrypted_open" if document.password == b"" else "pdf.password_known")
    _signed_then_changed(document, actions, parsed)
    pages = sum(document.names[n] for n in (b"Page",))
    version = _VERSION.search(data[:1040])
    redefined = sum(len(e) > 1 for e in document.entries.values())
    names = document.names
    total = max(1, names.total())
    facts.update(
        header_at=math.log1p(max(0, header)),
        version=float(version[1]) + float(version[2]) / 10 if version else 0.0,
        ends=math.log1p(ends),
        behind_end=math.log1p(behind),
        objects=math.log1p(objects),
        unended_objects=min(1.0, abs(objects and 1 - data.count(b"endobj") / max(1, len(document.main.objects)))),
        in_object_streams=1 - len(document.main.objects) / max(1, objects),
        redefined=redefined / max(1, len(document.entries)),
        trailers=math.log1p(len(document.trailers)),
        tables=math.log1p(data.count(b"startxref")),
        table_found=float(table),
        structure_share=len(document.main.text) / max(1, len(data)),
        pages=math.log1p(pages),
        objects_per_page=math.log1p(objects / max(1, pages)),
        encrypted=float(document.key is not None or document.locked),
        locked=float(document.locked),
        names_escaped=math.log1p(len(document.found.escaped)),
        names_disguised=math.log1p(len(escaped)),
        names_different=len(names) / total,
        names_length=sum(len(n) * c for n, c in names.items()) / total,
        nested_files=float(any(b.origin == "nested" for b in document.found.buffers)),
        actions=math.log1p(len(actions.found)),
        actions_auto=math.log1p(sum(a.auto for a in actions.found)),
        page_events=math.log1p(actions.page_events),
        script_names=math.log1p(actions.script_names),
    )
    for name in load_data("formats/pdf/words.yaml")["counted"]:
        facts[f"name_{name}"] = math.log1p(names[name.encode()])
    _page_facts(document, parsed)
    words = (n.decode("ascii", "replace") for n, _ in names.most_common(1500))
    parsed.tokens += [f"name:{w}" for w in words if _WORDY.match(w)]
    parsed.tokens += [f"action:{k}" for k in sorted({a.kind for a in actions.found})[:50]]


def _table_found(document: Document) -> bool:
    """Whether the last `startxref` leads to a table or a table's stream."""
    data = document.data
    at = data.rfind(b"startxref")
    digits = re.match(rb"\s{0,8}(\d{1,12})", data[at + 9 : at + 40]) if at >= 0 else None
    if digits is None:
        return False
    base = max(0, data[:1024].find(b"%PDF-"))
    for offset in (int(digits[1]), int(digits[1]) + base):
        head = data[offset : offset + 40].lstrip()
        if head.startswith(b"xref") or re.match(rb"\d{1,10}\s+\d{1,5}\s+obj", head):
            return True
    return False


def _signed_then_changed(document: Document, actions: Actions, parsed: Parsed) -> None:
    """Look for actions that were added behind the part of the file that a signature covers."""
    covered = 0
    for entry in document.with_name("ByteRange", 16):
        value = document.dictionary(document.value(entry)).get("ByteRange")
        if isinstance(value, list) and len(value) == 4 and all(isinstance(v, int) for v in value):
            covered = max(covered, value[2] + value[3])
    if not 0 < covered < len(document.data) - 64:
        return
    marks = (b"/OpenAction", b"/Launch", b"/JavaScript")
    if any(document.data.find(m, covered) >= 0 for m in marks) and any(
        a.auto and a.kind in {"JavaScript", "Launch"} for a in actions.found
    ):
        parsed.sign("pdf.changed_after_signing", offset=covered)


def _page_facts(document: Document, parsed: Parsed) -> None:
    """Look at the first page: whether it shows text, a picture, or nothing at all."""
    entry = _first_page(document)
    page = document.dictionary(document.value(entry)) if entry else {}
    contents = document.follow(page.get("Contents"))
    parts = contents if isinstance(contents, list) else [page.get("Contents")]
    text = b"".join(document.content(p, 65536) for p in parts[:4] if isinstance(p, Ref)) if not document.locked else b""
    shows_text = bool(_SHOWS_TEXT.search(text))
    shows_picture = b" Do" in text
    empty = not shows_text and not shows_picture and len(text) < 400
    parsed.facts["first_page_text"] = float(shows_text)
    parsed.facts["first_page_picture"] = float(shows_picture)
    parsed.facts["first_page_empty"] = float(empty)
    parsed.facts["first_page_length"] = math.log1p(len(text))
    from_notes = any(s.code == "pdf.script_from_text" for s in parsed.signs)  # then the notes are no contents
    blank = empty and not document.names[b"AcroForm"] and (from_notes or not document.names[b"Annots"])
    if (
        document.names[b"Page"] <= 2
        and blank
        and not document.locked
        and parsed.facts.get("js_auto")
        and parsed.facts.get("js_length", 0.0) > math.log1p(250 if from_notes else 1000)
    ):
        parsed.sign("pdf.only_script", f"object {entry.number}" if entry else "")


def _first_page(document: Document) -> Entry | None:
    for entry in document.with_name("Page", 40):
        if document.dictionary(document.value(entry)).get("Type") == "Page":
            return entry
    return None
