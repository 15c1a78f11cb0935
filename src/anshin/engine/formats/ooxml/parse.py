"""The parser for Office Open XML."""

import math
import re

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.classes import meaning
from anshin.engine.formats.ooxml.fields import read_fields
from anshin.engine.formats.ooxml.package import Package, open_package
from anshin.engine.formats.ooxml.relations import Relation, read_relations, report_relations
from anshin.engine.formats.ooxml.sheets import read_sheets
from anshin.engine.formats.ooxml.xml import as_text, declares_entities, elements

_COMMAND = re.compile(r"(?i)powershell|\bcmd(?:\.exe)?\s+/c|\bmshta\b|wscript\.shell")
_MACRO_PART = re.compile(r"vbaproject[^/]*\.bin$")
_CHECKED = re.compile(r"(?:\.rels|^\[content_types\]\.xml|^docprops/\w+\.xml|^word/settings\.xml|^xl/workbook\.xml)$")
_CHUNK = {
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "message/rfc822": "html",
    "application/x-mimearchive": "html",
}
MAX_CLASSES = 200


def parse_ooxml(data: bytes, budget: Budget) -> Parsed:
    """Read one package. Raises `LimitHit` only."""
    found = Parsed(family="ooxml")
    package = open_package(data, budget)
    relations = read_relations(package)
    report_relations(found, relations)
    types = as_text(package.read("[content_types].xml", 1 << 22))
    _macros(found, package, relations, types)
    _chunks(found, relations, types)
    _declarations(found, package)
    _controls(found, package)
    _surface(found, package)
    _slides(found, package, relations, budget)
    read_fields(found, package, budget)
    read_sheets(found, package, relations, budget)
    if package.twice:
        found.sign("ooxml.part_twice", f"part {package.twice[0].replace(',', '_')[:100]}")
    _facts(found, package, relations, types)
    return found


def _macros(found: Parsed, package: Package, relations: list[Relation], types: str) -> None:
    parts = {
        r.target.rpartition("/")[2].lower() for r in relations if r.kind.lower() == "vbaproject" and not r.external
    }
    present = [n for n in package.parts if n.rpartition("/")[2] in parts or _MACRO_PART.search(n)]
    if not present and "vnd.ms-office.vbaProject" not in types:
        return
    found.sign("ooxml.macros", f"part {present[0].replace(',', '_')[:100]}" if present else "")
    odd = [p for p in parts if not p.endswith(".bin") or "vba" not in p]
    if odd:
        found.sign("ooxml.disguised_macros", f"part {odd[0].replace(',', '_')[:100]}")


def _chunks(found: Parsed, relations: list[Relation], types: str) -> None:
    """Report other documents that Word imports when it opens this one."""
    defaults = {v.get("Extension", "").lower(): v.get("ContentType", "").lower() for v, _ in elements(types, "Default")}
    overrides = {
        v.get("PartName", "").lower().lstrip("/"): v.get("ContentType", "").lower()
        for v, _ in elements(types, "Override")
    }
    for relation in relations:
        if relation.kind.lower() != "afchunk" or relation.external:
            continue
        name = relation.target.lower().lstrip("/")
        stated = overrides.get(name) or overrides.get(f"word/{name}") or defaults.get(name.rpartition(".")[2], "")
        sort = _CHUNK.get(stated, name.rpartition(".")[2])
        found.sign("ooxml.rtf_chunk" if sort == "rtf" else "ooxml.chunk", f"part {name.replace(',', '_')[:100]}")


def _declarations(found: Parsed, package: Package) -> None:
    for name in package.parts:
        if not _CHECKED.search(name):
            continue
        raw = package.read(name, 1 << 16)
        # most have no declaration in any encoding, and need not become text
        if (b"<!" in raw or b"\0!" in raw or b"!\0" in raw) and declares_entities(as_text(raw)):
            found.sign("ooxml.entities", f"part {name.replace(',', '_')[:100]}")


def _controls(found: Parsed, package: Package) -> None:
    """Report the classes of controls that are loaded with the document."""
    controls = [n for n in package.parts if "/activex/" in n and n.endswith(".xml")][:MAX_CLASSES]
    for name in controls:
        for values, _ in elements(as_text(package.read(name, 1 << 18)), "ocx"):
            clsid = values.get("classid", "").strip("{}").lower()
            group = meaning().get(clsid, "")
            if group in {"exploited", "script_moniker", "flash"}:
                found.sign(f"ole.{group}", f"part {name}")
            if clsid:
                found.tokens.append(f"clsid:{clsid}")
    if controls:
        found.sign("ooxml.controls", f"part {controls[0]}")
    found.facts["controls"] = min(1.0, len(controls) / 20)


