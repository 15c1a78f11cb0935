"""Parts of a page that keep themselves current: asked for every few seconds, sent only when they changed.

Sending nothing while nothing changed keeps the focus of a keyboard, and the place of a screen reader, where they are.
"""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

_SEEN = "seen"
_MARK = "0" * 16


def render_part(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """Render a part. In it, `{{ live_url }}` is where to ask for it again; it says which state was seen last.

    `context["live_path"]` may name another address than the one of this request, for a part inside a larger page.
    """
    query = request.GET.copy()
    query[_SEEN] = _MARK
    path = context.get("live_path") or request.path
    text = render_to_string(template, context | {"live_url": f"{path}?{query.urlencode()}"}, request)
    return text.replace(f"{_SEEN}={_MARK}", f"{_SEEN}={_digest(text)}")


def answer_part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer a poll: the part, or 204 when it is as the asker has it."""
    text = render_part(request, template, context)
    seen = request.GET.get(_SEEN, "")
    if len(seen) == len(_MARK) and f"{_SEEN}={seen}" in text:
        return HttpResponse(status=204)
    return HttpResponse(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
