"""All verdicts of a scan as one JSON document."""

import json
from collections.abc import Iterable, Sequence

from anshin.engine.models.coverage import without_model
from anshin.engine.render.summary import summarise
from anshin.engine.render.text import note
from anshin.engine.rules.compile import RuleError
from anshin.engine.verdict import Verdict

SCHEMA_VERSION = 1


def to_json(verdicts: Sequence[Verdict], *, skipped: Iterable[str] = (), refused: Iterable[RuleError] = ()) -> str:
    """Return the document; its shape is described in docs/reference/scan."""
    return json.dumps(
        {
            "schema_version": SCHEMA_VERSION,
            "verdicts": [v.model_dump(mode="json") for v in verdicts],
            "summary": summarise(verdicts),
            "notes": [
                {"code": "rules_only", "name": name, "kind": kind, **note("rules_only", kind)}
                for verdict in verdicts
                for name, kind in without_model(verdict)
            ],
            "skipped": list(skipped),
            "refused_rules": [{"path": e.path, "line": e.line, "rule": e.rule, "message": e.message} for e in refused],
        },
        ensure_ascii=False,
        indent=2,
    )
