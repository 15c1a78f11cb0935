"""The parser for OpenDocument. Format: OpenDocument 1.3 part 3, and part 2 for the manifest."""

import html
import math
import re

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.dde import field_signs
from anshin.engine.formats.ooxml.package import Package, open_package
from anshin.engine.formats.ooxml.xml import as_text, declares_entities, elements
from anshin.engine.formats.vba.analyse import analyse
from anshin.engine.formats.vba.project import Module
from anshin.engine.unpack.member import Problem

_OPENING = frozenset(
    {
        "dom:load",
        "office:new",
        "office:load-finished",
        "office:create",
        "dom:unload",
        "office:view-created",
        "on-load",
        "on-new",
        "dom:domfocusin",
        "office:layout-finished",
    }
)
_LINKED = (
    "object|object-ole|plugin|floating-frame|section-source|table-source|cell-range-source|applet|image|fill-image|a"
)
_MODULE = re.compile(r"<script:module\b[^>]*>(.*?)</script:module>", re.DOTALL)
_HANDLERS = (
    "script:",
    "vnd.sun.star.script:",
    "macro:",
    "vnd.sun.star.expand:",
    "service:",
    "slot:",
    ".uno:",
    "ms-msdt:",
)
MAX_PARTS = 2000


def parse_odf(data: bytes, budget: Budget) -> Parsed:
    """Read one document. Raises `LimitHit` only."""
    found = Parsed(family="odf")
    package = open_package(data, budget)
    manifest = as_text(package.read("meta-inf/manifest.xml", 1 << 22))
    encrypted = manifest.count("encryption-data")
    if encrypted:
        found.problems.append(Problem(gap="encrypted"))
    counts = {"events": 0, "opening": 0, "links": 0, "remote": 0}
    started: set[str] = set()
    for name in list(package.parts)[:MAX_PARTS]:
        if name.rpartition("/")[2] in {"content.xml", "styles.xml", "settings.xml"}:
            budget.check_time()
            text = as_text(package.read(name))
            _events(found, text, name, counts, started)
            _links(found, text, name, counts)
        if name.rpartition("/")[2] in {"manifest.xml", "meta.xml", "content.xml"} and declares_entities(
            as_text(package.read(name, 1 << 14)), types=False
        ):
            found.sign("odf.entities", f"part {name}")
    _macros(found, package, started, budget)
    names = list(package.parts)
    found.facts |= {
        "parts": math.log1p(len(names)),
        "encrypted": math.log1p(encrypted),
        "macros": float(any(n.startswith("basic/") for n in names)),
        "scripts": math.log1p(sum(n.startswith("scripts/") for n in names)),
        "events": math.log1p(counts["events"]),
        "opening": math.log1p(counts["opening"]),
        "links": math.log1p(counts["links"]),
        "remote": math.log1p(counts["remote"]),
        "objects": math.log1p(sum(n.startswith("object") for n in names)),
        "pictures": sum(n.startswith("pictures/") for n in names) / max(1, len(names)),
        "thumbnail": float("thumbnails/thumbnail.png" in package.parts),
        "twice": float(bool(package.twice)),
    }
    found.tokens += [f"part:{re.sub(r'[0-9a-f]{8,}|[0-9]+', '#', n)[:60]}" for n in names[:1000]]
    return found


def _events(found: Parsed, text: str, name: str, counts: dict[str, int], started: set[str]) -> None:
    """Report macros that run by themselves, and scripts outside the document."""
    for values, _ in elements(text, "event-listener|event"):
        target = html.unescape(values.get("href", values.get("macro-name", "")))
        event = values.get("event-name", "").lower()
        if not target:
            continue
        counts["events"] += 1
        started.add(target.partition("?")[0].rpartition(".")[2].rpartition(":")[2].lower())
        if "../" in target or "..\\" in target or "%2e%2e" in target.lower():
            found.sign("odf.script_outside", f"part {name}, link {target[:120].replace(',', '%2c')}")
        if event in _OPENING:
            counts["opening"] += 1
            found.sign("odf.autorun", f"part {name}, link {target[:120].replace(',', '%2c')}")


def _links(found: Parsed, text: str, name: str, counts: dict[str, int]) -> None:
    for values, at in elements(text, _LINKED):
        target = html.unescape(values.get("href", "")).strip()
        lower = target.lower()
        if not lower or lower.startswith(("#", "./", "pictures/", "object")):
            continue
        counts["links"] += 1
        start = text.rfind("<", 0, at)
        element = re.match(r"<(?:\w+:)?([\w-]+)", text[start : start + 60])
        sort = element[1] if element else ""
        detail = f"part {name}, link {target[:120].replace(',', '%2c')}"
        if lower.startswith(_HANDLERS) and ".." in lower:
            found.sign("odf.script_outside", detail)
        elif sort not in {"a", "image", "fill-image"} and lower.startswith(
            ("http:", "https:", "ftp:", "\\\\", "file://")
        ):
            counts["remote"] += 1
            found.sign("odf.remote_object", detail)
        elif sort in {"image", "fill-image"} and (
            lower.startswith("\\\\") or re.match(r"file:/{4,}|file://[^/]", lower)
        ):
            found.sign("odf.server_picture", detail)
    for values, _ in elements(text, "dde-source|dde-connection-decl"):
        field_signs(found, f"DDE {values.get('dde-application', '')} {values.get('dde-topic', '')}", f"part {name}")


def _macros(found: Parsed, package: Package, started: set[str], budget: Budget) -> None:
    modules = []
    for name in package.parts:
        if (
            name.startswith("basic/")
            and name.endswith(".xml")
            and not name.endswith(("script-lb.xml", "script-lc.xml"))
        ):
            match = _MODULE.search(as_text(package.read(name, 1 << 22)))
            if match:
                modules.append(Module(name.rpartition("/")[2], html.unescape(match[1]), name))
    if not modules and not any(n.startswith("scripts/") for n in package.parts):
        return
    found.sign("odf.macros")
    if not modules:
        return
    told = analyse(modules, budget, started=frozenset(started))
    found.signs += told.signs
    found.layers += told.layers
    found.members += told.members
    found.facts |= told.facts
    found.tokens += told.tokens[:2500]
