"""Log lines on standard error: JSON by default, human on request."""

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

from anshin.console.web.requests import current_request_id


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
                "waitress": {"level": "WARNING"},
            },
        }
    )
