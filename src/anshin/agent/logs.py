"""The agent's log on standard error: lines for a person on a terminal, JSON lines for a collector.

No file name appears above debug: logs travel further than events do.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

Form = Literal["auto", "human", "json"]


class JsonLines(logging.Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            if record.levelno <= logging.DEBUG or logging.getLogger("anshin").isEnabledFor(logging.DEBUG):
                line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class HumanLines(logging.Formatter):
    """Time, level, sentence; the trace only when debugging, because it can name files."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, or more when debugging."""
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname:7} {record.getMessage()}"
        if record.exc_info and logging.getLogger("anshin").isEnabledFor(logging.DEBUG):
            line += "\n" + self.formatException(record.exc_info)
        return line


def set_up(form: Form = "auto", *, debug: bool = False) -> None:
    """Send the agent's log to standard error in the wanted form."""
    handler = logging.StreamHandler(sys.stderr)
    human = form == "human" or (form == "auto" and sys.stderr.isatty())
    handler.setFormatter(HumanLines() if human else JsonLines())
    logger = logging.getLogger("anshin")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False
