"""A model on its way: canary, all, back by hand and by itself; every step in the log."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.fleet.models import Device
from anshin.console.fleet.rollout.models import ModelDetection, ModelRelease, Rollout
from anshin.console.fleet.rollout.operations import (
    RolloutRefused,
    advance_rollouts,
    choose_canary,
    pause,
    resume,
    roll_back,
    start_rollout,
    upload_release,
    widen,
)
from anshin.console.fleet.rollout.operations.releases import VersionTaken
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Role
from anshin.engine.errors import ModelError
from tests.console.fleet.conftest import event, verdict
from tests.console.fleet.rollout.conftest import tell, versions
from tests.engine.model_packages import make_package, one_byte_changed


def test_changed_byte_is_refused_with_a_clear_sentence(desk):
    with pytest.raises(ModelError) as caught:
        desk.do(upload_release, data=one_byte_changed(make_package(version="2026.11.3")))
    assert caught.value.code == "files_differ"
    assert "署名された一覧と一致しません" in caught.value.ja
    with scope(organisation=desk.cast.provider):
        assert ModelRelease.objects.count() == 2


def test_same_package_twice_is_once_and_another_of_its_version_is_refused(desk):
    assert desk.do(upload_release, data=make_package(version="2026.11.1")) == desk.old
    with pytest.raises(VersionTaken):
        desk.do(upload_release, data=make_package(version="2026.11.1", above=7.0))


def test_analyst_may_look_but_not_upload(desk):
    analyst = desk.cast.actor(Role.ANALYST, desk.cast.provider)
    with scope(organisation=desk.cast.provider), pytest.raises(PermissionDenied):
        upload_release(actor=analyst, data=make_package())
    with scope(organisation=desk.cast.provider), pytest.raises(PermissionDenied):
        start_rollout(actor=analyst, release=desk.new)


def test_canary_gets_it_first_then_all_then_nobody(desk, make_agent):
    first, second = make_agent(), make_agent(label="倉庫PC")
    assert versions(tell(first)) == []
    rollout = desk.start(desk.old)
    assert versions(tell(first)) == ["shell-2026.11.1"], "the oldest device of a company goes first"
    assert versions(tell(second)) == []
    desk.do(widen, rollout=rollout)
    assert versions(tell(second)) == ["shell-2026.11.1"]
    newer = desk.start(desk.new)
    assert versions(tell(first)) == ["shell-2026.11.2"]
    assert versions(tell(second)) == ["shell-2026.11.1"]
    desk.do(roll_back, rollout=newer, reason="経理の書類が止められた")
    assert versions(tell(first)) == ["shell-2026.11.1"]
    desk.do(roll_back, rollout=rollout, reason="付属のモデルに戻す")
    assert versions(tell(first)) == versions(tell(second)) == []


def test_chosen_canary_takes_the_place_of_the_oldest(desk, make_agent):
    first, second = make_agent(), make_agent(label="倉庫PC")
    with scopes_disabled():
        device = Device.objects.select_related("organisation").get(id=second.device_id)
    desk.do(choose_canary, devices=[device], chosen=True)
    desk.start()
    assert (versions(tell(first)), versions(tell(second))) == ([], ["shell-2026.11.2"])
    desk.do(choose_canary, devices=[device], chosen=False)
    assert (versions(tell(first)), versions(tell(second))) == (["shell-2026.11.2"], [])


def test_companies_of_other_providers_get_nothing(desk, make_agent, cast):
    agent = make_agent()
    cast.company.provider = Organisation.objects.create(kind="provider", name="よその事業者")
    cast.company.save()
    desk.start()
    plan = tell(agent)
    assert (plan["wanted"], plan["keys"]) == ([], [])


def test_widens_by_itself_after_its_hours_once_a_canary_has_it(desk, make_agent):
    agent = make_agent()
    now = timezone.now()
    rollout = desk.start(hours=24, now=now)
    assert advance_rollouts(now=now + timedelta(hours=25)) == 0, "no device has taken it: nothing was learned"
    tell(agent, desk.new)
    assert advance_rollouts(now=now + timedelta(hours=23)) == 0
    assert advance_rollouts(now=now + timedelta(hours=25)) == 1
    with scopes_disabled():
        rollout.refresh_from_db()
    assert rollout.state == Rollout.State.EVERYONE


def test_paused_stays_until_it_goes_on(desk, make_agent):
    agent = make_agent()
    now = timezone.now()
    rollout = desk.start(hours=1, now=now)
    tell(agent, desk.new)
    rollout = desk.do(pause, rollout=rollout)
    assert advance_rollouts(now=now + timedelta(hours=5)) == 0
    assert versions(tell(agent, desk.new)) == ["shell-2026.11.2"]
    desk.do(resume, rollout=rollout)
    assert advance_rollouts(now=now + timedelta(hours=5)) == 1


def detect(agent, release: ModelRelease, count: int, *, kind: str = "detection.suspicious") -> None:
    """Let a device report files that this model found."""
    for number in range(count):
        sha256 = hashlib.sha256(f"{release.version} {number}".encode()).hexdigest()
        found = verdict(f"a{number}.sh", sha256=sha256)
        found["reasons"][0]["code"] = "model.shell"
        found["versions"]["model"] = f"pe-2026.10.1,{release}"
        assert agent.send(event(kind, verdict=found)).status_code == 200


def test_jump_of_detections_takes_it_back_by_itself(desk, make_agent):
    agent = make_agent()
    rollout = desk.start(now=timezone.now() - timedelta(minutes=1))
    tell(agent, desk.new)
    detect(agent, desk.new, 4)
    assert advance_rollouts() == 0
    detect(agent, desk.new, 6)
    assert advance_rollouts() == 1
    with scopes_disabled():
        rollout.refresh_from_db()
    assert (rollout.state, rollout.alarmed) == (Rollout.State.ROLLED_BACK, True)
    assert rollout.after_detections == 10
    assert versions(tell(agent, desk.new)) == []
    entry = AuditEntry.objects.filter(organisation=desk.cast.provider).order_by("-sequence")[0]
    assert (entry.action, entry.actor_kind) == ("model.rolled_back_by_alarm", "system")
    assert advance_rollouts() == 0


def test_no_alarm_where_there_were_as_many_before(desk, make_agent):
    agent = make_agent()
    detect(agent, desk.old, 20)
    with scopes_disabled():
        ModelDetection.objects.update(occurred_at=timezone.now() - timedelta(hours=1))
        Device.objects.update(enrolled_at=timezone.now() - timedelta(days=2))
    rollout = desk.start(now=timezone.now() - timedelta(minutes=1))
    assert (rollout.before_detections, round(rollout.before_days)) == (20, 2)
    tell(agent, desk.new)
    detect(agent, desk.new, 20)  # 20 in one device-day against 3 × 20.5 in two
    assert advance_rollouts() == 0


def test_detections_of_other_models_do_not_count(desk, make_agent):
    agent = make_agent()
    desk.start(now=timezone.now() - timedelta(minutes=1))
    tell(agent, desk.new)
    detect(agent, desk.old, 20)
    assert advance_rollouts() == 0


def test_after_two_weeks_with_all_it_is_watched_no_more(desk, make_agent):
    agent = make_agent()
    now = timezone.now()
    rollout = desk.start(now=now - timedelta(days=16))
    desk.do(widen, rollout=rollout, now=now - timedelta(days=15))
    tell(agent, desk.new)
    detect(agent, desk.new, 50)
    assert advance_rollouts(now=now) == 0


@pytest.mark.parametrize(
    ("act", "code"), [(pause, "not_canary"), (resume, "not_paused"), (widen, "ended")], ids=["pause", "resume", "widen"]
)
def test_what_is_over_cannot_be_moved(desk, act, code):
    rollout = desk.start()
    desk.do(roll_back, rollout=rollout, reason="やめる")
    with pytest.raises(RolloutRefused) as caught:
        desk.do(act, rollout=rollout)
    assert caught.value.code == code


def test_one_canary_for_a_family_at_a_time(desk):
    rollout = desk.start(desk.old)
    with pytest.raises(RolloutRefused) as caught:
        desk.start(desk.new)
    assert caught.value.code == "under_way"
    desk.do(widen, rollout=rollout)
    with pytest.raises(RolloutRefused) as caught:
        desk.start(desk.old)
    assert caught.value.code == "in_use"


def test_rollback_needs_a_reason_and_stands_in_the_log(desk):
    rollout = desk.start()
    with pytest.raises(RolloutRefused):
        desk.do(roll_back, rollout=rollout, reason="  ")
    desk.do(roll_back, rollout=rollout, reason="誤検知が多い")
    actions = AuditEntry.objects.filter(organisation=desk.cast.provider).order_by("sequence")
    assert [a.action for a in actions][-2:] == ["model.rollout_started", "model.rolled_back"]
    assert actions[len(actions) - 1].data["reason"] == "誤検知が多い"
