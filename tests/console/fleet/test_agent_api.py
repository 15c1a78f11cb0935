"""The agent's API as an agent sees it: enrolment, signatures, and what is refused how."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.fleet import operations
from anshin.console.fleet.models import Device, EnrolmentToken, HashListEntry, Protection, RequestNonce
from anshin.console.people.roles import Role
from anshin.wire.documents import MAX_BODY_BYTES, EnrolResponse, EventReceipt, HeartbeatReply, Problem
from tests.console.fleet.conftest import FakeAgent, enrol, event


def code(response) -> str:
    return Problem.model_validate_json(response.content).code


def test_enrolment(cast):
    token = operations.make_enrolment_token(actor=cast.actor(Role.OWNER), label="")
    answer = enrol(token)
    assert answer.status_code == 201
    document = EnrolResponse.model_validate_json(answer.content)
    assert document.organisation == cast.company.name
    with scope(organisation=cast.company):
        device = Device.objects.get(id=document.device_id)
        assert device.name == "keiri-02"
        assert device.last_seen_at is None
        assert EnrolmentToken.objects.get().device == device


def test_label_becomes_the_name(cast, make_agent):
    agent = make_agent(label="受付のPC")
    with scope(organisation=cast.company):
        assert Device.objects.get(id=agent.device_id).name == "受付のPC"


def test_enrolment_refused(cast):
    token = operations.make_enrolment_token(actor=cast.actor(Role.OWNER), label="")
    assert code(enrol("x" * 43)) == "token_unknown"
    assert enrol(token).status_code == 201
    again = enrol(token)
    assert (again.status_code, code(again)) == (403, "token_used")
    late = operations.make_enrolment_token(
        actor=cast.actor(Role.OWNER), label="", now=timezone.now() - timedelta(hours=25)
    )
    assert code(enrol(late)) == "token_expired"
    with scopes_disabled():
        assert Device.objects.count() == 1


def test_enrolment_wants_the_whole_document(cast):
    answer = Client().post("/api/agent/v1/enrol", b'{"token": "short"}', content_type="application/json")
    assert (answer.status_code, code(answer)) == (422, "document_invalid")
    assert answer.json()["field"]


def test_enrolment_is_small(db):
    """Anybody may send one: what is wrong with a large one is not even looked at."""
    body = b"{" + b",".join(b'"%x":0' % n for n in range(4000)) + b"}"
    answer = Client().post("/api/agent/v1/enrol", body, content_type="application/json")
    assert (answer.status_code, code(answer)) == (413, "body_too_large")


def test_member_may_not_enrol(cast):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        operations.make_enrolment_token(actor=cast.actor(Role.MEMBER), label="")


def test_events_and_heartbeat(cast, agent):
    receipt = EventReceipt.model_validate_json(agent.send(event()).content)
    assert len(receipt.stored) == 1
    assert receipt.refused == ()
    reply = HeartbeatReply.model_validate_json(agent.beat(spooled=3).content)
    assert reply.protection == "protect"
    assert reply.commands == ()
    with scope(organisation=cast.company):
        device = Device.objects.get()
        assert device.spooled == 3
        assert device.watched == ["/home"]
        assert device.last_seen_at is not None
    assert HeartbeatReply.model_validate_json(agent.ask().content).commands == ()


def test_query_is_signed_too(agent):
    assert agent.ask("?since=1").status_code == 200
    headers = agent.headers("GET", "/api/agent/v1/commands", b"")
    assert agent.client.get("/api/agent/v1/commands?since=1", headers=headers).status_code == 401


def test_unknown_device_and_wrong_signature_answer_alike(agent):
    stranger = FakeAgent(uuid4(), Ed25519PrivateKey.generate())
    imposter = FakeAgent(agent.device_id, Ed25519PrivateKey.generate())
    answers = [one.send(event()) for one in (stranger, imposter)]
    assert {a.status_code for a in answers} == {401}
    first, second = (a.json() | {"reference": ""} for a in answers)
    assert first == second
    assert first["code"] == "device_unknown"


def test_changed_body_is_refused(agent):
    body = json.dumps({"events": [event()]}).encode()
    headers = agent.headers("POST", "/api/agent/v1/events", body)
    assert agent.post("events", body.replace(b"agent.started", b"clock.jumped"), headers).status_code == 401
    assert agent.post("events", body, headers).status_code == 200


@pytest.mark.parametrize("missing", ["X-Anshin-Device", "X-Anshin-Time", "X-Anshin-Nonce", "X-Anshin-Signature"])
def test_every_header_is_needed(agent, missing):
    headers = agent.headers("GET", "/api/agent/v1/commands", b"")
    del headers[missing]
    answer = agent.client.get("/api/agent/v1/commands", headers=headers)
    assert answer.status_code == 401
    assert code(answer) == ("device_unknown" if missing == "X-Anshin-Signature" else "signature_missing")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_clock_skew_tells_the_time(agent, minutes):
    agent.off = timedelta(minutes=minutes)
    answer = agent.send(event())
    assert (answer.status_code, code(answer)) == (401, "clock_skew")
    told = Problem.model_validate_json(answer.content).server_time
    assert told is not None
    assert abs((told - timezone.now()).total_seconds()) < 60
    agent.off = timedelta(minutes=4 if minutes > 0 else -4)
    assert agent.send(event()).status_code == 200


def test_replay_is_refused(agent):
    body = json.dumps({"events": [event()]}).encode()
    headers = agent.headers("POST", "/api/agent/v1/events", body)
    assert agent.post("events", body, headers).status_code == 200
    again = agent.post("events", body, headers)
    assert (again.status_code, code(again)) == (401, "replayed")


def test_refused_document_leaves_its_nonce_unused(agent):
    body = b'{"events": []}'
    headers = agent.headers("POST", "/api/agent/v1/events", body)
    assert [agent.post("events", body, headers).status_code for _ in range(2)] == [422, 422]


def test_old_nonces_are_forgotten(agent):
    agent.send(event())
    agent.send(event())
    RequestNonce.objects.filter(pk=RequestNonce.objects.earliest("pk").pk).update(
        seen_at=timezone.now() - timedelta(seconds=601)
    )
    assert operations.forget_nonces(now=timezone.now()) == 1
    assert RequestNonce.objects.count() == 1


def test_revoked_device_is_refused(cast, agent):
    with scope(organisation=cast.company):
        operations.revoke_device(actor=cast.actor(Role.OWNER), device=Device.objects.get())
    answer = agent.send(event())
    assert (answer.status_code, code(answer)) == (403, "device_revoked")
    assert agent.beat().status_code == agent.ask().status_code == 403
    imposter = FakeAgent(agent.device_id, Ed25519PrivateKey.generate())
    assert code(imposter.beat()) == "device_unknown"


def test_large_body_is_refused_unread(agent):
    path = "/api/agent/v1/events"
    answer = agent.client.generic(
        "POST",
        path,
        b"",
        content_type="application/json",
        headers=agent.headers("POST", path, b""),
        CONTENT_LENGTH=str(MAX_BODY_BYTES + 1),
    )
    assert (answer.status_code, code(answer)) == (413, "body_too_large")
    whole = agent.post("events", b" " * (MAX_BODY_BYTES + 1))
    assert whole.status_code == 413


def test_lists_and_mode_reach_the_agent(cast, agent, make_agent):
    actor = cast.actor(Role.OWNER)
    with scope(organisation=cast.company):
        operations.change_list(actor=actor, which=HashListEntry.List.ALLOW, sha256="1" * 64, reason="our own tool")
        operations.change_list(actor=actor, which=HashListEntry.List.DENY, sha256="2" * 64, reason="seen elsewhere")
        operations.set_protection(actor=actor, mode=Protection.WATCH)
    reply = HeartbeatReply.model_validate_json(agent.beat().content)
    assert (reply.allow_sha256, reply.deny_sha256, reply.protection) == (("1" * 64,), ("2" * 64,), "watch")
    elsewhere = HeartbeatReply.model_validate_json(make_agent(cast.other).beat().content)
    assert (elsewhere.allow_sha256, elsewhere.deny_sha256, elsewhere.protection) == ((), (), "protect")
