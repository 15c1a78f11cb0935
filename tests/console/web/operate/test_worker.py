"""The worker: the schedule, the sign of life, stopping."""

import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import default_task_backend  # noqa: F401 - the library must be set up
from django_tasks_db.models import DBTaskResult

from anshin.console.loop.jobs import deliver_outbox
from anshin.console.web.models import WorkerHeartbeat
from anshin.console.web.operate.tasks import task_counts
from anshin.console.web.operate.worker import Worker, forget_ended_sessions, forget_finished_tasks
from anshin.console.web.schedule import JOBS, Periodic, Schedule, call_job


def test_every_job_can_be_found():
    for periodic in JOBS:
        assert callable(getattr(import_string(periodic.job), "call", import_string(periodic.job))), periodic.job
        assert periodic.every > 0


@pytest.mark.django_db
def test_every_job_runs():
    for periodic in JOBS:
        call_job(periodic.job)


def test_schedule_runs_at_start_and_then_in_its_turn():
    called: list[str] = []
    schedule = Schedule((Periodic("a", 60), Periodic("b", 300)))
    for now in (1000.0, 1001.0, 1059.9, 1060.0, 1299.9, 1300.0):
        schedule.run_due(now, called.append)
    assert called == ["a", "b", "a", "a", "b"]


def test_a_failing_job_does_not_stop_the_others(caplog):
    def call(path: str) -> None:
        if path == "bad":
            raise RuntimeError("on purpose")

    with caplog.at_level(logging.ERROR, "anshin.schedule"):
        assert Schedule((Periodic("bad", 1), Periodic("good", 1))).run_due(5.0, call) == ["bad", "good"]
    assert "bad" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_one_round_beats_and_runs_what_waits(monkeypatch):
    deliver_outbox.enqueue()
    assert task_counts() == {"ready": 1}
    worker = Worker("worker-1", Schedule(()))
    worker.one_round()
    assert task_counts() == {"successful": 1}
    assert WorkerHeartbeat.objects.get().name == "worker-1"


@pytest.mark.django_db(transaction=True)
def test_stopping_finishes_and_takes_the_sign_of_life_along(monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_args: None)
    WorkerHeartbeat.objects.create(name="killed long ago", at=timezone.now() - timedelta(days=2))
    worker = Worker("worker-1", Schedule(()))
    rounds: list[str] = []

    def one_round() -> None:
        rounds.append(WorkerHeartbeat.objects.update_or_create(name="worker-1", defaults={"at": timezone.now()})[0].pk)
        worker.stop()

    monkeypatch.setattr(worker, "one_round", one_round)
    worker.run()
    assert len(rounds) == 1
    assert not WorkerHeartbeat.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asked_to_stop_it_takes_no_new_task():
    deliver_outbox.enqueue()
    worker = Worker("worker-1", Schedule(()))
    worker.stop()
    worker.one_round()
    assert task_counts() == {"ready": 1}


@pytest.mark.django_db(transaction=True)
def test_old_rows_are_forgotten_and_young_ones_kept():
    now = timezone.now()
    for key, ends in (("old", now - timedelta(days=1)), ("young", now + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="x", expire_date=ends)
    for days in (1, 10):
        deliver_outbox.enqueue()
        Worker("w", Schedule(())).one_round()
        newest = DBTaskResult.objects.order_by("-enqueued_at").first()
        assert newest is not None
        DBTaskResult.objects.filter(pk=newest.pk).update(finished_at=now - timedelta(days=days))
    forget_ended_sessions()
    forget_finished_tasks()
    assert [s.session_key for s in Session.objects.all()] == ["young"]
    assert DBTaskResult.objects.count() == 1
