"""The customer's API: what a key reads, what only a writing key does, and what no key sees."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from anshin.console.audit.models import AuditEntry
from anshin.console.fleet.models import DeviceCommand
from anshin.console.people.models import ApiKey
from anshin.console.people.operations import create_key
from anshin.console.people.roles import Role
from anshin.wire.documents import Problem
from tests.console.fleet.conftest import event

NOBODY = "00000000-0000-4000-8000-000000000000"
REASON = {"reason": "取引先の正しい見積もりです"}


def caller(cast, what: str = "read", company=None) -> Client:
    company = company or cast.company
    with scope(organisation=company):
        made = create_key(actor=cast.actor(Role.OWNER, company), name="測定用", scope=what, days=30)
    return Client(headers={"authorization": f"Bearer {made.text}"})


def code(response) -> str:
    return Problem.model_validate_json(response.content).code


@pytest.fixture
def blocked(agent) -> str:
    document = event("detection.blocked")
    agent.send(document, event("detection.suspicious", sequence=2, path="/home/a/macro.docm"))
    return str(document["id"])


def test_devices(cast, agent, blocked):
    found = caller(cast).get("/api/v1/devices").json()
    assert found["total"] == 1
    device = found["items"][0]
    assert (device["name"], device["state"], device["unhandled_detections"]) == ("経理PC-02", "safe", 2)
    assert caller(cast).get(f"/api/v1/devices/{device['id']}").json() == device
    assert caller(cast).get("/api/v1/devices?state=urgent").json() == {"items": [], "total": 0}


def test_answers_stay_out_of_caches(cast, agent):
    assert caller(cast).get("/api/v1/devices")["Cache-Control"] == "no-store"
    assert Client().get("/api/v1/devices")["Cache-Control"] == "no-store"


def test_detections_filter_and_page(cast, agent, blocked):
    client = caller(cast)
    everything = client.get("/api/v1/detections").json()
    assert everything["total"] == 2
    assert client.get("/api/v1/detections?outcome=suspicious").json()["items"][0]["file_name"] == "macro.docm"
    second = client.get("/api/v1/detections?sort=file&limit=1&offset=1").json()
    assert (second["total"], [d["file_name"] for d in second["items"]]) == (2, ["請求書.pdf.exe"])
    one = client.get(f"/api/v1/detections/{blocked}").json()
    assert (one["restore"], one["verdict"]["status"]) == ("held", "malicious")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "offset=-1"])
def test_bad_paging(cast, query):
    answer = caller(cast).get(f"/api/v1/detections?{query}")
    assert (answer.status_code, code(answer)) == (422, "invalid")


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer anshin_nope_nope"}, {"authorization": "Basic eDp5"}])
def test_without_a_key(cast, header):
    answer = Client(headers=header).get("/api/v1/devices")
    assert (answer.status_code, code(answer)) == (401, "key_invalid")


def test_expired_key(cast):
    client = caller(cast)
    with scope(organisation=cast.company):
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/devices").status_code == 401


def test_session_is_no_key(cast):
    assert cast.client(Role.OWNER).get("/api/v1/devices").status_code == 401


def test_other_company_is_as_if_absent(cast, agent, blocked):
    stranger = caller(cast, "write", cast.other)
    assert stranger.get("/api/v1/devices").json()["total"] == 0
    for foreign, absent in (
        (f"/api/v1/devices/{agent.device_id}", f"/api/v1/devices/{NOBODY}"),
        (f"/api/v1/detections/{blocked}", f"/api/v1/detections/{NOBODY}"),
    ):
        first, second = stranger.get(foreign), stranger.get(absent)
        assert first.status_code == second.status_code == 404
        assert first.json() | {"reference": ""} == second.json() | {"reference": ""}
    tried = stranger.post(f"/api/v1/detections/{blocked}/restore", REASON, content_type="application/json")
    assert (tried.status_code, code(tried)) == (404, "not_found")
    with scope(organisation=cast.company):
        assert not DeviceCommand.objects.exists()


def test_restore_needs_a_writing_key(cast, blocked):
    url = f"/api/v1/detections/{blocked}/restore"
    refused = caller(cast).post(url, REASON, content_type="application/json")
    assert (refused.status_code, code(refused)) == (403, "not_allowed")
    writer = caller(cast, "write")
    assert writer.post(url, {"reason": "x"}, content_type="application/json").status_code == 422
    nul = writer.post(url, {"reason": "because\0"}, content_type="application/json")
    assert (nul.status_code, code(nul)) == (422, "invalid")
    spaces = writer.post(url, {"reason": "      "}, content_type="application/json")
    assert (spaces.status_code, code(spaces)) == (422, "reason_too_short")
    done = writer.post(url, REASON, content_type="application/json")
    assert (done.status_code, done.json()["restore"]) == (202, "asked")
    again = writer.post(url, REASON, content_type="application/json")
    assert (again.status_code, code(again)) == (409, "restore_under_way")
    assert AuditEntry.objects.get(action="quarantine.restore").actor_kind == "key"


def test_other_reasons_not_to_restore(cast, agent, blocked):
    writer = caller(cast, "write")
    suspicious = writer.get("/api/v1/detections?outcome=suspicious").json()["items"][0]["id"]
    nothing = writer.post(f"/api/v1/detections/{suspicious}/restore", REASON, content_type="application/json")
    assert code(nothing) == "restore_nothing"
