"""A detection leads to one case, once, with the right steps and sealed evidence."""

import json
from uuid import uuid4

import pytest
from django.http import Http404
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.cases import operations
from anshin.console.cases.models import CaseNote, CaseSource, Evidence, Incident
from anshin.console.cases.operations.opening import CaseNotYetError
from anshin.console.fleet.models import Detection
from anshin.console.loop.operations import deliver_waiting, publish
from anshin.desk.steps import PlaybookError, playbook_for
from tests.console.cases.conftest import NOW, later


@pytest.mark.parametrize("outcome", ["blocked", "not_blocked", "suspicious"])
def test_case_has_the_playbook_of_its_outcome(desk, outcome):
    case, playbook = desk.case(outcome=outcome), playbook_for(outcome)
    assert (case.playbook, case.playbook_version) == (playbook.id, playbook.version)
    assert (case.title_ja, case.title_en) == (playbook.title.ja, playbook.title.en)
    with scope(organisation=case.organisation):
        assert [step.document for step in case.steps.all()] == [s.model_dump(mode="json") for s in playbook.steps]


def test_numbers_count_per_company_and_year_without_gaps(desk):
    numbers = [desk.case().number for _ in range(3)]
    assert numbers == ["2026-0001", "2026-0002", "2026-0003"]
    assert desk.case(desk.cast.other).number == "2026-0001"
    # New Year begins in Tokyo while it is still the old year in UTC.
    new_year = desk.open(desk.detection(sha256="b" * 64), now=NOW.replace(month=12, day=31, hour=15))
    assert new_year.number == "2027-0001"


def test_failed_opening_uses_up_no_number(desk):
    broken = desk.detection(outcome="eaten", sha256="c" * 64)
    with pytest.raises(PlaybookError):
        desk.open(broken)
    assert desk.case().number == "2026-0001"


def test_same_detection_twice_changes_nothing(desk):
    detection = desk.detection()
    first, second = desk.open(detection), desk.open(detection)
    assert first.id == second.id
    with scopes_disabled():
        assert Incident.objects.count() == Evidence.objects.count() == CaseNote.objects.count() == 1
    assert AuditEntry.objects.filter(action="case.opened").count() == 1


def test_evidence_holds_what_the_agent_said_and_is_sealed(desk):
    case = desk.case()
    with scope(organisation=case.organisation):
        piece = case.evidence.get()
        content = json.loads(piece.content)
        source = Detection.objects.get(pk=case.sources.get().source_id)
        assert content["event"]["path"] == source.event.document["path"]
        assert content["event"]["verdict"]["score"] == "0.98"
        assert content["device"]["public_key"] == source.device.public_key
        assert content["tools"] == {"agent": "9.0", "engine": "9.0", "rules": "r1"}
        assert [entry.action for entry in case.custody.all()] == ["collect", "seal"]
        assert operations.verify_case(incident=case).whole


def test_same_file_on_same_device_joins_the_open_case(desk):
    first = desk.open(desk.detection())
    again = desk.open(desk.detection(at=later(hours=20)), now=later(hours=20))
    assert again.id == first.id
    assert again.last_seen_at == later(hours=20)
    with scope(organisation=first.organisation):
        assert again.evidence.count() == 2
        assert again.custody_count == 4
        assert [note.code for note in again.notes.all()] == ["opened", "joined"]
        assert operations.verify_case(incident=again).whole
    # each detection since is a day around the newest, not around the first
    assert desk.open(desk.detection(at=later(hours=40)), now=later(hours=40)).id == first.id


@pytest.mark.parametrize(
    "other",
    [
        {"sha256": "d" * 64},
        {"device": "受付PC-01"},
        {"at": later(days=1, minutes=1)},
        {"outcome": "not_blocked"},
    ],
    ids=["another file", "another device", "a day later", "not stopped this time"],
)
def test_what_is_not_the_same_opens_a_case_of_its_own(desk, other):
    first = desk.open(desk.detection())
    assert desk.open(desk.detection(**other)).id != first.id


def test_stopped_file_joins_the_urgent_case_of_the_same_file(desk):
    urgent = desk.open(desk.detection(outcome="not_blocked"))
    assert desk.open(desk.detection(at=later(minutes=1))).id == urgent.id


def test_closed_case_is_not_joined(desk):
    first = desk.open(desk.detection())
    with scope(organisation=first.organisation):
        from anshin.console.people.roles import Role

        operations.close(actor=desk.cast.actor(Role.ANALYST), incident=first, reason="checked")
    assert desk.open(desk.detection()).id != first.id


def test_same_file_of_another_company_is_its_own_case(desk):
    ours, theirs = desk.open(desk.detection()), desk.open(desk.detection(desk.cast.other), desk.cast.other)
    assert ours.id != theirs.id
    assert ours.organisation_id != theirs.organisation_id


def test_detection_of_another_company_is_as_if_absent(desk):
    theirs = desk.detection(desk.cast.other)
    with pytest.raises(Http404) as foreign:
        desk.open(theirs, desk.cast.company)
    with pytest.raises(Http404) as absent:
        desk.open(uuid4(), desk.cast.company)
    assert str(foreign.value) == str(absent.value)


def test_detection_restored_before_its_case_opens_still_gets_its_playbook(desk):
    detection = desk.detection()
    with scopes_disabled():
        Detection.objects.filter(pk=detection).update(outcome="restored")
    assert desk.open(detection).playbook == "malware_blocked"


def test_restore_is_noted_once(desk):
    detection, event = desk.detection(), uuid4()
    company = desk.cast.company
    call = {
        "event_id": event,
        "organisation": company,
        "detection_id": str(detection),
        "by": "総務",
        "reason": "自作\0",
    }
    with scope(organisation=company), pytest.raises(CaseNotYetError):
        operations.note_restore(**call)
    case = desk.open(detection)
    with scope(organisation=company):
        operations.note_restore(**call)
        operations.note_restore(**call)
        assert [(n.code, n.data) for n in case.notes.filter(code="restored")] == [
            ("restored", {"by": "総務", "reason": "自作"})
        ]


def test_the_loop_opens_and_notes_by_itself(desk):
    detection = desk.detection()
    restored = {"detection_id": str(detection), "by": "総務", "reason": "自作のツール"}
    publish(kind="detection.recorded", organisation=desk.cast.company, payload={"detection_id": str(detection)})
    publish(kind="quarantine.restored", organisation=desk.cast.company, payload=restored)
    assert deliver_waiting() == 2
    with scope(organisation=desk.cast.company):
        link = operations.case_of_detection(detection_id=detection)
        assert link is not None
        assert (link.number[4:], link.state) == ("-0001", "open")
        assert CaseSource.objects.get().incident.notes.count() == 2
        assert operations.case_of_detection(detection_id=uuid4()) is None
    with scope(organisation=desk.cast.other):
        assert operations.case_of_detection(detection_id=detection) is None
