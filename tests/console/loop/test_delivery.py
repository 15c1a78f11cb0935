"""The outbox: nothing is lost, nothing is done twice, and what fails too often is seen."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from anshin.console.audit.models import AuditEntry
from anshin.console.audit.operations import record
from anshin.console.loop import delivery, operations
from anshin.console.loop.handlers import HANDLERS
from anshin.console.loop.jobs import deliver_outbox
from anshin.console.loop.models import DomainEvent
from anshin.console.people.access import system_actor
from tests.console.conftest import make_cast

CALLS: list[int] = []
TROUBLE: list[BaseException] = []
PATHS = (f"{__name__}.note_number", f"{__name__}.stumble")


def note_number(*, event_id, organisation, number):
    CALLS.append(number)
    record(actor=system_actor(organisation, "test"), action="test.noted", object_id=event_id, data={"number": number})


def stumble(*, event_id, organisation, number):
    if TROUBLE:
        raise TROUBLE[0]


@pytest.fixture(autouse=True)
def handlers(monkeypatch):
    CALLS.clear()
    TROUBLE.clear()
    known = {"note_number": note_number, "stumble": stumble}
    monkeypatch.setattr(delivery, "import_string", lambda path: known[path.rsplit(".", 1)[1]])
    monkeypatch.setitem(HANDLERS, "test.happened", PATHS)


def publish(cast, number=1):
    return operations.publish(kind="test.happened", organisation=cast.company, payload={"number": number})


def test_unknown_kind_is_refused(cast):
    with pytest.raises(KeyError):
        operations.publish(kind="test.unheard", organisation=cast.company, payload={})
    assert not DomainEvent.objects.exists()


def test_events_are_delivered_in_order_and_once(cast):
    operations.publish_many(
        organisation=cast.company, events=[("test.happened", {"number": number}) for number in range(5)]
    )
    publish(cast, 5)
    assert operations.deliver_waiting() == 6
    assert operations.deliver_waiting() == 0
    assert CALLS == [0, 1, 2, 3, 4, 5]
    assert not DomainEvent.objects.filter(handled_at=None).exists()


def test_handler_runs_in_its_companys_scope(cast, monkeypatch):
    from django_scopes import get_scope

    seen = []
    monkeypatch.setattr(delivery, "import_string", lambda _path: lambda **_kw: seen.append(get_scope()))
    publish(cast)
    operations.deliver_waiting()
    assert {s["organisation"].id for s in seen} == {cast.company.id}


def test_failing_handler_undoes_its_event_and_does_not_stop_the_others(cast, monkeypatch):
    def only_two(*, number, **_keywords):
        if number == 2:
            raise RuntimeError("no disk \0 left")

    monkeypatch.setattr(
        delivery, "import_string", lambda path: note_number if path.endswith("note_number") else only_two
    )
    for number in (1, 2, 3):
        publish(cast, number)
    assert operations.deliver_waiting() == 2
    failed = DomainEvent.objects.get(handled_at=None)
    assert failed.payload == {"number": 2}
    assert failed.attempts == 1
    assert failed.last_error == "RuntimeError: no disk  left"
    noted = AuditEntry.objects.filter(action="test.noted").order_by("sequence")
    assert [entry.data["number"] for entry in noted] == [1, 3]


def test_failed_event_waits_longer_each_time_and_then_succeeds(cast):
    TROUBLE.append(RuntimeError("not yet"))
    event = publish(cast)
    now = timezone.now()
    waits = []
    for _attempt in range(3):
        assert operations.deliver_waiting(now=now) == 0
        event.refresh_from_db()
        waits.append((event.next_attempt_at - now).total_seconds())
        assert operations.deliver_waiting(now=event.next_attempt_at - timedelta(seconds=1)) == 0
        now = event.next_attempt_at
    assert waits == [5, 10, 20]
    assert event.attempts == 3
    TROUBLE.clear()
    assert operations.deliver_waiting(now=now) == 1
    event.refresh_from_db()
    assert event.handled_at is not None
    assert event.last_error == ""


def test_dead_event_is_shown_and_tried_once_a_day(cast):
    TROUBLE.append(RuntimeError("always"))
    event = publish(cast)
    publish_time = now = timezone.now()
    for _attempt in range(operations.MAX_ATTEMPTS):
        operations.deliver_waiting(now=now)
        event.refresh_from_db()
        now = event.next_attempt_at
    assert event.attempts == operations.MAX_ATTEMPTS
    assert operations.state(now=publish_time) == operations.LoopState(waiting=0, oldest_seconds=0.0, dead=1)
    assert operations.deliver_waiting(now=now - timedelta(minutes=1)) == 0
    TROUBLE.clear()
    assert operations.deliver_waiting(now=now) == 1
    assert operations.state().dead == 0


def test_state_tells_how_long_the_oldest_waits(cast):
    assert operations.state() == operations.LoopState(0, 0.0, 0)
    first, _second = publish(cast, 1), publish(cast, 2)
    found = operations.state(now=first.created_at + timedelta(seconds=90))
    assert (found.waiting, found.oldest_seconds, found.dead) == (2, 90.0, 0)


class Killed(BaseException):
    """Stands for kill -9: no `except Exception` sees it, and nothing after it runs."""


def test_worker_killed_in_the_middle_loses_nothing(cast):
    TROUBLE.append(Killed())
    publish(cast)
    with pytest.raises(Killed):
        operations.deliver_waiting()
    assert not AuditEntry.objects.filter(action="test.noted").exists()
    TROUBLE.clear()
    assert operations.deliver_waiting() == 1  # the next worker's start
    assert AuditEntry.objects.filter(action="test.noted").count() == 1


def test_handler_that_kills_every_worker_is_given_up(cast):
    TROUBLE.append(Killed())
    event = publish(cast)
    for _attempt in range(operations.MAX_ATTEMPTS - 1):
        with pytest.raises(Killed):
            operations.deliver_waiting()
    with pytest.raises(Killed):
        operations.deliver_waiting()
    assert operations.deliver_waiting() == 0
    event.refresh_from_db()
    assert event.attempts == operations.MAX_ATTEMPTS
    assert operations.state().dead == 1


def test_job_left_running_by_a_killed_worker_does_not_matter(cast):
    publish(cast)
    assert DBTaskResult.objects.update(status="RUNNING") == 1
    assert operations.deliver_waiting() == 1


def test_job_delivers(cast):
    publish(cast)
    assert deliver_outbox.func() == 1


def test_event_and_job_stand_or_fall_with_the_act(cast):
    from django.db import transaction

    with transaction.atomic():
        publish(cast)
        transaction.set_rollback(True)
    assert not DomainEvent.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="an SQLite in memory has one connection; see test_processes")
def test_two_workers_at_once_deliver_each_event_once(transactional_db):
    cast = make_cast()
    for number in range(20):
        publish(cast, number)
    counts, start = [], threading.Barrier(2)

    def work():
        start.wait(timeout=30)
        try:
            counts.append(operations.deliver_waiting())
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert sum(counts) == 20
    assert sorted(CALLS) == list(range(20))
    assert AuditEntry.objects.filter(action="test.noted").count() == 20
