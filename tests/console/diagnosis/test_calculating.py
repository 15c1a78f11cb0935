"""Background work: done once, repeated after a kill, given up with a sentence; asked for when something changed."""

import datetime as dt

import pytest
from django.utils import timezone
from django_scopes import scope

from anshin.console.audit.models import AuditEntry
from anshin.console.diagnosis import operations
from anshin.console.diagnosis.models import Calculation, Diagnosis, Questionnaire, Trial
from anshin.console.diagnosis.operations import calculating
from anshin.console.fleet.models import Device
from anshin.console.people.access import system_actor
from anshin.console.people.roles import Role
from anshin.risk.data import data_hash
from anshin.risk.document import LossResult, Plan
from tests.console.belongings import agent_of
from tests.console.diagnosis.conftest import answers, diagnosed, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(in_company) -> Diagnosis:
    return operations.finish_document(actor=in_company.actor(Role.OWNER), answers=answers()).diagnosis


def test_result_and_trials_are_calculated(in_company, asked, few_years):
    assert operations.calculate_waiting() == 1
    row = Diagnosis.objects.get()
    result = LossResult.model_validate(row.result)
    assert (row.state, row.one_in_10, row.mean) == ("done", result.total.one_in_10.value, result.total.mean.value)
    assert (row.data_hash, row.seed, row.schema_version) == (data_hash(), result.basis.seed, 1)
    assert (row.covered, row.bad_year) == (result.covers[0].bad_year.paid, result.covers[0].bad_year.total)
    assert row.first is not None
    assert row.first["id"] == (*result.plan.controls, result.controls[0].id)[0]
    entry = AuditEntry.objects.filter(action="diagnosis.calculated").get()
    assert entry.data == {"ten": f"{row.one_in_10:,}", "trigger": "answers"}
    actor = in_company.actor(Role.OWNER)
    budget = operations.request_trial(actor=actor, diagnosis=row, budget=100_000)
    chosen = operations.request_trial(actor=actor, diagnosis=row, controls=["mfa", "logs"])
    assert operations.calculate_waiting() == 2
    plans = [Plan.model_validate(Trial.objects.get(id=one.id).plan) for one in (budget, chosen)]
    assert plans[0].cost <= 100_000
    assert plans[1].controls == ("logs", "mfa")
    assert all(plan.mean_before == result.plan.mean_before for plan in plans)
    assert plans[1].mean_after < plans[1].mean_before
    assert operations.calculate_waiting() == 0


def test_same_again_gives_the_same_document(in_company, asked, few_years):
    operations.calculate_waiting()
    first = Diagnosis.objects.get().result
    operations.request_diagnosis(
        actor=in_company.actor(Role.OWNER), questionnaire=asked.questionnaire, trigger=Diagnosis.Trigger.PERSON
    )
    operations.calculate_waiting()
    newest = Diagnosis.objects.order_by("-requested_at")[0]
    assert newest.result == first
    assert newest.supersedes_id == asked.id


def test_what_a_killed_worker_left_is_repeated(in_company, asked, few_years):
    Diagnosis.objects.update(state="running", attempts=1, started_at=timezone.now() - dt.timedelta(minutes=1))
    assert operations.calculate_waiting() == 0  # a minute is no reason to doubt the other worker
    Diagnosis.objects.update(started_at=timezone.now() - calculating.STALE * 2)
    assert operations.calculate_waiting() == 1
    assert Diagnosis.objects.get().state == "done"


def test_three_kills_are_enough(in_company, asked):
    late = timezone.now() - calculating.STALE * 2
    Diagnosis.objects.update(state="running", attempts=calculating.MAX_ATTEMPTS, started_at=late)
    operations.calculate_waiting()
    row = Diagnosis.objects.get()
    assert (row.state, row.result) == ("failed", None)
    assert "回答は残っています" in row.error_ja


def test_a_failure_is_said_and_the_others_go_on(in_company, asked, few_years, monkeypatch, caplog):
    from anshin.console.diagnosis import simulation

    real = simulation.diagnosis
    second = operations.finish_document(actor=in_company.actor(Role.OWNER), answers=answers()).diagnosis

    def broken(row):
        if row.id == asked.id:
            raise RuntimeError("secret detail")
        return real(row)

    monkeypatch.setattr(simulation, "diagnosis", broken)
    assert operations.calculate_waiting() == 2
    failed, fine = Diagnosis.objects.get(id=asked.id), Diagnosis.objects.get(id=second.id)
    assert (failed.state, fine.state) == ("failed", "done")
    assert "secret" not in failed.error_ja + failed.error_en
    assert "a calculation failed" in caplog.text


