"""Reads one class, or an archive of classes (JAR)."""

import re
from collections import Counter

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.java import pool
from anshin.engine.formats.java.facts import add_facts
from anshin.engine.formats.java.signs import Java, report
from anshin.engine.formats.markers import Marker, Markers
from anshin.engine.formats.zipped import Packed, body, entries
from anshin.engine.unpack.member import Problem

MANIFEST = "META-INF/MANIFEST.MF"
MOST_CLASSES = 32
"""Classes of an archive that are read for the model, spread evenly; each class is judged on its own as well."""
LONGEST = 256 * 1024
_MARKERS = Markers("java/markers.yar")
_FIELD = re.compile(r"^([A-Za-z-]+): *(.*)$", re.MULTILINE)


def parse_class(data: bytes, budget: Budget) -> Parsed:
    """Return names and signs of one class. Raises `LimitHit` only."""
    budget.check_time()
    parsed = Parsed("java")
    one, markers = _class(data, budget)
    if one.damaged:
        parsed.problems.append(Problem(gap="damaged", detail="header class"))
    java = Java(pools=[one], markers=markers)
    report(java, parsed)
    add_facts(java, parsed)
    return parsed


def parse(data: bytes, budget: Budget) -> Parsed:
    """Return what an archive carries, and the names of some of its classes. Raises `LimitHit` only."""
    budget.check_time()
    parsed = Parsed("java")
    listed = entries(data, budget)
    java = Java(archive=True, names=[e.name for e in listed])
    for one in listed:
        if one.name.upper() == MANIFEST:
            text = body(data, one, budget, LONGEST).decode("utf-8", "replace").replace("\r\n", "\n").replace("\n ", "")
            java.manifest = {key.lower(): value.strip()[:200] for key, value in _FIELD.findall(text)[:200]}
            break
    found: Counter[str] = Counter()
    for one in _chosen(listed, java.manifest.get("main-class", "")):
        budget.check_time()
        piece = body(data, one, budget, LONGEST)
        one_pool, markers = _class(piece, budget)
        java.pools.append(one_pool)
        found.update({name: marker.count for name, marker in markers.items()})
    # words only: what they mean together is told of single classes, for a large program has everything somewhere
    java.words = {name: Marker(0, count) for name, count in found.items()}
    report(java, parsed)
    add_facts(java, parsed)
    return parsed


def _class(data: bytes, budget: Budget) -> tuple[pool.Pool, dict[str, Marker]]:
    """Return what one class names; read once for the archive around it and for itself."""
    return budget.once(("class", data), lambda: (pool.read(data), _MARKERS.find(data)), size=len(data))


def _chosen(listed: list[Packed], main: str) -> list[Packed]:
    """Return the class that starts, and others spread evenly over the archive."""
    classes = [e for e in listed if e.name.endswith(".class")]
    first = [e for e in classes if e.name == main.replace(".", "/") + ".class"]
    return [*first, *classes[:: 1 + len(classes) // MOST_CLASSES]][:MOST_CLASSES]
