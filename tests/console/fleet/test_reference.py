"""The reference of API and events is whole, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from anshin.console.fleet.filters import DETECTION_ORDERS, DEVICE_ORDERS
from anshin.console.fleet.models import Detection
from anshin.console.fleet.operations.restores import RestoreStage
from anshin.console.fleet.status import Cause, State
from anshin.console.loop.handlers import HANDLERS
from anshin.console.web.api import api
from anshin.wire.documents import EventKind

ROOT = Path(__file__).resolve().parents[3]
# The call that makes a Problem or a Refusal, and which of its arguments is the code.
MAKERS = {"ApiProblem": 1, "_Refused": 1, "_refused": 0}


def problem_codes() -> set[str]:
    """Return every code that stands in the console's source where a Problem or a Refusal is made."""
    return {
        code
        for path in (ROOT / "src" / "anshin" / "console").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for code in codes_of(node, node.func.id)
    }


def codes_of(call: ast.Call, name: str) -> Iterator[str]:
    values: list[ast.expr] = []
    if name in MAKERS:
        values = call.args[MAKERS[name] : MAKERS[name] + 1]
    elif name == "partial" and call.args and isinstance(call.args[0], ast.Name) and call.args[0].id in MAKERS:
        values = call.args[2:3]
    elif name == "Refusal":
        values = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def written(page: str) -> set[str]:
    """Return everything that stands in backticks on a page of the reference."""
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    return set(re.findall(r"`([^`]+)`", text))


def test_scan_finds_the_codes():
    found = problem_codes()
    assert {"token_used", "clock_skew", "not_found", "restore_under_way", "event_id_refused"} <= found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_code_is_in_the_reference(language):
    assert problem_codes() - written(f"api.{language}.md") == set()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_event_is_in_the_reference(language):
    assert {*EventKind, *HANDLERS} - written(f"events.{language}.md") == set()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_route_and_value_is_in_the_reference(language):
    text = (ROOT / "docs" / "reference" / f"api.{language}.md").read_text(encoding="utf-8")
    routes = {
        f"{method.upper()} {re.sub(r'{[a-z0-9_]+}', '{id}', path)}"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
        if path.startswith(("/api/agent/", "/api/v1/devices", "/api/v1/detections"))
    }
    assert len(routes) == 11
    assert routes - written(f"api.{language}.md") == set()
    values = {*State, *Cause, *RestoreStage, *Detection.Outcome.values, *DEVICE_ORDERS, *DETECTION_ORDERS}
    assert [v for v in values if not re.search(rf"\b{v.removeprefix('-')}\b", text)] == []
