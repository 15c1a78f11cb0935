"""Where a PDF sends its reader: web addresses, other files, and a link that covers the whole page."""

import ipaddress
import math
import re
from typing import Any

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pdf.actions import Actions
from anshin.engine.formats.pdf.document import Document
from anshin.engine.formats.pdf.javascript import expression
from anshin.engine.formats.pdf.lexer import Ref, read_value, text_of

MOST_LINKS = 2_000
MOST_PAGES = 50
COVERS = 0.5
"""Part of the page that a link or a picture must take to count as covering it."""
_HOST = re.compile(r"^\s*[a-z][a-z0-9+.-]{1,20}:/{2,}([^/?#\\]*)", re.IGNORECASE)
_UNC = re.compile(r"^\s*(?:file:)?[\\/]{2,5}(?![\\/])([\w.-]{2,253})(?:@\w+)?[\\/]", re.IGNORECASE)
_URI = re.compile(rb"/URI[\x00\t\n\f\r ]*(?=[(<\d])(?!<<)")


def addresses(document: Document) -> list[str]:
    """Return the web addresses of links, in order, each once."""
    found: dict[str, None] = {}
    seen = 0
    for buffer in document.found.buffers:
        for match in _URI.finditer(buffer.text):
            seen += 1
            if seen > MOST_LINKS * 4 or len(found) >= MOST_LINKS:
                return list(found)
            value = read_value(buffer.text, match.end(), min(len(buffer.text), match.end() + 8192))
            entry = buffer.at(match.start())
            if isinstance(value, Ref):
                value = document.follow(value)
            elif isinstance(value, bytes) and document.key and buffer.origin == "file" and entry:
                value = document.key.open(value, entry.number, entry.generation, document.key.strings)
            if isinstance(value, bytes) and value:
                found.setdefault(text_of(value)[:4096])
    return list(found)


def judge_links(document: Document, actions: Actions, parsed: Parsed) -> None:
    """Add signs and facts of links."""
    found = addresses(document)
    programs = [u for u in found if expression("program_ending").search(_path(u))]
    numeric = [u for u in found if _public_number(u)]
    posing = [u for u in found if _posing(u)]
    odd = [u for u in found if expression("odd_scheme").search(u)]
    for code, several in (
        ("pdf.link_program", programs),
        ("pdf.link_number", numeric),
        ("pdf.link_posing", posing),
        ("pdf.link_scheme", odd),
    ):
        if several:
            parsed.sign(code, f"link {_shown(several[0])}")
    archives = [u for u in found if expression("archive_ending").search(_path(u))]
    if archives:
        parsed.sign("pdf.link_archive", f"link {_shown(archives[0])}")
    auto = [a for a in actions.of("URI") if a.auto]
    if auto:
        parsed.sign("pdf.web_auto", f"object {auto[0].number}")
    covered, leads = _covering_link(document)
    if covered:
        parsed.sign("pdf.page_is_link", f"object {covered}")
        if leads in {*programs, *archives, *numeric, *posing, *odd}:
            parsed.sign("pdf.page_link_download", f"object {covered}, link {_shown(leads)}")
    _remote(document, actions, parsed)
    hosts = {_host(u) for u in found} - {""}
    parsed.facts.update(
        links=math.log1p(len(found)),
        link_hosts=math.log1p(len(hosts)),
        link_programs=math.log1p(len(programs)),
        link_archives=math.log1p(len(archives)),
        link_numbers=math.log1p(len(numeric)),
        link_posing=math.log1p(len(posing)),
        link_odd=math.log1p(len(odd)),
        link_auto=math.log1p(len(auto)),
        link_covers=float(covered > 0),
        link_longest=math.log1p(max((len(u) for u in found), default=0)),
        link_plain_http=sum(u[:5].lower() == "http:" for u in found) / max(1, len(found)),
    )
    parsed.tokens += [f"link:{h.rsplit('.', 1)[-1]}" for h in sorted(hosts)[:50] if "." in h]


