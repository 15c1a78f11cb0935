"""What becomes of reported events: stored once, refused alone, and followed by detections and restores."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from django_scopes import scope

from anshin.console.fleet import operations
from anshin.console.fleet.api.parsing import parse_upload
from anshin.console.fleet.models import Detection, Device, DeviceCommand, DeviceEvent, QuarantineItem
from anshin.console.fleet.operations.ingest import corrected, file_name
from anshin.console.loop.models import DomainEvent
from anshin.console.people.roles import Role
from anshin.console.web.problems import ApiProblem
from anshin.wire.documents import AgentEvent, EventReceipt, Problem
from tests.console.fleet.conftest import event, verdict


def receipt(response) -> EventReceipt:
    assert response.status_code == 200, response.content
    return EventReceipt.model_validate_json(response.content)


@pytest.fixture
def inside(cast, agent):
    """The agent, inside its company's scope."""
    with scope(organisation=cast.company):
        yield agent


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("detection.blocked", "blocked"),
        ("detection.not_blocked", "not_blocked"),
        ("detection.suspicious", "suspicious"),
    ],
)
def test_detection_is_recorded(inside, kind, outcome):
    document = event(kind)
    receipt(inside.send(document))
    detection = Detection.objects.get()
    assert (detection.outcome, detection.file_name, str(detection.pk)) == (outcome, "請求書.pdf.exe", document["id"])
    assert DeviceEvent.objects.get().document == document
    assert QuarantineItem.objects.count() == (1 if outcome == "blocked" else 0)
    published = DomainEvent.objects.get()
    assert (published.kind, published.payload) == ("detection.recorded", {"detection_id": document["id"]})


def test_events_that_are_no_detection(inside):
    receipt(inside.send(event("clock.jumped"), event("file.not_scanned", verdict=verdict(status="incomplete"))))
    assert DeviceEvent.objects.count() == 2
    assert Detection.objects.count() == DomainEvent.objects.count() == 0


def test_same_event_is_stored_once(inside):
    document = event("detection.blocked")
    first = receipt(inside.send(document, document))
    second = receipt(inside.send(document, event("agent.started", sequence=2)))
    assert [str(i) for i in first.stored] == [document["id"]]
    assert document["id"] in {str(i) for i in second.stored}
    assert len(second.stored) == 2
    assert Detection.objects.count() == DomainEvent.objects.count() == 1
    assert DeviceEvent.objects.count() == 2


def test_one_job_for_a_batch(inside):
    from django_tasks_db.models import DBTaskResult

    receipt(inside.send(*[event("detection.not_blocked", sequence=n) for n in range(1, 21)]))
    assert DomainEvent.objects.count() == 20
    assert DBTaskResult.objects.count() == 1


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same company", "other company"])
def test_id_of_another_device_is_refused(cast, inside, make_agent, elsewhere):
    other = make_agent(cast.other if elsewhere else cast.company)
    document, own = event("detection.blocked"), event()
    receipt(inside.send(document))
    answer = receipt(other.send(document, own))
    assert [str(i) for i in answer.stored] == [own["id"]]
    assert [(str(r.id), r.code) for r in answer.refused] == [(document["id"], "event_id_refused")]
    assert DeviceEvent.objects.get(id=document["id"]).device_id == inside.device_id
    assert Detection.objects.count() == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "no.such.kind"},
        {"unknown_field": 1},
        {"occurred_at": "2026-01-01T00:00:00"},
        {"sequence": 0},
        {"sequence": 2**63},
        {"clock_offset_seconds": 1e300},
        {"kind": "detection.blocked"},
        {"kind": "detection.suspicious"},
        {"kind": "quarantine.restored"},
        {"path": "x" * 5000},
        {"path": "\ud800"},
        {"verdict": verdict(size=2**63)},
        {"verdict": verdict(children=[verdict(size=10**400)])},
    ],
    ids=",".join,
)
def test_one_bad_event_is_refused_alone(inside, fault):
    good, bad, last = event(), event() | fault, event("clock.jumped", sequence=3)
    answer = receipt(inside.send(good, bad, last))
    assert [str(i) for i in answer.stored] == [good["id"], last["id"]]
    assert [(str(r.id), r.code) for r in answer.refused] == [(bad["id"], "event_invalid")]
    assert answer.refused[0].message
    assert DeviceEvent.objects.count() == 2


