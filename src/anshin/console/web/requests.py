"""The id of the request being answered, for logs, the audit trail and error messages; and whether a monitor asks."""

import hmac
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

_request_id: ContextVar[str] = ContextVar("anshin_request_id", default="")


def current_request_id() -> str:
    """Return the id of the current request, or "" outside one."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Set the id for the rest of this request."""
    _request_id.set(value)


def shows_metrics_key(request: HttpRequest) -> bool:
    """Whether the request carries the installation's metrics key as `Authorization: Bearer`."""
    key: str = settings.CONFIG.metrics_key
    scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
    # An installation without a key answers nobody.
    return bool(key) and scheme == "Bearer" and hmac.compare_digest(shown.encode(), key.encode())
