"""SARIF 2.1.0 (OASIS standard, errata 01): one result per reason of weight, one open result per gap."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from anshin.engine.render.places import line_of, pairs
from anshin.engine.verdict import Gap, Place, Reason, Status, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ATTACK = "ATT&CK"
_TECHNIQUES = "https://attack.mitre.org/techniques/"
_LEVEL = {Status.MALICIOUS: "error", Status.SUSPICIOUS: "warning"}


def to_sarif(verdicts: Sequence[Verdict], engine_version: str) -> str:
    """Return a log with one run. A clean file leaves no result; a gap is of kind `open`, for nothing was decided.

    The files are artifacts with length and hash; a member of an archive is an artifact inside its archive.
    """
    run = _Run()
    for verdict in verdicts:
        run.take(verdict)
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run.document(engine_version)]}, **_FORM)


_FORM: dict[str, Any] = {"ensure_ascii": False, "indent": 2}


class _Run:
    """Rules, artifacts and techniques are named once, and results point at them."""

    def __init__(self) -> None:
        self._rules: dict[str, Reason | Gap] = {}
        self._results: list[dict[str, Any]] = []
        self._artifacts: list[dict[str, Any]] = []
        self._index: dict[tuple[str, ...], int] = {}

    def take(self, verdict: Verdict) -> None:
        """Add one file."""
        reasons = () if verdict.status is Status.CLEAN else verdict.reasons
        if reasons or verdict.gaps:
            self._file(verdict)
        for reason in reasons:
            self._add(verdict, reason.code, reason)
        for gap in verdict.gaps:
            self._add(verdict, f"gap.{gap.code}", gap)

    def document(self, engine_version: str) -> dict[str, Any]:
        """Return the run."""
        codes = sorted(self._rules)
        techniques = sorted({a for source in self._rules.values() for a in _attack(source)})
        for result in self._results:
            result["ruleIndex"] = codes.index(result["ruleId"])
            taxa = [_taxon(a, techniques) for a in _attack(self._rules[result["ruleId"]])]
            if taxa:
                result["taxa"] = taxa
        driver = {
            "name": "Anshin",
            "semanticVersion": engine_version,
            "rules": [_rule(code, self._rules[code], techniques) for code in codes],
            "supportedTaxonomies": [{"name": ATTACK, "index": 0}],
        }
        taxonomy = {
            "name": ATTACK,
            "organization": "MITRE",
            "informationUri": "https://attack.mitre.org/",
            "shortDescription": {"text": "Techniques of attackers"},
            "isComprehensive": False,
            "taxa": [
                {"id": a, "helpUri": f"https://attack.mitre.org/techniques/{a.replace('.', '/')}/"} for a in techniques
            ],
        }
        return {
            "tool": {"driver": driver},
            "taxonomies": [taxonomy],
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": True}],
            "artifacts": self._artifacts,
            "results": self._results,
        }

    def _add(self, verdict: Verdict, code: str, source: Reason | Gap) -> None:
        self._rules.setdefault(code, source)
        kind = "fail" if isinstance(source, Reason) else "open"
        if isinstance(source, Reason) and source.weight == 0:
            kind = "open" if verdict.status is Status.UNREADABLE else "informational"
        result: dict[str, Any] = {
            "ruleId": code,
            "kind": kind,
            "level": _LEVEL.get(verdict.status, "note") if kind == "fail" else "none",
            "message": {"text": source.en},
            "locations": [self._location(verdict, source.place)],
            "properties": {"status": str(verdict.status), "score": verdict.score, "message_ja": source.ja},
        }
        if verdict.sha256:
            result["partialFingerprints"] = {"sha256/v1": verdict.sha256}
        self._results.append(result)

    def _location(self, verdict: Verdict, place: Place) -> dict[str, Any]:
        index = self._file(verdict)
        steps = tuple(place.member.split("!")) if place.member else ()
        for depth, step in enumerate(steps):
            index = self._artifact((verdict.name, *steps[: depth + 1]), {"location": {"uri": f"/{quote(step)}"}}, index)
        uri = self._artifacts[index]["location"]["uri"] if steps else _uri(verdict.name)
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri, "index": index}}
        region: dict[str, int] = {}
        line = line_of(place)
        if line is not None:
            region["startLine"] = line
        if place.offset is not None:
            region["byteOffset"] = place.offset
        if region:
            physical["region"] = region
        location: dict[str, Any] = {"physicalLocation": physical}
        logical = [{"fullyQualifiedName": place.member, "kind": "member"}] if place.member else []
        logical += [{"name": value, "kind": word or "text"} for word, value in pairs(place.detail) if value]
        if logical:
            location["logicalLocations"] = logical
        return location

    def _file(self, verdict: Verdict) -> int:
        artifact: dict[str, Any] = {"location": {"uri": _uri(verdict.name)}, "length": verdict.size}
        if verdict.sha256:
            artifact["hashes"] = {"sha-256": verdict.sha256}
        if "/" in verdict.type.mime:
            artifact["mimeType"] = verdict.type.mime
        return self._artifact((verdict.name,), artifact, None)

    def _artifact(self, key: tuple[str, ...], artifact: dict[str, Any], parent: int | None) -> int:
        if key not in self._index:
            self._index[key] = len(self._artifacts)
            self._artifacts.append(artifact if parent is None else artifact | {"parentIndex": parent})
        return self._index[key]


def _uri(name: str) -> str:
    return ("file://" if name.startswith("/") else "") + quote(name)


def _attack(source: Reason | Gap) -> tuple[str, ...]:
    return source.attack if isinstance(source, Reason) else ()


def _taxon(technique: str, techniques: list[str]) -> dict[str, Any]:
    return {"id": technique, "index": techniques.index(technique), "toolComponent": {"name": ATTACK, "index": 0}}


def _rule(code: str, source: Reason | Gap, techniques: list[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": source.en},
        "properties": {"description_ja": source.ja},
    }
    if _attack(source):
        rule["properties"]["tags"] = [f"external/mitre-attack/{a}" for a in _attack(source)]
        rule["relationships"] = [{"target": _taxon(a, techniques), "kinds": ["relevant"]} for a in _attack(source)]
    return rule
