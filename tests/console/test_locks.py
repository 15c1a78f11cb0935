"""What one person holds must not stop, or be stopped for ever by, what another one writes at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django_scopes import scope

from anshin.console.audit.operations import record
from anshin.console.cases.models import CaseNote
from anshin.console.cases.operations import add_note, tick_step
from anshin.console.cases.operations.work import locked_case
from anshin.console.people.models import Membership, Organisation
from anshin.console.people.operations import record_for_person
from anshin.console.people.operations.members import _locked_memberships
from anshin.console.people.roles import Role
from tests.console.cases.conftest import Desk
from tests.console.conftest import Cast

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def beside(work: Callable[[], object]) -> bool:
    """Run `work` in a connection of its own; return whether it ended within five seconds."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(5)
    assert not failed, failed
    return not thread.is_alive()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_note_is_written_while_another_one_works_on_the_case(transactional_db, cast: Cast):
    """Whoever ticks a step locks the case, then the log; whoever writes a note has the log, then refers to the case."""
    incident = Desk(cast).case()
    member, owner = cast.actor(Role.MEMBER), cast.actor(Role.OWNER)

    def note() -> None:
        with scope(organisation=cast.company):
            add_note(actor=member, incident=incident, text="seen")

    with scope(organisation=cast.company), transaction.atomic():
        locked_case(incident)
        assert beside(note)
        tick_step(actor=owner, step=incident.steps.all()[0])
    with scope(organisation=cast.company):
        assert CaseNote.objects.filter(text="seen").exists()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_log_is_written_while_roles_are_changed(transactional_db, cast: Cast):
    member, owner = cast.actor(Role.MEMBER), cast.actor(Role.OWNER)
    with transaction.atomic():
        _locked_memberships(cast.company)
        assert beside(lambda: record(actor=member, action="test.act"))
        record(actor=owner, action="test.act")


def test_logs_of_one_person_are_locked_in_one_order(cast: Cast, django_assert_max_num_queries):
    user = cast.user(cast.company, Role.OWNER)
    more = [Organisation.objects.create(kind="customer", provider=cast.provider, name=f"{n}") for n in range(6)]
    for organisation in more:
        Membership.objects.create(user=user, organisation=organisation, role=Role.MEMBER)
    with django_assert_max_num_queries(200) as seen:
        record_for_person(user=user, action="person.signed_in")
    asked = next(q["sql"] for q in seen.captured_queries if "people_organisation" in q["sql"])
    assert 'ORDER BY "people_organisation"."id"' in asked