def test_not_a_number_is_refused_alone(inside):
    good, bad = event(), event("detection.not_blocked")
    bad["verdict"]["cpu_ms"] = float("nan")
    answer = receipt(inside.send(good, bad))
    assert [str(r.id) for r in answer.refused] == [bad["id"]]
    assert DeviceEvent.objects.count() == 1


def test_number_too_large_for_any_database_is_refused_alone(inside):
    """1e999 is JSON by its letter and becomes infinity."""
    good, bad = event(), event("detection.not_blocked")
    body = json.dumps({"events": [good, bad]}).replace('"cpu_ms": 12.5', '"cpu_ms": 1e999').encode()
    answer = receipt(inside.post("events", body))
    assert [str(r.id) for r in answer.refused] == [bad["id"]]
    assert DeviceEvent.objects.count() == 1


def test_no_depth_of_nesting_breaks_the_server(inside):
    """Two readers have two limits; between them lies the depth that one can read and the other cannot write."""
    codes = set()
    for depth in range(80, 1100, 1):
        document = f'{{"id": "{uuid4()}", "x": {"[" * depth}{"]" * depth}}}'
        try:
            parse_upload(f'{{"events": [{document}]}}'.encode())
        except ApiProblem as problem:
            codes.add(problem.code)
    assert codes == {"document_invalid"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"[" * 100_000,
        b'{"events": []}',
        b'{"events": {}}',
        b'{"wire_version": 2, "events": [{"id": "x"}]}',
        b'{"events": [{"id": "no uuid"}]}',
        b'{"events": [7]}',
        b'{"events": [], "more": 1}',
        json.dumps({"events": [event() for _ in range(201)]}).encode(),
    ],
    ids=range(11),
)
def test_unreadable_envelope(inside, body):
    answer = inside.post("events", body)
    assert answer.status_code == 422
    assert Problem.model_validate_json(answer.content).code == "document_invalid"
    assert DeviceEvent.objects.count() == 0


def test_nul_cannot_hide_a_detection(inside):
    document = event("detection.not_blocked")
    document["verdict"]["children"] = [verdict(name="a\0b.exe")]
    document["path"] = "/home/a\0b.zip"
    receipt(inside.send(document))
    detection = Detection.objects.get()
    assert detection.path == "/home/a\\x00b.zip"
    assert detection.verdict["children"][0]["name"] == "a\\x00b.exe"


