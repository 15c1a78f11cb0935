"""What the parts refer to outside the package. Format: ECMA-376 part 2, 8 (relationships)."""

import re
from functools import cache
from typing import Any, NamedTuple

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ooxml.package import Package
from anshin.engine.formats.ooxml.xml import as_text, elements
from anshin.engine.wording import load_data

MAX_RELATIONS = 50_000
_BARE = re.compile(
    r"(?i)^https?://(?:[^/@\s]*@)?(?:\d{1,3}(?:\.\d{1,3}){3}|0x[0-9a-f]+|\d{8,10}|\[[0-9a-f:]+\])(?::\d+)?(?:/|$)"
)
_SERVER = re.compile(r"(?i)(?:file:/{0,3})?\\\\[^\\]|file:/{4,5}[^/]|//[^/]|file://[^/\\]")
"""A shared folder: \\\\server, //server, file://server, and file:///\\\\server as Word writes it."""
_PROGRAM = re.compile(
    r"(?i)\.(?:exe|scr|com|pif|bat|cmd|vbs|vbe|js|jse|wsf|hta|ps1|lnk|msi|cpl|dll|jar|url|iqy|slk)(?:[?#]|$)"
)


class Relation(NamedTuple):
    """One reference of one part."""

    part: str  # the .rels part it stands in
    kind: str  # last part of the type
    target: str
    external: bool
    identifier: str


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = load_data("formats/ooxml/targets.yaml")
    return found


def read_relations(package: Package) -> list[Relation]:
    """Return all relationships of all parts."""
    found: list[Relation] = []
    for name in package.parts:
        if not name.endswith(".rels"):
            continue
        text = as_text(package.read(name, 8 * 1024 * 1024))
        for values, _ in elements(text, "Relationship"):
            kind = values.get("Type", "").rpartition("/")[2]
            external = values.get("TargetMode", "").lower() == "external"
            found.append(Relation(name, kind, values.get("Target", "").strip(), external, values.get("Id", "")))
            if len(found) >= MAX_RELATIONS:
                return found
    return found


def report_relations(found: Parsed, relations: list[Relation]) -> None:
    """Report the references that reach outside."""
    counts: dict[str, int] = {}
    for relation in relations:
        if not relation.external:
            continue
        sort = _data()["kinds"].get(relation.kind, "other")
        counts[sort] = counts.get(sort, 0) + 1
        _one(found, relation, sort)
    for sort in ("template", "object", "frame", "book", "picture", "link", "media", "other"):
        found.facts[f"external_{sort}"] = min(1.0, counts.get(sort, 0) / 20)
    found.facts["external_share"] = sum(r.external for r in relations) / max(1, len(relations))


def _one(found: Parsed, relation: Relation, sort: str) -> None:
    target = relation.target
    lower = target.lower()
    detail = f"part {relation.part.replace(',', '_')[:80]}, link {target[:150].replace(',', '%2c')}"
    web = lower.startswith(("http://", "https://", "ftp://"))
    server = _SERVER.match(target) is not None
    if lower.startswith(tuple(_data()["handlers"])) and sort != "picture":
        found.sign("ooxml.remote_code" if sort in {"object", "frame", "template"} else "ooxml.dangerous_link", detail)
    elif sort == "object" and web and (lower.endswith("!") or "!x-usc:" in lower):
        found.sign("ooxml.remote_code", detail)
    elif web:
        _web(found, lower, sort, detail)
    elif server:
        _server(found, sort, detail)
    elif sort == "link" and lower.startswith("file:") and _PROGRAM.search(lower):
        found.sign("ooxml.program_link", detail)


def _web(found: Parsed, target: str, sort: str, detail: str) -> None:
    host = re.sub(r"^\w+://", "", target).partition("/")[0].partition(":")[0]
    if sort == "template":
        company = host.endswith(tuple(_data()["company"]))
        found.sign("ooxml.company_template" if company else "ooxml.remote_template", detail)
    elif sort == "object":
        found.sign("ooxml.remote_object", detail)
    elif sort == "frame":
        found.sign("ooxml.remote_frame", detail)
    elif sort == "picture":
        found.sign("ooxml.remote_picture", detail)
    if sort in {"template", "object", "frame"} and _BARE.match(target):
        found.sign("ooxml.bare_address", detail)


def _server(found: Parsed, sort: str, detail: str) -> None:
    if sort == "template":
        found.sign("ooxml.server_template", detail)
    elif sort in {"picture", "frame"}:
        found.sign("ooxml.server_picture", detail)
