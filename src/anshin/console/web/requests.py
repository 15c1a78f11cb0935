"""The id of the request being answered, for logs, the audit trail and error messages."""

from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("anshin_request_id", default="")


def current_request_id() -> str:
    """Return the id of the current request, or "" outside one."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Set the id for the rest of this request."""
    _request_id.set(value)
