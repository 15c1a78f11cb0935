"""The tables that hold proof take new rows and nothing else, by whatever way it is tried."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django_scopes import scope, scopes_disabled

from anshin.console.audit import append_only
from anshin.console.audit.models import AuditEntry
from anshin.console.audit.operations import record
from anshin.console.cases.models import CustodyEvent, Evidence
from anshin.console.people.roles import Role
from tests.console.cases.conftest import Desk

MODELS: dict[str, Any] = {
    "audit_auditentry": AuditEntry,
    "cases_evidence": Evidence,
    "cases_custodyevent": CustodyEvent,
}


@pytest.fixture
def filled(cast):
    """At least one row in each table."""
    Desk(cast).case()
    record(actor=cast.actor(Role.OWNER), action="test.act")


def refused():
    return pytest.raises(IntegrityError, match="is append-only")


@pytest.mark.parametrize("table", MODELS)
def test_every_proof_table_is_named_and_guarded(filled, table):
    assert set(MODELS) == set(append_only.TABLES)
    assert MODELS[table]._meta.db_table == table


@pytest.mark.parametrize("table", MODELS)
@pytest.mark.parametrize("statement", ["UPDATE {t} SET {c} = 'x'", "UPDATE {t} SET {c} = {c}", "DELETE FROM {t}"])
def test_raw_statements_are_refused(filled, table, statement):
    column = "sha256" if table == "cases_evidence" else "hash"
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(t=table, c=column))
    with scopes_disabled():
        assert MODELS[table].objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", MODELS)
def test_truncate_is_refused(filled, table):
    connection.check_constraints()  # PostgreSQL truncates nothing whose foreign keys are still to be checked
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has REPLACE")
@pytest.mark.parametrize("table", MODELS)
def test_replace_is_refused(filled, table):
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.parametrize("table", MODELS)
def test_the_orm_is_refused(cast, filled, table):
    model = MODELS[table]
    with scope(organisation=cast.company):
        row = model.objects.first()
        for act in (
            row.save,
            row.delete,
            lambda: model.objects.all().delete(),
            lambda: model.objects.update(organisation=cast.other),
        ):
            with (
                pytest.raises(Exception, match=r"append-only|referenced through protected foreign keys"),
                transaction.atomic(),
            ):
                act()
        assert model.objects.filter(pk=row.pk).exists()


def test_new_entries_are_taken(cast, filled):
    before = AuditEntry.objects.count()
    record(actor=cast.actor(Role.OWNER), action="test.again")
    assert AuditEntry.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_emptying_the_test_database_leaves_the_triggers(transactional_db):
    from django.core.management import call_command

    from tests.console.conftest import make_cast

    actor = make_cast().actor(Role.OWNER)
    record(actor=actor, action="test.act")
    call_command("flush", interactive=False, verbosity=0)
    assert not AuditEntry.objects.exists()
    record(actor=make_cast().actor(Role.OWNER), action="test.act")
    with refused(), transaction.atomic():
        AuditEntry.objects.update(action="forged")


def test_other_databases_are_refused():
    with pytest.raises(NotImplementedError, match="SQLite or PostgreSQL"):
        append_only._statements("mysql", "audit_auditentry")
