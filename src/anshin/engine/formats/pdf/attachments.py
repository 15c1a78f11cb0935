"""Files inside a PDF: attachments, flash films, XFA forms. Each comes out as a member and is judged on its own."""

import math
import re
from collections.abc import Iterator

from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pdf.document import Document
from anshin.engine.formats.pdf.javascript import expression
from anshin.engine.formats.pdf.lexer import Ref, text_of
from anshin.engine.formats.pdf.scan import Entry
from anshin.engine.names import member_name, safe_name
from anshin.engine.unpack.member import Member, odd_name

MOST_FILES = 2_000
_PROGRAM = re.compile(rb"MZ|\x7fELF|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe|L\0\0\0\x01\x14\x02\0")


def take_attachments(document: Document, parsed: Parsed) -> None:
    """Add every embedded file as a member, with its signs."""
    taken: set[int] = set()
    files = pages = programs = macros = 0
    for name, entry in _files(document):
        if entry is None or entry.number in taken or len(taken) >= MOST_FILES:
            continue
        taken.add(entry.number)
        room = document.budget.limits.file_bytes
        data = document.stream(entry, room + 1)
        files += 1
        where = f"object {entry.number}"
        if expression("program_ending").search(name) or (_PROGRAM.match(data) and not name):
            programs += 1
            parsed.sign("pdf.attachment_program", where)
        elif expression("macro_ending").search(name):
            macros += 1
            parsed.sign("pdf.attachment_office", where)
        elif expression("page_ending").search(name):
            pages += 1
            parsed.sign("pdf.attachment_page", where)
        parsed.problems += odd_name(name)
        parsed.members.append(Member(name or f"object {entry.number}", BytesContent(data[:room]), cut=len(data) > room))
    if files:
        parsed.sign("pdf.attachment")
    parsed.facts.update(
        attachments=math.log1p(files),
        attachment_programs=math.log1p(programs),
        attachment_office=math.log1p(macros),
        attachment_pages=math.log1p(pages),
    )


def _files(document: Document) -> Iterator[tuple[str, Entry | None]]:
    """Yield name and stream of embedded files: those that a file specification names, then those that none names."""
    for holder in document.with_name("EF", MOST_FILES):
        for specification in _specifications(document, holder):
            streams = document.dictionary(specification.get("EF"))
            name = next(
                (
                    text_of(v)
                    for k in ("UF", "F", "Unix", "DOS")
                    if isinstance(v := document.follow(specification.get(k)), bytes)
                ),
                "",
            )
            for value in streams.values():
                if isinstance(value, Ref):
                    yield _label(name), document.entry(value)
    for entry in document.with_name("EmbeddedFile", MOST_FILES):
        if entry.body is not None and document.dictionary(document.value(entry)).get("Type") == "EmbeddedFile":
            yield "", entry


def _specifications(document: Document, holder: Entry) -> Iterator[dict[str, object]]:
    todo, seen = [document.value(holder)], 0
    while todo and seen < 2_000:
        seen += 1
        item = todo.pop()
        if isinstance(item, dict):
            if "EF" in item:
                yield item
            todo += item.values()
        elif isinstance(item, list):
            todo += item


def _label(name: str) -> str:
    return member_name(name.encode("latin-1")) if name.isascii() else safe_name(name)


def forms(document: Document) -> list[tuple[int, bytes]]:
    """Return the XML of XFA forms, with the object in which each part stands."""
    found: list[tuple[int, bytes]] = []
    for entry in document.with_name("XFA", 64):
        for holder in _holders(document, entry):
            value = document.follow(holder)
            parts = [v for v in value if isinstance(v, Ref)] if isinstance(value, list) else [holder]
            found += [(entry.number, document.content(part, 8 * 1024 * 1024)) for part in parts[:64]]
    return [(number, data) for number, data in found if data][:128]


def _holders(document: Document, entry: Entry) -> Iterator[object]:
    todo, seen = [document.value(entry)], 0
    while todo and seen < 2_000:
        seen += 1
        item = todo.pop()
        if isinstance(item, dict):
            if "XFA" in item:
                yield item["XFA"]
            todo += [v for k, v in item.items() if k != "XFA"]
        elif isinstance(item, list):
            todo += item
