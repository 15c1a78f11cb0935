"""Reads one picture."""

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.image import hidden
from anshin.engine.formats.image.facts import add_facts
from anshin.engine.formats.image.walk import Walk, walk
from anshin.engine.formats.markers import Marker, Markers, sign_markers
from anshin.engine.formats.measure import entropy_of
from anshin.engine.identify import identify
from anshin.engine.unpack.member import Member

PADDING = b"\0\r\n\t \xff"
PROGRAMS = frozenset({"pe", "elf", "macho", "dex", "class", "lnk"})
SCRIPTS = frozenset({"html", "hta", "php", "shell", "python", "perl", "ruby", "script", "wsf", "svg", "javascript"})
ARCHIVES = frozenset(
    {"zip", "jar", "apk", "rar", "7z", "gzip", "cab", "xz", "bzip2", "docx", "xlsx", "pptx", "ooxml", "tar"}
)
ZIPS = frozenset({"zip", "jar", "apk", "docx", "xlsx", "pptx", "ooxml", "odf", "epub"})
"""The unpacker follows a ZIP directory at the end of whatever it stands behind."""
PICTURES = frozenset({"png", "jpeg", "gif", "bmp", "webp", "ico", "tiff", "mp4"})
NOISE = 4096
"""Bytes behind a picture from which their entropy tells."""
_MARKERS = Markers("image/markers.yar")


def parse(data: bytes, budget: Budget) -> Parsed:
    """Return structure, signs and what does not belong into the picture. Raises `LimitHit` only."""
    budget.check_time()
    parsed = Parsed("image")
    found = walk(data, budget)
    markers = _marks(data)
    budget.check_time()
    sign_markers("image", markers, parsed)
    if found.damaged:
        parsed.sign("image.malformed")
    behind = _behind(data, found, budget, parsed)
    _take_out(data, found, markers, budget, parsed)
    _texts(data, found, budget, parsed)
    add_facts(data, found, markers, behind, parsed)
    return parsed


def _marks(data: bytes) -> dict[str, Marker]:
    """Return the marks in the whole file; programs for DOS stand last, as places of signs follow this order."""
    markers = _MARKERS.find(data)
    if (run := hidden.long_base64(data)) is not None:
        stub = markers.pop("dos_stub", None)
        markers["long_base64"] = run
        if stub is not None:
            markers["dos_stub"] = stub
    return markers


def _behind(data: bytes, found: Walk, budget: Budget, parsed: Parsed) -> str:
    """Look at what stands behind the end; return its kind."""
    rest = data[found.end :].lstrip(PADDING) if found.end < len(data) else b""
    if len(rest.rstrip(PADDING)) < 8:
        return ""
    at = len(data) - len(rest)
    kind = identify(BytesContent(rest), ask_magika=False).kind
    if kind == "unknown":
        # a script with something else behind it is a script all the same
        text = rest.partition(b"\0")[0]
        kind = identify(BytesContent(text), ask_magika=False).kind if len(text) >= 8 else kind
        rest = text if kind in SCRIPTS else rest
    if kind in PICTURES:
        parsed.sign("image.more_behind", offset=at)
    elif kind in PROGRAMS:
        parsed.sign("image.program_behind", offset=at)
    elif kind in ARCHIVES:
        parsed.sign("image.archive_behind", offset=at)
    elif kind in SCRIPTS:
        parsed.sign("image.script_behind", offset=at)
    elif len(rest) >= NOISE and entropy_of(rest[:NOISE]) > 7.8 and not found.more_pictures:
        parsed.sign("image.noise_behind", offset=at)
    else:
        parsed.sign("image.more_behind", offset=at)
    if kind not in ZIPS | {"unknown"}:
        budget.spend(len(rest))
        parsed.members.append(Member("(behind the picture)", BytesContent(rest)))
    return kind


def _take_out(data: bytes, found: Walk, markers: dict[str, Marker], budget: Budget, parsed: Parsed) -> None:
    """Take out what marks have told, each as a file of its own kind."""
    pieces = []
    if "php_inside" in markers:
        pieces.append(("(PHP)", hidden.php(data), "php"))
    if "script_inside" in markers:
        pieces.append(("(script)", hidden.script(data), "hta" if "runs_on_windows" in markers else "html"))
    polyglot = hidden.polyglot_script(data, found.kind)
    if polyglot:
        parsed.sign("image.also_script", offset=0)
        pieces.append(("(JavaScript)", polyglot, "javascript"))
    for name, piece, kind in pieces:
        if piece:
            budget.spend(len(piece))
            parsed.members.append(Member(name, BytesContent(piece), kind=kind))
    if {"long_base64", "coded_program"} & markers.keys():
        for number, raw in enumerate(hidden.programs(data), 1):
            budget.spend(len(raw))
            parsed.sign("image.coded_program")
            parsed.members.append(Member(f"(hidden file {number})", BytesContent(raw)))


def _texts(data: bytes, found: Walk, budget: Budget, parsed: Parsed) -> None:
    """Look into the metadata: its length, and what it begins with."""
    for name, start, end in [*found.texts[:64], *found.strange[:64]]:
        piece = data[start:end]
        if name == "zTXt":
            piece = hidden.inflated(piece)
            budget.spend(len(piece))
            if _MARKERS.find(piece).keys() & {"php_inside", "script_inside", "coded_program"}:
                parsed.sign("image.script_inside", f"chunk {name}", offset=start)
                parsed.members.append(Member("(text)", BytesContent(piece)))
        body = piece.lstrip(b"\0")[:4]
        if body.startswith((b"MZ", b"\x7fELF")) and len(piece) > 512:
            parsed.sign("image.program_inside", f"chunk {name}", offset=start)
            parsed.members.append(Member(f"(part {name})", BytesContent(piece.lstrip(b"\0"))))
        elif len(piece) > 256 * 1024 and name in {"tEXt", "iTXt", "fe"}:
            parsed.sign("image.long_text", f"chunk {name}", offset=start)