def test_answers_that_grew_too_old_are_refused_in_words(in_company, asked):
    Questionnaire.objects.update(answered_on=timezone.localdate() - dt.timedelta(days=400))
    operations.calculate_waiting()
    row = Diagnosis.objects.get()
    assert row.state == "failed"
    assert "もう一度答えてください" in row.error_ja
    assert "Answer again" in row.error_en


def test_asking_twice_while_it_waits_is_once(in_company, asked):
    again = operations.request_diagnosis(
        actor=in_company.actor(Role.OWNER), questionnaire=asked.questionnaire, trigger=Diagnosis.Trigger.PERSON
    )
    assert again.id == asked.id


@pytest.fixture
def settled(cast) -> Diagnosis:
    """A result of two days ago that nothing contradicts."""
    with scope(organisation=cast.company):
        diagnosed(cast.actor(Role.OWNER))
        found = Diagnosis.objects.get()
        return done(found, data_hash=data_hash(), requested_at=timezone.now() - dt.timedelta(days=2))


def triggers(cast) -> list[str]:
    with scope(organisation=cast.company):
        return list(Diagnosis.objects.filter(state=Calculation.State.WAITING).values_list("trigger", flat=True))


def test_nothing_changed_nothing_is_asked(cast, settled):
    assert operations.keep_current() == 0
    assert triggers(cast) == []


def test_new_device_asks_for_a_new_result_once_a_day(cast, settled):
    agent_of(cast, cast.company, "経理PC-02")
    with scope(organisation=cast.company):
        Device.objects.update(last_seen_at=timezone.now())
    assert operations.keep_current() == 1
    assert triggers(cast) == ["facts"]
    assert operations.keep_current() == 0


def test_new_data_and_a_new_month_ask_for_a_new_result(cast, settled):
    with scope(organisation=cast.company):
        Diagnosis.objects.update(data_hash="0" * 64)
    operations.keep_current()
    assert triggers(cast) == ["data"]
    with scope(organisation=cast.company):
        Diagnosis.objects.filter(state="waiting").delete()
        Diagnosis.objects.update(data_hash=data_hash(), requested_at=timezone.now() - dt.timedelta(days=29))
    operations.keep_current()
    assert triggers(cast) == ["month"]


def test_old_answers_are_not_used_again(cast, settled):
    with scope(organisation=cast.company):
        Questionnaire.objects.update(answered_on=timezone.localdate() - dt.timedelta(days=366))
        Diagnosis.objects.update(requested_at=timezone.now() - dt.timedelta(days=40))
    assert operations.keep_current() == 0


def test_trials_do_not_pile_up(in_company, asked, monkeypatch):
    monkeypatch.setattr(calculating, "KEPT_TRIALS", 3)
    actor = in_company.actor(Role.OWNER)
    for budget in range(5):
        operations.request_trial(actor=actor, diagnosis=asked, budget=budget)
    assert set(Trial.objects.values_list("budget", flat=True)) == {2, 3, 4}
    known = operations.request_trial(actor=actor, diagnosis=asked, budget=4)
    assert Trial.objects.count() == 3
    assert known.budget == 4


def test_summary_of_home_and_board(cast, settled):
    with scope(organisation=cast.company):
        asked = operations.request_diagnosis(
            actor=system_actor(cast.company, "diagnosis"),
            questionnaire=settled.questionnaire,
            trigger=Diagnosis.Trigger.MONTH,
        )
        Diagnosis.objects.filter(id=settled.id).update(as_of=timezone.localdate() - dt.timedelta(days=30))
        done(asked, one_in_10=int(settled.one_in_10 * 0.92))
    found = operations.summaries([cast.company, cast.other])
    assert found[cast.company.id].change == pytest.approx(-0.08, abs=0.001)
    assert found[cast.company.id].trend == (settled.one_in_10, int(settled.one_in_10 * 0.92))
    assert found[cast.other.id].id is None
