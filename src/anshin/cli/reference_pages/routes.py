"""The page of routes: every address of the console and who may use it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from anshin.cli.reference_pages.words import head, opening

API = "api:"


def page() -> str:
    """Return the page."""
    lines = [*opening("routes", "both"), *head("routes", "both")]
    rows = sorted(walk(get_resolver().url_patterns))
    lines += [f"| `/{address}` | {name or '-'} | {gate} |" for address, name, gate in rows]
    return "\n".join(lines) + "\n"


def walk(patterns: list[Any], before: str = "", space: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield address, name and gate of every route."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, address, inner)
        elif isinstance(pattern, URLPattern):
            yield address, f"{space}{pattern.name}" if pattern.name else "", gate_of(pattern.callback, space)


def gate_of(view: Callable[..., Any], space: str) -> str:
    """Return what stands before a view; "none" is an error that a test finds."""
    marked = getattr(view, "permission", None)
    if marked is not None:
        return str(getattr(marked, "value", marked))
    # The API's own operations check keys and signatures; its views carry no mark.
    return "api" if space == API else "none"
