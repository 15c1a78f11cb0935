"""The macro projects of a container, and whether their source and their compiled form tell the same story."""

import math
import re

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.ole.container import Container
from anshin.engine.formats.vba.analyse import analyse
from anshin.engine.formats.vba.project import Module, Project, loose_modules, read_project
from anshin.engine.unpack.member import Problem

_TELLING = frozenset(
    {
        "shell",
        "urldownloadtofilea",
        "urldownloadtofile",
        "createobject",
        "shellexecutea",
        "virtualalloc",
        "createthread",
        "responsebody",
        "savetofile",
        "environ",
        "callbyname",
    }
)
_WORD = re.compile(r"\w+")
BIG_CACHE = 7000
"""Bytes of compiled code that a module without a single procedure never has."""


def read_macros(found: Parsed, box: Container, budget: Budget) -> None:
    """Report what the macros in `box` would do."""
    project = loose_modules(box, read_project(box, budget), budget)
    if project is None:
        return
    told = analyse(project.modules, budget)
    for sign in told.signs:
        found.signs.append(sign)
    found.layers += told.layers
    found.members += told.members
    found.problems += told.problems
    found.facts |= told.facts
    found.tokens += told.tokens
    if project.damage:
        found.problems.append(Problem(gap="damaged", detail=f"macro {project.damage[0].replace(',', '_')[:80]}"))
    if project.locked:
        found.sign("vba.locked")
    _stomped(found, project)


def _stomped(found: Parsed, project: Project) -> None:
    """Compare: constants that only the compiled code knows, and compiled code without any source."""
    code = [m for m in project.modules if m.compiled]
    missing = [m for m in code if m.compiled > BIG_CACHE and _empty(m.text)]
    source = "\n".join(m.text for m in project.modules).replace('""', '"').lower()
    strange = [m for m in code if _differs(m, source)]
    written = set(_WORD.findall(source))
    words = (project.identifiers & _TELLING) - written
    if missing and words:
        found.sign("vba.source_missing", f"macro {missing[0].name[:60].replace(',', '_')}")
    if strange:
        found.sign("vba.stomped", f"macro {strange[0].name[:60].replace(',', '_')}")
    found.facts |= {
        "vba_compiled": math.log1p(sum(m.compiled for m in code)),
        "vba_compiled_share": sum(m.compiled for m in code) / max(1, sum(m.compiled + len(m.text) for m in code)),
        "vba_source_missing": float(bool(missing)),
        "vba_strange_literals": float(bool(strange)),
        "vba_identifiers_unseen": math.log1p(len(project.identifiers - written)),
        "vba_telling_unseen": math.log1p(len(words)),
        "vba_locked": float(project.locked),
        "vba_references": math.log1p(len(project.references)),
    }


def _empty(text: str) -> bool:
    return all(not line.strip() or line.startswith(("Attribute ", "VERSION ", "Option ")) for line in text.splitlines())


def _differs(module: Module, source: str) -> bool:
    literals = {text.lower() for text in module.literals}
    unknown = [text for text in literals if text not in source]
    return len(unknown) >= 3 and len(unknown) * 10 > len(literals) * 7
