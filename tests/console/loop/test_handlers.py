"""The one page that names the loop is true: handlers exist, and every published kind is on it."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

import anshin.console
from anshin.console.loop.handlers import HANDLERS

SOURCES = sorted(Path(anshin.console.__file__).parent.rglob("*.py"))
KIND = re.compile(r"^[a-z_]+\.[a-z_]+$")


@pytest.mark.parametrize(("kind", "path"), [(k, p) for k, paths in HANDLERS.items() for p in paths])
def test_handler_is_an_operation_that_takes_the_event(kind, path):
    assert KIND.match(kind)
    assert ".operations" in path
    parameters = inspect.signature(import_string(path)).parameters
    assert {"event_id", "organisation"} <= set(parameters)
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values())


def published_kinds():
    """Yield the kinds in `publish(kind="…")`, and in the (kind, payload) pairs that `publish_many` takes."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            found = None
            if isinstance(node, ast.Call):
                found = next((k.value for k in node.keywords if k.arg == "kind"), None)
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                found = found if name == "publish" else None
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict):
                found = node.elts[0]
            if isinstance(found, ast.Constant) and isinstance(found.value, str) and KIND.match(found.value):
                yield found.value


def test_every_published_kind_is_handled_and_every_handled_kind_published():
    assert set(published_kinds()) == set(HANDLERS)
