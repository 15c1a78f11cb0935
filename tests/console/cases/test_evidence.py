"""Evidence is proven whole, and every way to break it is found, whoever breaks it."""

import hashlib
import json

import pytest
from django.db import connection
from django_scopes import scope

from anshin.console.audit import append_only
from anshin.console.audit.models import AuditEntry
from anshin.console.cases import operations
from anshin.console.cases.models import CustodyEvent, Evidence, Incident
from anshin.console.people.roles import Role
from anshin.desk import chain

TABLES = ("cases_evidence", "cases_custodyevent")


@pytest.fixture
def case(desk):
    found = desk.case()
    with scope(organisation=found.organisation):
        yield found


@pytest.fixture
def unguarded(case):
    """Stand for somebody who owns the database and has dropped the triggers."""
    append_only.remove(connection, TABLES)
    yield
    append_only.install(connection, TABLES)


def test_looking_writes_custody_and_log(cast, case):
    member, piece = cast.actor(Role.MEMBER), case.evidence.get()
    content = operations.view_evidence(actor=member, piece=piece)
    assert content["case"] == case.number
    last = case.custody.last()
    assert (last.action, last.actor_name, last.actor_kind) == ("view", member.name, "person")
    assert AuditEntry.objects.get(action="evidence.viewed").data["sha256"] == piece.sha256
    assert operations.verify_case(incident=case).whole


def test_export_can_be_checked_without_anshin(cast, case):
    piece = case.evidence.get()
    bundle = operations.export_evidence(actor=cast.actor(Role.OWNER), piece=piece, reason="保険会社へ")
    bundle = json.loads(json.dumps(bundle))
    sealed = bundle["evidence"]
    assert hashlib.sha256(sealed["content"].encode()).hexdigest() == sealed["sha256"]
    last = "0" * 64
    for entry in bundle["custody"]:  # as docs/explanation/evidence tells
        canonical = json.dumps(entry["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert entry["previous_hash"] == last
        last = hashlib.sha256(f"{last}\n{canonical}".encode()).hexdigest()
        assert entry["hash"] == last
    assert [entry["content"]["action"] for entry in bundle["custody"]] == ["collect", "seal", "export"]
    assert bundle["custody"][-1]["content"]["reason"] == "保険会社へ"


def test_export_needs_a_reason(cast, case):
    with pytest.raises(ValueError, match="reason"):
        operations.export_evidence(actor=cast.actor(Role.OWNER), piece=case.evidence.get(), reason=" ")
    assert case.custody.count() == 2


def test_a_whole_case_says_how_much_was_checked(cast, case):
    result = operations.verify_case(incident=case, actor=cast.actor(Role.OWNER))
    assert (result.whole, result.evidence, result.custody) == (True, 1, 2)
    assert AuditEntry.objects.get(action="evidence.verified").data["result"] == "whole"


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def later_custody(cast, case):
    operations.view_evidence(actor=cast.actor(Role.OWNER), piece=case.evidence.get())


@pytest.mark.parametrize(
    ("tamper", "code", "position"),
    [
        ("UPDATE cases_evidence SET content = replace(content, '経理', '総務')", "evidence_changed", 1),
        ("UPDATE cases_evidence SET size = size + 1", "evidence_changed", 1),
        ("UPDATE cases_evidence SET collector = 'somebody else'", "evidence_changed", 1),
        ("UPDATE cases_evidence SET sealed_at = '2020-01-01 00:00:00+00'", "evidence_changed", 1),
        ("UPDATE cases_custodyevent SET actor_name = 'nobody' WHERE sequence = 3", "custody_broken", 3),
        ("UPDATE cases_custodyevent SET reason = 'x' WHERE sequence = 2", "custody_broken", 2),
        ("DELETE FROM cases_custodyevent WHERE sequence = 1", "custody_broken", 1),
        ("DELETE FROM cases_custodyevent WHERE sequence = 3", "custody_broken", 3),
        ("DELETE FROM cases_custodyevent", "evidence_unsealed", 1),
        ("DELETE FROM cases_custodyevent WHERE sequence = 2", "evidence_unsealed", 1),
        ("UPDATE cases_custodyevent SET sequence = 9 WHERE sequence = 1", "custody_broken", 1),
    ],
)
def test_every_break_is_found(cast, case, unguarded, tamper, code, position):
    later_custody(cast, case)
    assert operations.verify_case(incident=case).whole
    sql(tamper)
    result = operations.verify_case(incident=case)
    assert (result.code, result.position) == (code, position)
    assert result.why


def test_changed_evidence_with_a_new_hash_breaks_custody(case, unguarded):
    piece = case.evidence.get()
    content = piece.content.replace("経理", "総務")
    forged = hashlib.sha256(content.encode()).hexdigest()
    sql("UPDATE cases_evidence SET content = %s, sha256 = %s, size = %s", content, forged, len(content.encode()))
    assert operations.verify_case(incident=case).code == "custody_broken"


@pytest.mark.parametrize("content", ["{}", "[]", "no json"])
def test_wholly_other_content_with_a_fitting_seal_is_found(case, unguarded, content):
    forged = hashlib.sha256(content.encode()).hexdigest()
    sql("UPDATE cases_evidence SET content = %s, sha256 = %s, size = %s", content, forged, len(content))
    assert operations.verify_case(incident=case).code == "evidence_changed"


def test_evidence_slipped_in_later_is_found(case, unguarded):
    piece = case.evidence.get()
    piece.pk = None
    piece._state.adding = True
    piece.id = case.id
    piece.save(force_insert=True)
    assert operations.verify_case(incident=case).code == "evidence_unsealed"


def test_every_case_is_checked(desk, case):
    desk.case(desk.cast.other)
    results = operations.verify_all()
    assert len(results) == 2
    assert all(result.whole for result in results)


def test_microseconds_and_unicode_survive_the_database(desk):
    from tests.console.cases.conftest import NOW

    case = desk.case(at=NOW.replace(microsecond=123457), name="かは\u3099ん髙﨑𠮷.exe")
    with scope(organisation=case.organisation):
        fresh = Incident.objects.get(id=case.id)
        assert operations.verify_case(incident=fresh).whole
        assert "かばん" not in fresh.file_name  # stored as it came, hashed in NFC
        assert "かばん髙﨑𠮷.exe" in fresh.evidence.get().content


def test_custody_chain_starts_at_the_beginning(case):
    assert case.custody.first().previous_hash == chain.START
    assert (case.custody.last().hash, case.custody.count()) == (case.custody_head, case.custody_count)


@pytest.mark.parametrize("model", [Evidence, CustodyEvent])
def test_scopes_hide_evidence_of_others(desk, case, model):
    with scope(organisation=desk.cast.other):
        assert not model.objects.exists()