def _remote(document: Document, actions: Actions, parsed: Parsed) -> None:
    """Look at actions and files that lead to another computer: opening them shows it the name of who is logged in."""
    shares = auto_shares = 0
    for action in actions.found:
        if action.kind not in {"GoToR", "GoToE", "Launch", "ImportData", "SubmitForm", "URI", "Thread"}:
            continue
        target = target_of(document, action.value)
        if _UNC.match(target):
            shares += 1
            auto_shares += action.auto
            parsed.sign("pdf.share_auto" if action.auto else "pdf.share_link", f"object {action.number}")
    submits = actions.of("SubmitForm")
    if submits:
        parsed.sign("pdf.form_sent", f"object {submits[0].number}")
    if any(a.auto for a in submits):
        parsed.sign("pdf.form_sent_auto", f"object {next(a.number for a in submits if a.auto)}")
    parsed.facts["shares"] = math.log1p(shares)
    parsed.facts["shares_auto"] = math.log1p(auto_shares)


def target_of(document: Document, action: dict[str, Any]) -> str:
    """Return the file or address that an action leads to."""
    for holder in (document.dictionary(action.get("Win")), action):
        for key in ("F", "URI", "UF"):
            value = document.follow(holder.get(key))
            if isinstance(value, dict):
                value = next((document.follow(value[k]) for k in ("UF", "F", "DOS", "Unix") if k in value), None)
            if isinstance(value, bytes):
                return text_of(value)[:4096]
    return ""


def _host(address: str) -> str:
    match = _HOST.match(address)
    return match[1].rpartition("@")[2].partition(":")[0].lower() if match else ""


def _path(address: str) -> str:
    """Return the path, without what follows ? or #; empty for an address that is only a host."""
    rest = re.split(r"[?#]", address, maxsplit=1)[0].strip()
    match = _HOST.match(rest)
    return rest[match.end() :] if match else rest if "/" in rest else ""


def _public_number(address: str) -> bool:
    host = _host(address)
    try:
        return ipaddress.ip_address(int(host) if host.isdigit() else host).is_global
    except ValueError:
        return False


def _posing(address: str) -> bool:
    """Whether the address shows the name of another host before its own (https://bank.example@evil.example)."""
    match = _HOST.match(address)
    before = match[1].rpartition("@")[0] if match else ""
    return "." in before.partition(":")[0] and address.lower().lstrip().startswith("http")


def _shown(address: str) -> str:
    return re.sub(r"[^\x21-\x7e]|,", "_", address)[:120]


def _covering_link(document: Document) -> tuple[int, str]:
    """Return the page of which a link takes most, and where it leads, in a document of one or two pages; 0 for none."""
    pages = [e for e in document.with_name("MediaBox", MOST_PAGES) if _is_page(document, e)]
    if not pages:
        pages = [e for e in document.with_name("Annots", MOST_PAGES) if _is_page(document, e)]
    if not 1 <= len(pages) <= 2:
        return 0, ""
    for entry in pages:
        page = document.dictionary(document.value(entry))
        area = _area(document, page.get("MediaBox")) or 595.0 * 842.0
        for link in document.array(page.get("Annots"))[:200]:
            annotation = document.dictionary(link)
            action = document.dictionary(annotation.get("A"))
            leads = annotation.get("Subtype") == "Link" and (action.get("S") == "URI" or "URI" in action)
            if leads and _area(document, annotation.get("Rect")) >= COVERS * area:
                return entry.number, target_of(document, action)
    return 0, ""


def _is_page(document: Document, entry: Any) -> bool:
    return document.dictionary(document.value(entry)).get("Type") == "Page"


def _area(document: Document, value: Any) -> float:
    corners = [document.follow(v) for v in document.array(value)[:4]]
    if len(corners) < 4 or not all(isinstance(v, int | float) for v in corners):
        return 0.0
    return float(abs((corners[2] - corners[0]) * (corners[3] - corners[1])))
