"""The reader of PDF: one pass over all that a PDF can do to its reader."""

import math

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pdf.actions import Actions
from anshin.engine.formats.pdf.attachments import forms, take_attachments
from anshin.engine.formats.pdf.document import Document
from anshin.engine.formats.pdf.javascript import expression, joined, judge_scripts, scripts
from anshin.engine.formats.pdf.links import judge_links, target_of
from anshin.engine.formats.pdf.shape import judge_shape
from anshin.engine.formats.pdf.streams import judge_streams
from anshin.engine.formats.pdf.xfa import judge_forms
from anshin.engine.unpack.member import Member, Problem


def parse(data: bytes, budget: Budget) -> Parsed:
    """Read one PDF. Raises `LimitHit`."""
    parsed = Parsed(family="pdf")
    document = Document(data, budget)
    if not any(b.objects for b in document.found.buffers):
        # a text that only mentions the mark is no PDF; a file that begins with it was one
        if data.lstrip(b"\x00\t\n\f\r \xef\xbb\xbf").startswith(b"%PDF-"):
            parsed.problems.append(Problem(gap="damaged", detail="format pdf"))
        return parsed
    if document.locked:
        parsed.problems.append(Problem(gap="encrypted"))
    actions = Actions(document)
    xfa = forms(document)
    found = scripts(document, actions, xfa)
    judge_scripts(found, parsed)
    if found:
        text = joined(found).encode("utf-8", "replace")
        parsed.members.append(Member("(JavaScript)", BytesContent(text), kind="javascript"))
    take_attachments(document, parsed)
    judge_forms(xfa, parsed)
    judge_links(document, actions, parsed)
    _launches(document, actions, parsed)
    _media(document, parsed)
    judge_streams(document, parsed)
    judge_shape(document, actions, parsed)
    if document.found.unended or actions.missing:
        parsed.problems.append(Problem(gap="damaged", detail="format pdf"))  # cut short: what was to run may be gone
    return parsed


def _launches(document: Document, actions: Actions, parsed: Parsed) -> None:
    """Look at what the document starts: another document, or a program with a command line."""
    programs = 0
    found = actions.of("Launch")
    for action in found:
        where = f"object {action.number}"
        windows = document.dictionary(action.value.get("Win"))
        values = (document.follow(windows.get(k)) for k in ("F", "P", "D", "O"))
        command = " ".join(v.decode("latin-1") for v in values if isinstance(v, bytes))[:4096]
        command = f"{target_of(document, action.value)} {command}"
        if expression("shells").search(command):
            parsed.sign("pdf.launch_shell", where)
            programs += 1
            if expression("fetches").search(command):
                parsed.sign("pdf.launch_fetches", where)
        elif any(expression("program_ending").search(word.strip("\"'")) for word in command.split()):
            parsed.sign("pdf.launch_program", where)
            programs += 1
        else:
            parsed.sign("pdf.launch", where)
        if action.auto:
            parsed.sign("pdf.launch_auto", where)
    parsed.facts["launches"] = math.log1p(len(found))
    parsed.facts["launch_programs"] = math.log1p(programs)
    parsed.facts["launch_auto"] = float(any(a.auto for a in found))


def _media(document: Document, parsed: Parsed) -> None:
    if document.names[b"RichMedia"] or document.names[b"Flash"]:
        parsed.sign("pdf.film")
