"""Saving, restoring and fingerprinting a database: SQLite by its backup interface, PostgreSQL by its own programs."""

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from anshin.console.web.operate.errors import ConflictError, OperationError
from anshin.console.web.operate.manifest import TableContent, content_of
from anshin.console.web.operate.words import gettext as _

Settings = Mapping[str, Any]


def save_sqlite(source: Path, target: Path) -> dict[str, TableContent]:
    """Copy a database in use to `target`, as it is at one moment, and return what is in the copy."""
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy, pages=2048, sleep=0.01)
        # The copy must be one file; the live one keeps its write-ahead log.
        copy.execute("PRAGMA journal_mode=DELETE")
    return fingerprint_sqlite(target)


def fingerprint_sqlite(path: Path) -> dict[str, TableContent]:
    """Return count and hash of every table of the SQLite database at `path`."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        names = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        found = {}
        for (raw,) in names:
            name = raw.decode()
            quoted = '"' + name.replace('"', '""') + '"'
            rows = database.execute(f"SELECT * FROM {quoted} ORDER BY rowid")  # noqa: S608 - a name from the database itself
            found[name] = content_of(repr(row).encode() for row in rows)
        return found


def sqlite_is_whole(path: Path) -> bool:
    """Whether SQLite finds no damage in the database at `path`."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def save_postgresql(settings: Settings, target: Path) -> dict[str, TableContent]:
    """Dump a database in use to `target`, and return what is in it, both as of one moment."""
    with _snapshot(settings) as (cursor, snapshot):
        _run("pg_dump", settings, "--format=custom", f"--snapshot={snapshot}", f"--file={target}", "--no-owner")
        return _fingerprint(cursor)


def restore_postgresql(settings: Settings, dump: Path) -> dict[str, TableContent]:
    """Load a dump into the empty database that `settings` names; all of it or nothing. Return what is there then."""
    with _snapshot(settings) as (cursor, _name):
        if _tables(cursor):
            raise ConflictError(_("The PostgreSQL database is not empty. Name an empty one in ANSHIN_DATABASE_URL."))
    _run("pg_restore", settings, "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", str(dump))
    with _snapshot(settings) as (cursor, _name):
        return _fingerprint(cursor)


@contextlib.contextmanager
def _snapshot(settings: Settings) -> Iterator[tuple[Any, str]]:
    import psycopg

    arguments = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    with psycopg.connect(**{k: v for k, v in arguments.items() if v}) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        row = cursor.fetchone()
        yield cursor, str(row[0]) if row else ""


def _tables(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
    return [name for (name,) in cursor.fetchall()]


def _fingerprint(cursor: Any) -> dict[str, TableContent]:
    from psycopg import sql

    cursor.execute("SET LOCAL timezone TO 'UTC'")
    cursor.execute("SET LOCAL extra_float_digits TO 3")
    found = {}
    for name in _tables(cursor):
        # Byte order, so that two machines with different collations agree.
        cursor.execute(sql.SQL('SELECT t::text FROM {} AS t ORDER BY t::text COLLATE "C"').format(sql.Identifier(name)))
        found[name] = content_of(row[0].encode() for row in cursor)
    return found


def _run(program: str, settings: Settings, *arguments: str) -> None:
    # The password goes by environment, never by argument: arguments can be read by every user of the machine.
    named = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    environment = os.environ | {k: str(settings[v]) for k, v in named.items() if settings[v]}
    if program == "pg_restore":
        arguments = (f"--dbname={settings['NAME']}", *arguments)
    try:
        done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise OperationError(
            _("{program} is missing. Install PostgreSQL's client programs (Debian: postgresql-client).").format(
                program=program
            )
        ) from error
    if done.returncode != 0:
        raise OperationError(_("{program} failed: {error}").format(program=program, error=done.stderr.strip()[-500:]))