def test_item_id_used_before_keeps_the_detection(cast, inside, make_agent):
    first = event("detection.blocked")
    receipt(make_agent(cast.other).send(first))
    second = event("detection.blocked", quarantine=first["quarantine"])
    assert receipt(inside.send(second)).refused == ()
    assert str(Detection.objects.get().pk) == second["id"]
    assert QuarantineItem.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("C:\\a\\b.exe", "b.exe"),
        ("\\\\server\\share\\b.exe", "b.exe"),
        ("/home/x/\\xe3.zip", "\\xe3.zip"),
        ("/home/x/", "x"),
        ("b.exe", "b.exe"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_file_name(path, name):
    assert file_name(path) == name


@pytest.mark.parametrize(
    ("said", "offset", "expected"),
    [
        ("2026-05-01T09:00:00+09:00", 0.0, "2026-05-01T00:00:00+00:00"),
        ("2026-05-01T00:00:00+00:00", 90.0, "2026-05-01T00:01:30+00:00"),
        ("2031-01-01T00:00:00+00:00", 0.0, "2026-06-01T00:00:00+00:00"),
        ("1970-01-01T00:00:00+00:00", 0.0, "2026-06-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59+00:00", 86400.0, "2026-06-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00+09:00", 0.0, "2026-06-01T00:00:00+00:00"),
    ],
)
def test_time_is_corrected(said, offset, expected):
    received_at = datetime(2026, 6, 1, tzinfo=UTC)
    reported = AgentEvent.model_validate(event() | {"occurred_at": said, "clock_offset_seconds": offset})
    assert corrected(reported, received_at=received_at) == datetime.fromisoformat(expected)


def test_clock_that_is_off_is_kept(inside):
    receipt(inside.send(event(clock_offset_seconds=4000.0, now=timezone.now() - timedelta(seconds=4000))))
    assert Device.objects.get().clock_offset_seconds == 4000.0


def restored(item: str, **more):
    return event("quarantine.restored", sequence=9, **more) | {
        "quarantine": {"item_id": item, "original_path": "C:\\x.exe", "size": 68, "sha256": "a" * 64}
    }


def test_restore_asked_for_in_the_console(cast, inside):
    blocked = event("detection.blocked")
    receipt(inside.send(blocked))
    command = operations.request_restore(
        actor=cast.actor(Role.OWNER), detection=Detection.objects.get(), reason="社内の正しいツールです"
    )
    sent = inside.beat().json()["commands"]
    assert [c["id"] for c in sent] == [str(command.id)]
    assert sent[0]["item_id"] == blocked["quarantine"]["item_id"]
    receipt(inside.send(restored(sent[0]["item_id"], command_id=str(command.id))))
    item = QuarantineItem.objects.get()
    assert item.state == "restored"
    assert item.reason == "社内の正しいツールです"
    assert Detection.objects.get().outcome == "restored"
    assert DeviceCommand.objects.get().answered_at is not None
    assert inside.ask().json()["commands"] == []
    follow = DomainEvent.objects.get(kind="quarantine.restored").payload
    assert follow == {"detection_id": blocked["id"], "by": item.asked_by_name, "reason": "社内の正しいツールです"}


def test_restore_started_on_the_pc_counts_once(inside):
    blocked = event("detection.blocked")
    receipt(inside.send(blocked))
    item_id = blocked["quarantine"]["item_id"]
    for _ in range(2):
        receipt(inside.send(restored(item_id, user="tanaka", reason="needed it")))
    failed = restored(item_id) | {"kind": "quarantine.restore_failed", "error_ja": "x", "error_en": "x"}
    receipt(inside.send(failed))
    assert QuarantineItem.objects.get().state == "restored"
    follow = [e.payload for e in DomainEvent.objects.filter(kind="quarantine.restored")]
    assert follow == [{"detection_id": blocked["id"], "by": "tanaka", "reason": "needed it"}]


def test_restore_failed_may_be_asked_again(cast, inside):
    blocked = event("detection.blocked")
    receipt(inside.send(blocked))
    actor, detection = cast.actor(Role.OWNER), Detection.objects.get()
    command = operations.request_restore(actor=actor, detection=detection, reason="必要なファイル")
    failed = restored(blocked["quarantine"]["item_id"], command_id=str(command.id))
    receipt(inside.send(failed | {"kind": "quarantine.restore_failed", "error_ja": "空きがない", "error_en": "full"}))
    item = QuarantineItem.objects.get()
    assert (item.state, item.error_ja, item.error_en) == ("failed", "空きがない", "full")
    assert operations.request_restore(actor=actor, detection=detection, reason="もう一度お願いします").id != command.id


def test_restore_of_another_devices_item_changes_nothing(inside, make_agent):
    blocked = event("detection.blocked")
    receipt(inside.send(blocked))
    receipt(make_agent().send(restored(blocked["quarantine"]["item_id"])))
    receipt(inside.send(restored(str(uuid4()))))
    assert QuarantineItem.objects.get().state == "held"


def test_detection_facts(inside):
    document = event("detection.blocked")
    receipt(inside.send(document))
    facts = operations.detection_facts(detection_id=UUID(document["id"]))
    assert facts.document == document
    assert (facts.device_name, facts.outcome, facts.rules_version) == ("経理PC-02", "blocked", "0123456789abcdef")
