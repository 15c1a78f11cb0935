"""SARIF 2.1.0 (OASIS standard, 27 March 2020): one result per reason of weight, one open result per gap."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from anshin.engine.verdict import Gap, Place, Reason, Status, Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Status.MALICIOUS: "error", Status.SUSPICIOUS: "warning"}


def to_sarif(verdicts: Sequence[Verdict], engine_version: str) -> str:
    """Return a log with one run. A clean file leaves no result; a gap is of kind `open`, for nothing was decided."""
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for verdict in verdicts:
        for reason in verdict.reasons:
            rules.setdefault(reason.code, _rule(reason.code, reason))
            results.append(_result(verdict, reason.code, reason))
        for gap in verdict.gaps:
            code = f"gap.{gap.code}"
            rules.setdefault(code, _rule(code, gap))
            results.append(_result(verdict, code, gap))
    order = {code: number for number, code in enumerate(sorted(rules))}
    for result in results:
        result["ruleIndex"] = order[result["ruleId"]]
    driver = {
        "name": "Anshin",
        "semanticVersion": engine_version,
        "rules": [rules[code] for code in sorted(rules)],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(code: str, source: Reason | Gap) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": source.en},
        "properties": {"description_ja": source.ja},
    }
    if isinstance(source, Reason) and source.attack:
        rule["properties"]["tags"] = [f"external/mitre-attack/{a}" for a in source.attack]
    return rule


def _result(verdict: Verdict, code: str, source: Reason | Gap) -> dict[str, Any]:
    level = _LEVEL.get(verdict.status, "note") if isinstance(source, Reason) else "none"
    return {
        "ruleId": code,
        "kind": "fail" if isinstance(source, Reason) else "open",
        "level": level,
        "message": {"text": source.en},
        "locations": [_location(verdict.name, source.place)],
        "partialFingerprints": {"sha256/v1": verdict.sha256},
        "properties": {"status": str(verdict.status), "score": verdict.score, "message_ja": source.ja},
    }


def _location(name: str, place: Place) -> dict[str, Any]:
    scheme = "file://" if name.startswith("/") else ""
    physical: dict[str, Any] = {"artifactLocation": {"uri": scheme + quote(name)}}
    if place.offset is not None and not place.member:
        physical["region"] = {"byteOffset": place.offset}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.member:
        location["logicalLocations"] = [{"fullyQualifiedName": place.member, "kind": "member"}]
    return location
