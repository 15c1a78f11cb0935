"""Steps, notes and hands: who may, what is written, and what happens when two act at once."""

import pytest
from django.core.exceptions import PermissionDenied
from django_scopes import scope

from anshin.console.audit.models import AuditEntry
from anshin.console.cases import operations
from anshin.console.cases.models import Incident
from anshin.console.cases.operations import CaseConflict
from anshin.console.fleet.models import Detection
from anshin.console.people.roles import Role
from tests.console.cases.conftest import NOW, later


@pytest.fixture
def case(desk):
    found = desk.case()
    with scope(organisation=found.organisation):
        yield found


def test_tick_and_untick_are_each_written_once(cast, case):
    step, owner = case.steps.first(), cast.actor(Role.OWNER)
    for _ in range(2):
        ticked = operations.tick_step(actor=owner, step=step, now=NOW)
    assert (ticked.done_at, ticked.done_by_name) == (NOW, owner.name)
    for _ in range(2):
        opened = operations.untick_step(actor=owner, step=step, now=later(minutes=1))
    assert (opened.done_at, opened.done_by_name) == (None, "")
    assert [note.code for note in case.notes.exclude(code="opened")] == ["step_done", "step_undone"]
    assert AuditEntry.objects.filter(action__startswith="case.step_").count() == 2


def test_note_is_stored_and_audited_without_its_words(cast, case):
    operations.add_note(actor=cast.actor(Role.MEMBER), incident=case, text="  9:40 ケーブルを抜いた ")
    assert case.notes.get(code="").text == "9:40 ケーブルを抜いた"
    assert "ケーブル" not in str(AuditEntry.objects.get(action="case.note_added").data)
    with pytest.raises(ValueError, match="words"):
        operations.add_note(actor=cast.actor(Role.MEMBER), incident=case, text=" ")


def test_from_the_company_to_the_desk_to_the_end_and_back(cast, case):
    owner, analyst = cast.actor(Role.OWNER), cast.actor(Role.ANALYST)
    handed = operations.hand_to_desk(actor=owner, incident=case, now=NOW)
    assert (handed.state, handed.handed_at, handed.handed_by_name) == ("with_desk", NOW, owner.name)
    operations.hand_to_desk(actor=owner, incident=case, now=later(hours=1))
    taken = operations.take(actor=analyst, incident=case, now=NOW)
    assert (taken.taken_by_name, taken.handed_at) == (analyst.name, NOW)
    closed = operations.close(actor=analyst, incident=case, reason=" 無害でした ", now=NOW)
    assert (closed.state, closed.closing_reason, closed.closed_by_name) == ("closed", "無害でした", analyst.name)
    detection = Detection.objects.get()
    assert (detection.handled_at, detection.handled_by_name) == (NOW, analyst.name)
    reopened = operations.reopen(actor=owner, incident=case, reason="また届いた")
    assert (reopened.state, reopened.closed_at, reopened.taken_by_name, reopened.handed_at) == ("open", None, "", None)
    codes = [note.code for note in case.notes.order_by("at", "id")]
    assert sorted(codes) == ["closed", "handed_over", "opened", "reopened", "taken"]
    for action in ("case.handed_over", "case.taken", "case.closed", "case.reopened"):
        assert AuditEntry.objects.filter(action=action, object_id=str(case.id)).count() == 1


def test_closing_handles_every_joined_detection(cast, desk):
    case = desk.open(desk.detection())
    desk.open(desk.detection(at=later(hours=1)))
    with scope(organisation=cast.company):
        operations.close(actor=cast.actor(Role.ANALYST), incident=case, reason="done with")
        assert Detection.objects.count() == 2
        assert not Detection.objects.filter(handled_at=None).exists()


def test_of_two_analysts_the_second_is_told(cast, case):
    first, second = cast.actor(Role.ANALYST), cast.actor(Role.ADMINISTRATOR)
    operations.take(actor=first, incident=case)
    assert operations.take(actor=first, incident=case).taken_by_name == first.name
    with pytest.raises(CaseConflict, match=first.name):
        operations.take(actor=second, incident=case)
    assert operations.take(actor=second, incident=case, instead_of=first.name).taken_by_name == second.name
    assert AuditEntry.objects.filter(action="case.taken").order_by("-sequence")[0].data["instead_of"] == first.name
    operations.close(actor=second, incident=case, reason="done with")
    operations.reopen(actor=second, incident=case, reason="once more")
    with pytest.raises(CaseConflict):
        operations.take(actor=first, incident=case, instead_of=second.name)


def test_closed_case_takes_notes_but_no_work(cast, case):
    owner, analyst = cast.actor(Role.OWNER), cast.actor(Role.ANALYST)
    operations.close(actor=analyst, incident=case, reason="done with")
    step = case.steps.first()
    for act in (
        lambda: operations.tick_step(actor=owner, step=step),
        lambda: operations.untick_step(actor=owner, step=step),
        lambda: operations.hand_to_desk(actor=owner, incident=case),
        lambda: operations.take(actor=analyst, incident=case),
        lambda: operations.close(actor=analyst, incident=case, reason="again"),
    ):
        with pytest.raises(CaseConflict):
            act()
    assert operations.add_note(actor=owner, incident=case, text="later").text == "later"


def test_open_case_is_not_reopened(cast, case):
    with pytest.raises(CaseConflict):
        operations.reopen(actor=cast.actor(Role.OWNER), incident=case, reason="why not")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_closing_and_reopening_need_a_reason(cast, case, reason):
    with pytest.raises(ValueError, match="reason"):
        operations.close(actor=cast.actor(Role.ANALYST), incident=case, reason=reason)
    operations.close(actor=cast.actor(Role.ANALYST), incident=case, reason="done with")
    with pytest.raises(ValueError, match="reason"):
        operations.reopen(actor=cast.actor(Role.OWNER), incident=case, reason=reason)


WORK = {
    "tick": lambda actor, case: operations.tick_step(actor=actor, step=case.steps.first()),
    "note": lambda actor, case: operations.add_note(actor=actor, incident=case, text="x"),
    "hand": lambda actor, case: operations.hand_to_desk(actor=actor, incident=case),
    "view": lambda actor, case: operations.view_evidence(actor=actor, piece=case.evidence.get()),
    "export": lambda actor, case: operations.export_evidence(actor=actor, piece=case.evidence.get(), reason="x"),
}
DESK = {
    "take": lambda actor, case: operations.take(actor=actor, incident=case),
    "close": lambda actor, case: operations.close(actor=actor, incident=case, reason="x"),
}
READERS = (Role.CURATOR, Role.UNDERWRITER, Role.CLAIMS_HANDLER)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", [*WORK, *DESK])
def test_each_act_by_each_role(cast, case, name, role):
    act = {**WORK, **DESK}[name]
    allowed = role not in READERS and (name in WORK or role in {Role.ANALYST, Role.ADMINISTRATOR})
    if allowed:
        act(cast.actor(role), case)
        return
    with pytest.raises(PermissionDenied):
        act(cast.actor(role), case)
    case.refresh_from_db()
    assert case.state == Incident.State.OPEN
    assert case.custody_count == 2