def _surface(found: Parsed, package: Package) -> None:
    """Look at what stands around the document: properties, the ribbon, connections to data."""
    for name in package.parts:
        if name.startswith("docprops/") and name.endswith(".xml"):
            if _COMMAND.search(as_text(package.read(name, 1 << 18))):
                found.sign("ooxml.command_in_properties", f"part {name}")
        elif name.startswith("customui") and name.endswith(".xml"):
            if any("onLoad" in values for values, _ in elements(as_text(package.read(name, 1 << 20)), "customUI")):
                found.sign("ooxml.ribbon_macro", f"part {name}")
        elif name == "xl/connections.xml":
            text = as_text(package.read(name, 1 << 20))
            if any(v.get("url", "").lower().startswith("http") for v, _ in elements(text, "webPr")):
                found.sign("ooxml.web_query", f"part {name}")


def _slides(found: Parsed, package: Package, relations: list[Relation], budget: Budget) -> None:
    """Report slides that start a program when they are clicked, or when the mouse merely passes over them."""
    targets = {(r.part, r.identifier): r.target for r in relations if r.kind == "hyperlink" and r.external}
    rels = {r.part for r in relations if r.part.startswith("ppt/slides/_rels/")}
    for name in rels:
        part = name.replace("/_rels/", "/").removesuffix(".rels")
        raw = package.read(part, 1 << 23)
        if b"ppaction://program" not in raw:
            continue
        budget.check_time()
        text = as_text(raw)
        for tag, code in (("hlinkMouseOver|hlinkHover", "ooxml.hover_program"), ("hlinkClick", "ooxml.click_program")):
            for values, _ in elements(text, tag):
                if values.get("action", "").lower().startswith("ppaction://program"):
                    target = targets.get((name, values.get("id", "")), "")
                    found.sign(code, f"part {part}, link {target[:120].replace(',', '%2c')}")


def _facts(found: Parsed, package: Package, relations: list[Relation], types: str) -> None:
    names = list(package.parts)
    total = max(1, len(names))
    packed = [e.packed for e in package.parts.values()]
    lower = types.lower()
    found.facts |= {
        "parts": math.log1p(len(names)),
        "relations": math.log1p(len(relations)),
        "is_word": float(any(n.startswith("word/") for n in names)),
        "is_sheet": float(any(n.startswith("xl/") for n in names)),
        "is_slides": float(any(n.startswith("ppt/") for n in names)),
        "is_binary": float("xl/workbook.bin" in package.parts),
        "macro_enabled": float("macroenabled" in lower),
        "is_template": float("template" in lower),
        "has_macros": float("vbaproject" in lower),
        "embeddings": math.log1p(sum("/embeddings/" in n for n in names)),
        "media_share": sum("/media/" in n for n in names) / total,
        "media_bytes": sum(e.packed for n, e in package.parts.items() if "/media/" in n) / max(1, sum(packed)),
        "binary_parts": sum(n.endswith(".bin") for n in names) / total,
        "odd_parts": sum(not re.search(r"\.(?:xml|rels|png|jpe?g|emf|wmf|gif|bin|vml|svg|tiff?)$", n) for n in names)
        / total,
        "custom_xml": math.log1p(sum(n.startswith("customxml/") for n in names)),
        "ribbon": float(any(n.startswith("customui") for n in names)),
        "has_properties": float("docprops/core.xml" in package.parts),
        "has_thumbnail": float(any(n.startswith("docprops/thumbnail") for n in names)),
        "stored_share": sum(e.method == 0 for e in package.parts.values()) / total,
        "encrypted_parts": sum(e.encrypted for e in package.parts.values()) / total,
        "twice": min(1.0, len(package.twice) / 5),
        "odd_slashes": float(package.odd_slashes),
        "largest_part": max(packed, default=0) / max(1, sum(packed)),
        "fonts": float(any("fonttable" in n for n in names)),
        "themes": float(any("/theme/" in n for n in names)),
        "styles": float(any(n.endswith("styles.xml") for n in names)),
        "signatures": float(any("_xmlsignatures/" in n for n in names)),
        "external_books": math.log1p(sum("externallinks/externallink" in n for n in names)),
    }
    found.tokens += [f"part:{re.sub(r'[0-9]+', '#', n)[:60]}" for n in names[:1500]]
    found.tokens += [f"relation:{kind[:40]}" for kind in sorted({r.kind for r in relations})[:200]]
    kinds = {v.get("ContentType", "").rpartition(".")[2][:60] for v, _ in elements(types, "Override|Default")}
    found.tokens += [f"type:{kind}" for kind in sorted(kinds)[:200]]
    del found.tokens[4096:]
