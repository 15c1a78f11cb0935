"""What the gateway did, as lines for a collector, and as counts."""

import json
import logging
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime

_log = logging.getLogger("anshin.gateway")


class Lines(logging.Formatter):
    """One JSON object per event, or `time event key=value ...` for a person."""

    def __init__(self, *, human: bool) -> None:
        """Choose the form."""
        super().__init__()
        self._human = human

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        fields: dict[str, object] = getattr(record, "fields", {})
        when = datetime.fromtimestamp(record.created, UTC)
        if self._human:
            pairs = " ".join(f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in fields.items())
            return f"{when:%H:%M:%S} {record.levelname.lower():7} {record.getMessage()} {pairs}".rstrip()
        line = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        return json.dumps(line | fields, ensure_ascii=False)


def set_up(form: str, *, debug: bool) -> None:
    """Send the lines to standard error; `form` is auto, human or json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(human=form == "human" or (form == "auto" and sys.stderr.isatty())))
    _log.handlers[:] = [handler]
    _log.setLevel(logging.DEBUG if debug else logging.INFO)
    _log.propagate = False


def tell(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line."""
    _log.log(level, event, extra={"fields": fields})


class Counts:
    """Counts since the start. Safe for several threads."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._started = time.monotonic()

    def add(self, name: str, amount: int = 1) -> None:
        """Count."""
        with self._lock:
            self._counts[name] += amount

    def now(self) -> dict[str, int]:
        """Return all counts, and the seconds since the start."""
        with self._lock:
            return dict(sorted(self._counts.items())) | {"uptime_seconds": int(time.monotonic() - self._started)}
