"""/healthz and /readyz."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from anshin.console.loop.models import DomainEvent
from anshin.console.people.roles import Role
from anshin.console.web.logs import JsonFormatter
from anshin.console.web.models import WorkerHeartbeat
from anshin.console.web.operate import checks, schema


@pytest.fixture
def beat(db) -> WorkerHeartbeat:
    return WorkerHeartbeat.objects.create(name="worker-1", at=timezone.now())


def test_healthz_asks_nobody(client: Client):
    assert client.get("/healthz").json() == {"status": "ok"}  # no database fixture: it must not be asked


def test_ready(client: Client, beat):
    reply = client.get("/readyz")
    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert body["status"] == "ready"
    assert set(body["checks"]) == {"database", "migrations", "worker", "outbox", "disk", "engine"}
    assert all(check == {"ok": True} for check in body["checks"].values())  # strangers learn no figures
    assert reply["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize("age", [None, 61])
def test_not_ready_without_a_worker(client: Client, beat, age):
    if age is None:
        beat.delete()
    else:
        WorkerHeartbeat.objects.update(at=timezone.now() - timedelta(seconds=age))
    reply = client.get("/readyz")
    assert reply.status_code == 503
    failed = [name for name, check in reply.json()["checks"].items() if not check["ok"]]
    assert failed == ["worker"]


def test_not_ready_while_events_wait_too_long(client: Client, beat, cast):
    event = DomainEvent.objects.create(organisation=cast.company, kind="detection.recorded")
    assert client.get("/readyz").status_code == 200
    DomainEvent.objects.filter(id=event.id).update(created_at=timezone.now() - timedelta(hours=1))
    assert client.get("/readyz").json()["checks"]["outbox"]["ok"] is False


def test_not_ready_with_a_full_disk(client: Client, beat, monkeypatch):
    monkeypatch.setattr(checks, "DISK_LEAST_BYTES", 1 << 60)
    assert client.get("/readyz").json()["checks"]["disk"]["ok"] is False


@pytest.fixture
def told(client: Client, settings) -> Client:
    """A monitor that shows the metrics key."""
    settings.CONFIG = replace(settings.CONFIG, metrics_key="a metrics key")
    client.defaults["HTTP_AUTHORIZATION"] = "Bearer a metrics key"
    return client


def test_who_shows_the_metrics_key_is_told_figures(told: Client, beat):
    assert told.get("/readyz").json()["checks"]["disk"]["free_bytes"] > 0
    told.defaults["HTTP_AUTHORIZATION"] = "Bearer another key"
    assert told.get("/readyz").json()["checks"]["disk"] == {"ok": True}


def test_not_ready_when_a_migration_is_missing(told: Client, beat, monkeypatch):
    monkeypatch.setattr(schema, "applied_migrations", lambda: frozenset({"web.0001_initial"}))
    check = told.get("/readyz").json()["checks"]["migrations"]
    assert check["ok"] is False
    assert check["state"] == "older"


def test_a_check_that_fails_says_what_kind_and_no_more(told: Client, beat, monkeypatch):
    def broken():
        raise OSError("/secret/place is gone")

    monkeypatch.setattr(checks, "disk", broken)
    reply = told.get("/readyz")
    assert reply.status_code == 503
    assert reply.json()["checks"]["disk"] == {"ok": False, "error": "OSError"}
    assert b"secret" not in reply.content


def test_probes_write_no_log_line(client: Client, db, caplog):
    with caplog.at_level(logging.INFO):
        assert client.get("/readyz").status_code == 503
    assert [r for r in caplog.records if r.name.startswith(("anshin.access", "django.request"))] == []


def test_every_other_request_writes_one_line_without_paths(cast, caplog):
    client = cast.client(Role.OWNER)
    with caplog.at_level(logging.INFO, "anshin.access"):
        client.get(f"/c/{cast.company.id}/?secret=query")
    (record,) = [r for r in caplog.records if r.name == "anshin.access"]
    line = json.loads(JsonFormatter().format(record))
    assert line["route"] == "home"
    assert line["status"] == 200
    assert line["organisation"] == str(cast.company.id)
    assert line["actor"] == f"person:{cast.user(cast.company, Role.OWNER).id}"
    assert "secret" not in json.dumps(line)
