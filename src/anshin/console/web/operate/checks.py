"""What must hold for this installation to do its work: looked at by /readyz and by `anshin doctor`."""

import shutil
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from anshin.console.loop.operations import state as loop_state
from anshin.console.web.models import WorkerHeartbeat
from anshin.console.web.operate import schema
from anshin.console.web.operate.check import Check

WORKER_SILENT_SECONDS = 60.0
OUTBOX_OLD_SECONDS = 900.0  # all retries of one failing handler take about ten minutes
DISK_LEAST_BYTES = 200 * 1024 * 1024


def database() -> Check:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return Check("database", ok=True, facts={"vendor": connection.vendor})


def migrations() -> Check:
    """Whether the tables are those of this version."""
    found = schema.compare(schema.applied_migrations(), _known())
    return Check(
        "migrations",
        ok=found.state is schema.SchemaState.CURRENT,
        facts={"state": found.state.value, "missing": len(found.missing), "unknown": len(found.unknown)},
        mend="Start Anshin with `anshin up`: it brings the tables to this version.",
    )


@cache
def _known() -> frozenset[str]:
    return schema.known_migrations()


def worker(now: datetime) -> Check:
    """Whether a background worker was at work a moment ago."""
    last = WorkerHeartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    age = (now - last).total_seconds() if last else None
    return Check(
        "worker",
        ok=age is not None and age <= WORKER_SILENT_SECONDS,
        facts={"last_seen_seconds": None if age is None else round(age, 1)},
        mend="Start the worker with `anshin worker`; `anshin up` does it by itself.",
    )


def outbox(now: datetime) -> Check:
    """Whether what must follow from events does follow."""
    found = loop_state(now=now)
    return Check(
        "outbox",
        ok=found.oldest_seconds <= OUTBOX_OLD_SECONDS,
        facts={"waiting": found.waiting, "oldest_seconds": round(found.oldest_seconds, 1), "dead": found.dead},
        mend="Look into the worker's log: an event waits and its handler fails or the worker does not run.",
    )


def disk(folder: Path | None = None) -> Check:
    """Whether the data folder has room."""
    folder = folder or settings.CONFIG.data or Path.cwd()
    free = shutil.disk_usage(folder).free
    return Check(
        "disk",
        ok=free >= DISK_LEAST_BYTES,
        facts={"free_bytes": free},
        mend="Make room on the data folder's disk.",
    )


def engine() -> Check:
    """Whether the engine's rules can be loaded."""
    return Check("engine", ok=True, facts={"rules": _rules_version()}, mend="The rules are damaged: install anew.")


@cache
def _rules_version() -> str:
    from anshin.engine.rules.compile import compile_rules

    return compile_rules(()).version


def readiness(*, now: datetime | None = None) -> list[Check]:
    """Return every check that decides whether this installation may get work. None of them raises."""
    now = now or timezone.now()
    looked: list[tuple[str, Callable[[], Check]]] = [
        ("database", database),
        ("migrations", migrations),
        ("worker", lambda: worker(now)),
        ("outbox", lambda: outbox(now)),
        ("disk", disk),
        ("engine", engine),
    ]
    return [_safely(name, look) for name, look in looked]


def _safely(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except (DatabaseError, OSError, ImportError, ValueError) as error:
        # The kind alone: messages of databases may hold addresses and names.
        return Check(name, ok=False, facts={"error": type(error).__name__})
