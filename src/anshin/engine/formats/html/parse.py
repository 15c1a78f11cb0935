"""Parser of HTML, HTA, SVG and WSF."""

import binascii
import re
from functools import partial
from urllib.parse import unquote, urlsplit

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.html import measure
from anshin.engine.formats.html.markup import Markup, Tag
from anshin.engine.formats.script import Analysis, analyse, match
from anshin.engine.formats.script.decode.blobs import unbase64
from anshin.engine.formats.script.decode.reveal import as_text
from anshin.engine.formats.script.source import Source, text_of
from anshin.engine.unpack.member import Member
from anshin.engine.wording import load_data

SCRIPTS = 4 * 1024 * 1024
MEMBERS = 32
PLAIN = (
    "image/",
    "font/",
    "audio/",
    "video/",
    "text/css",
    "application/font",
    "application/x-font",
    "application/vnd.ms-fontobject",
)
_SAVES = re.compile(
    r"createobjecturl|mssave(?:oropen)?blob|\.download\s*=|navigator\.mssave|showsavefilepicker|\bsaveas\s*\("
)
_SAVING = ("createobjecturl", "mssave", "download", "showsavefilepicker", "saveas")
"""One of these is in whatever `_SAVES` finds."""
_MAKES = re.compile(r"new\s+(?:window\.)?(?:blob|file)\s*\(|new\s+uint8array|mssave")
_BIG = re.compile(r"[a-z0-9+/]{2000}|(?:\d{1,3}\s*,\s*){800}|(?:\\x[0-9a-f]{2}){800}|[0-9a-f]{4000}")
_GOES = re.compile(
    r"(?:location(?:\.href)?\s*=|location\.(?:replace|assign)\s*\(|window\.open\s*\()\s*[^;\n]{0,200}(?:atob|unescape|fromcharcode|decodeuricomponent)\s*\("
)
_TINY = re.compile(
    r"(?:^|[;\s\"'])(?:width|height)\s*[:=]\s*[\"']?[01](?:px)?\b|display\s*:\s*none|visibility\s*:\s*hidden|(?:left|top)\s*:\s*-\d{3,}"
)


def parse_markup(data: bytes, budget: Budget, *, kind: str) -> Parsed:
    """Return what markup of `kind` shows; scripts are analysed as one text of each language."""
    page = Markup(text_of(data))
    parsed = Parsed(family="html")
    source = Source(page.text, "html")
    for code, line in match.find(source, budget):
        parsed.sign(code, f"line {line}")
    scripts = _scripts(page, budget, parsed)
    _members(page, budget, parsed)
    _smuggling(page, scripts, parsed, source)
    _tags(page, parsed, source)
    _forms(page, parsed, source)
    _active(page, kind, parsed)
    measure.measure(page, kind, parsed, scripts, source)
    return parsed


def _scripts(page: Markup, budget: Budget, parsed: Parsed) -> dict[str, Analysis]:
    found: dict[str, Analysis] = {}
    for language in ("javascript", "vbscript"):
        blocks = [script for script in page.scripts if script.language == language]
        text = "\n".join(script.text for script in blocks)[:SCRIPTS]
        if not text.strip():
            continue
        budget.check_time()
        analysis = analyse(text, language, budget, where="part script")
        analysis.into(parsed)
        found[language] = analysis
    return found


def _members(page: Markup, budget: Budget, parsed: Parsed) -> None:
    """Files in data: URLs; pictures and fonts are none unless a picture is a page with a script."""
    for kind, body, offset in page.data_urls:
        budget.check_time()
        if len(parsed.members) >= MEMBERS:
            return
        scripted = kind == "image/svg+xml"
        if kind.startswith(PLAIN) and not scripted:
            continue
        try:
            data = unbase64("".join(unquote(body).split()))
        except (ValueError, binascii.Error):
            continue
        if not data or (scripted and b"<script" not in data.lower() and b"onload" not in data.lower()):
            continue
        stated = {"text/html": "html", "image/svg+xml": "svg"}.get(kind, "")
        budget.spend(len(data))
        line = page.text.count("\n", 0, offset) + 1
        parsed.members.append(Member(f"line {line}, data {kind or 'text/plain'}", BytesContent(data), kind=stated))
    for script in page.scripts if "document.wr" in page.code else ():
        _written(script.text, parsed)


