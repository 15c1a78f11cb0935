"""Triggers that refuse to change or remove rows, so that neither the program nor a console of the database can.

Used by the migrations of the tables that hold proof. A person who owns the database can still drop a trigger; the hash
chains show what was done then.
"""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.special import RunPython
from django.db.migrations.state import StateApps

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END
"""
# REPLACE removes the row in its way without firing its DELETE trigger, so that an id may never be used twice.
_SQLITE_REPLACE = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})
BEGIN SELECT RAISE(ABORT, '{table} is append-only: replace refused'); END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION anshin_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation';
END $$
"""
_POSTGRES = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION anshin_append_only()
"""

TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "audit_auditentry": (("id",), ("organisation_id", "sequence")),
    "cases_evidence": (("id",),),
    "cases_custodyevent": (("id",), ("incident_id", "sequence")),
}
"""Every append-only table and its unique columns."""


def install(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
    """Create the triggers of `tables`."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table in tables:
            for statement in _statements(connection.vendor, table):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
    """Drop the triggers of `tables`: for undoing the migration, and for emptying a test database."""
    on = " ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for table in tables:
            for verb in ("update", "delete", "truncate" if connection.vendor == "postgresql" else "replace"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on.format(table=table)}")


def _statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            _POSTGRES.format(table=table, verb=verb, VERB=verb.upper()) for verb in ("update", "delete", "truncate")
        ]
    if vendor == "sqlite":
        taken = " OR ".join(
            "(" + " AND ".join(f"{column} = NEW.{column}" for column in columns) + ")" for columns in TABLES[table]
        )
        return [
            *(_SQLITE.format(table=table, verb=verb, VERB=verb.upper()) for verb in ("update", "delete")),
            _SQLITE_REPLACE.format(table=table, taken=taken),
        ]
    raise NotImplementedError(f"Anshin keeps its proofs in SQLite or PostgreSQL, not in {vendor}.")


def migration(*tables: str) -> RunPython:
    """Return the migration operation that makes `tables` append-only."""

    def forwards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        install(editor.connection, tables)

    def backwards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        remove(editor.connection, tables)

    return RunPython(forwards, backwards)
