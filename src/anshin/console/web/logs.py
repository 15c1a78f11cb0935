"""Log lines on standard error: JSON by default, human on request; and one line for every request."""

import json
import logging
import logging.config
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from anshin.console.web.requests import current_request_id
from anshin.console.web.traffic import traffic

PROBED_ROUTES = frozenset({"healthz", "readyz", "metrics"})
"""Asked by machines all day long: counted, not written."""


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, request id, message, and `extra` fields listed in `KEYS`."""

    KEYS = ("organisation", "actor", "device", "status", "method", "route", "milliseconds", "event", "count")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := current_request_id():
            line["request"] = request_id
        line.update({key: getattr(record, key) for key in self.KEYS if hasattr(record, key)})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(options: dict[str, Any]) -> None:
    """Set up logging. `options["format"]` is "json" or "human"."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {"()": JsonFormatter},
                "human": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": options.get("format", "json")}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                "httpx": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},
                "django_tasks": {"level": "WARNING"},
                "django_tasks_db": {"level": "WARNING"},
                "waitress": {"level": "WARNING"},
            },
        }
    )


class AccessLogMiddleware:
    """Writes one line per answered request: route name, status, milliseconds, and the ids of company and actor.

    Paths, query strings, file names and addresses stay out: they tell more about people than a log may.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = logging.getLogger("anshin.access")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, measure, write."""
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        traffic.note(request.method or "", response.status_code, seconds)
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route not in PROBED_ROUTES:
            self.log.info("request", extra=_line_of(request, response, route, seconds))
        return response


def _line_of(request: HttpRequest, response: HttpResponse, route: str, seconds: float) -> dict[str, Any]:
    line: dict[str, Any] = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
    }
    # Gated pages set `actor`; the customer API leaves its actor in `auth`; the agent API its device in `device`.
    actor = getattr(request, "actor", None) or getattr(request, "auth", None)
    if (organisation := getattr(actor, "organisation", None)) is not None:
        line |= {"organisation": str(organisation.id), "actor": f"{actor.kind}:{actor.id}"}  # type: ignore[union-attr]
    if (device := getattr(request, "device", None)) is not None:
        line |= {"organisation": str(device.organisation_id), "device": str(device.id)}
    return line