_WRITTEN = re.compile(
    r"document\.write(?:ln)?\s*\(\s*(?:unescape|decodeuricomponent|atob)\s*\(\s*([\"'])([^\"'\n]{40,})\1", re.IGNORECASE
)


def _written(text: str, parsed: Parsed) -> None:
    """A page that writes a page: document.write(unescape("%3C..."))."""
    for found in _WRITTEN.finditer(text):
        if len(parsed.members) >= MEMBERS:
            return
        inner = unquote(found[2]) if "%" in found[2] else as_text(unbase64(found[2])) or ""
        if "<" in inner:
            parsed.sign("html.written_page", f"line {text.count(chr(10), 0, found.start()) + 1}")
            parsed.members.append(
                Member("part written page", BytesContent(inner.encode("utf-8", "replace")), kind="html")
            )


def _smuggling(page: Markup, scripts: dict[str, Analysis], parsed: Parsed, source: Source) -> None:
    lower = page.code
    downloads = [a for a in page.named("a") if "download" in a.text.lower() and "download" in a.attributes]
    for tag in downloads:
        kind = tag.attributes.get("href", "").lower()[:60]
        if kind.startswith("data:") and not kind.startswith(("data:image/", "data:text/", "data:application/json")):
            parsed.sign("html.data_download", f"line {source.line(tag.offset)}")
    if not any(word in lower for word in _SAVING) or not _SAVES.search(lower):
        return
    held = any(analysis.members for analysis in scripts.values())
    saved = "createobjecturl" in lower or "mssave" in lower
    if saved and held and _MAKES.search(lower):
        parsed.sign("html.smuggled_file", "part script")
    elif (
        saved
        and _MAKES.search(lower)
        and _BIG.search(lower)
        and (downloads or ".download" in lower or "mssave" in lower)
    ):
        parsed.sign("html.smuggling", "part script")
    if saved and re.search(r"\.click\s*\(\s*\)|dispatchevent", lower) and (held or _BIG.search(lower)):
        parsed.sign("html.saves_by_itself", "part script")


def _tags(page: Markup, parsed: Parsed, source: Source) -> None:
    for tag in page.named("iframe", "frame"):
        values = tag.attributes
        style = " ".join((values.get("style", ""), *(f"{n}={values[n]}" for n in ("width", "height") if n in values)))
        if values.get("src", "").lower().startswith(("http", "//")) and _TINY.search(style.lower()):
            parsed.sign("html.hidden_iframe", f"line {source.line(tag.offset)}")
    for tag in page.named("meta"):
        if tag.attributes.get("http-equiv", "").lower() == "refresh":
            _refresh(tag, parsed, source)
    for tag in page.named("img", "script", "iframe", "link", "embed", "object", "image", "use"):
        for name in ("src", "href", "data", "xlink:href"):
            target = tag.attributes.get(name, "")
            if _is_share(target):
                parsed.sign("html.remote_share", f"line {source.line(tag.offset)}, link {_short(target)}")


def _is_share(target: str) -> bool:
    r"""Whether it makes Windows sign in to another computer: \\host\..., file://host/..."""
    lower = target.strip().lower().replace("/", "\\")
    found = re.match(r"(?:file:)?\\\\+([\w.-]+)(?:@[\w]+)?\\[^\\]", lower)
    if not found or not target.lower().startswith(("\\\\", "file:")):
        return False
    return (
        found[1] not in {"localhost", "127.0.0.1", "."}
        and ("." in found[1] or target.startswith("\\\\"))
        and not re.fullmatch("[a-z]:?", found[1])
    )


def _refresh(tag: Tag, parsed: Parsed, source: Source) -> None:
    target = tag.attributes.get("content", "").partition("=")[2].strip(" '\"")
    lower = target.lower()
    if lower.startswith(("search-ms:", "search:", "ms-", "file:", "\\\\", "mk:", "data:text/html")) or re.search(
        r"^https?://[^?#]+\.(?:exe|scr|hta|js|vbs|iso|img|lnk|bat|cmd|msi)$", lower
    ):
        parsed.sign("html.odd_refresh", f"line {source.line(tag.offset)}, link {_short(target)}")


def _short(link: str) -> str:
    return re.sub(r"[\s,]+", " ", link)[:100]


