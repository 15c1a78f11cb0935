"""Whether the database has the tables that this version needs, and bringing it there."""

from dataclasses import dataclass
from enum import StrEnum


class SchemaState(StrEnum):
    """How the database stands to this version."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Schema:
    """The state, and the migrations that make the difference."""

    state: SchemaState
    missing: tuple[str, ...] = ()  # known here, not applied there
    unknown: tuple[str, ...] = ()  # applied there, not known here


def compare(applied: frozenset[str], known: frozenset[str]) -> Schema:
    """Return how a database with `applied` migrations stands to a program that knows `known`."""
    missing, unknown = tuple(sorted(known - applied)), tuple(sorted(applied - known))
    if unknown:
        return Schema(SchemaState.NEWER, missing, unknown)
    if not applied:
        return Schema(SchemaState.EMPTY, missing)
    return Schema(SchemaState.OLDER if missing else SchemaState.CURRENT, missing)


def known_migrations() -> frozenset[str]:
    """Return the names of all migrations this version brings, as "app.0001_name"."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {f"{app}.{name}" for m in loader.disk_migrations.values() for app, name in m.replaces}
    return frozenset(f"{app}.{name}" for app, name in loader.disk_migrations) | replaced


def applied_migrations() -> frozenset[str]:
    """Return the names of the migrations that the database has."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return frozenset(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def inspect() -> Schema:
    """Return how the configured database stands to this version."""
    return compare(applied_migrations(), known_migrations())


def migrate() -> None:
    """Bring the database to this version."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