def _forms(page: Markup, parsed: Parsed, source: Source) -> None:
    passwords = [t for t in page.named("input") if t.attributes.get("type", "").lower() == "password"]
    if not passwords:
        return
    parsed.sign("html.password_field", f"line {source.line(passwords[0].offset)}")
    hosts = {urlsplit(t.attributes.get("action", "").strip()).hostname or "" for t in page.named("form")} - {""}
    brand = _brand(page)
    if not brand or not hosts:
        return
    _, domains = brand
    strangers = [h for h in hosts if not any(h == d or h.endswith("." + d) for d in domains)]
    if strangers:
        parsed.sign("html.brand_password", f"link {_short(strangers[0])}")


def _brand(page: Markup) -> tuple[str, tuple[str, ...]] | None:
    """The first well-known name in the title, and the domains that belong to it."""
    found = re.search(r"<title[^>]*>([^<]{1,300})</title", page.lower)
    title = found[1] if found else ""
    for name, domains in load_data("formats/html/brands.yaml").items():
        if name in title:
            return name, tuple(domains)
    return None


def _active(page: Markup, kind: str, parsed: Parsed) -> None:
    text = page.code
    if kind == "svg" and text.strip():
        parsed.sign("html.script_in_svg", "part script")
        if re.search(r"location(?:\.href)?\s*=|location\.(?:replace|assign)|window\.open", text):
            parsed.sign("html.svg_leads_away", "part script")
    if kind == "svg" and page.named("foreignobject") and page.named("iframe", "form", "input", "embed", "object"):
        parsed.sign("html.page_in_svg", "part svg")
    if ("location" in text or "window" in text) and _GOES.search(text):
        parsed.sign("html.hidden_target", "part script")
    if kind == "hta" or page.named("hta:application"):
        parsed.sign("html.application", "part script")
        small = re.search(r"resizeto\s*\(\s*[01]\s*,\s*[01]\s*\)|moveto\s*\(\s*-\d{3}", text)
        hidden = any(
            t.attributes.get("windowstate", "").lower() == "minimize"
            or t.attributes.get("showintaskbar", "").lower() == "no"
            for t in page.named("hta:application")
        )
        if small or hidden:
            parsed.sign("html.hidden_application", "part script")
    elif (
        kind == "html"
        and ("activexobject" in text or "createobject" in text)
        and re.search(
            r"(?:activexobject|createobject)\s*\(\s*[\"'](?:wscript\.shell|shell\.application|scripting\.filesystemobject|adodb\.stream)",
            text,
        )
    ):
        parsed.sign("html.reaches_out", "part script")
    if ("clipboard" in text or "execcommand" in text) and _COMMAND.search(text):
        parsed.sign("html.command_to_clipboard", "part script")
        if _PRESS.search(page.lower):
            parsed.sign("html.paste_and_run", "part script")


_COMMAND = re.compile(
    r"(?:powershell|pwsh)(?:\.exe)?\b[^<\n]{0,300}(?:-e(?:nc|p|c)?\b|-w\w*\s+h|hidden|\biex\b|downloadstring|frombase64|\birm\b|\biwr\b)"
    r"|mshta(?:\.exe)?[^<\n]{0,40}https?:|cmd(?:\.exe)?\s*/c[^<\n]{0,120}(?:curl|powershell|mshta|https?:)|msiexec[^<\n]{0,40}/i[^<\n]{0,20}https?:"
    r"|base64\s+-d[^<\n]{0,40}\|\s*(?:ba)?sh\b|conhost[^<\n]{0,60}--headless"
)
_PRESS = re.compile(
    r"win(?:dows)?(?:\s*(?:key|logo key|logo|ボタン|キー))?(?:</\w+>|\s|&nbsp;)*[+＋](?:<\w+[^>]*>|\s|&nbsp;)*r\b"
    r"|windows\s*キー[^。]{0,20}r\b|ファイル名を指定して実行|\brun\s+dialog|&#x229e;|⊞"
)

load_data("formats/html/brands.yaml")  # a jailed worker opens no file later

parse_html = partial(parse_markup, kind="html")
parse_hta = partial(parse_markup, kind="hta")
parse_svg = partial(parse_markup, kind="svg")
parse_wsf = partial(parse_markup, kind="wsf")
