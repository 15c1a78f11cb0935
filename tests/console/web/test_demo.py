"""The demonstration's data: whole, marked, counted back from now, loaded once."""

from datetime import UTC, datetime

import pytest
from django_scopes import scopes_disabled

from anshin.console.fleet.models import Detection, Device
from anshin.console.people.models import Membership, Organisation, User
from anshin.console.people.roles import PROVIDER_ROLES
from anshin.console.web.demo.load import demo_company, is_empty, load, make_agent_token, read

NOW = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)


@pytest.fixture
def loaded(db):
    assert is_empty()
    assert load(now=NOW)


def test_one_provider_with_every_role_and_three_companies(loaded):
    provider = Organisation.objects.get(kind="provider")
    assert set(Membership.objects.filter(organisation=provider).values_list("role", flat=True)) == set(PROVIDER_ROLES)
    assert Organisation.objects.filter(provider=provider).count() == 3
    assert not Organisation.objects.filter(is_demo=False).exists()


def test_nobody_has_a_password_and_no_address_is_real(loaded):
    for user in User.objects.all():
        assert not user.has_usable_password()
        assert user.email.endswith(".example.jp")


def test_devices_are_marked_as_samples(loaded):
    with scopes_disabled():
        assert Device.objects.count() == sum(len(v) for v in read("devices.yaml")["companies"].values())
        assert not Device.objects.filter(is_sample=False).exists()
        assert Device.objects.filter(last_seen_at__lt=NOW).count() == Device.objects.count()


def test_history_is_past_and_handled(loaded):
    with scopes_disabled():
        detections = list(Detection.objects.all())
        assert len(detections) == len(read("detections.yaml")["detections"])
        for detection in detections:
            assert detection.handled_at is not None
            assert detection.occurred_at < detection.handled_at < NOW
            assert detection.handled_by_name


def test_every_detection_has_a_closed_case_that_is_whole(loaded):
    from anshin.console.cases.models import Incident
    from anshin.console.cases.operations import verify_all
    from anshin.console.loop.operations import deliver_waiting

    deliver_waiting()  # the same events come by the outbox too: nothing may open twice
    with scopes_disabled():
        cases = list(Incident.objects.all())
        assert len(cases) == Detection.objects.count()
        for case in cases:
            assert case.state == "closed"
            assert case.closed_at is not None
            assert case.opened_at < case.closed_at < NOW
            assert all(step.done_at is not None for step in case.steps.all())
    assert verify_all() is not None


def test_loading_again_changes_nothing(loaded):
    before = (Organisation.objects.count(), User.objects.count())
    assert not load(now=NOW)
    assert (Organisation.objects.count(), User.objects.count()) == before


def test_a_failure_leaves_nothing(db, monkeypatch):
    from anshin.console.web.demo import history

    def broken(*_args, **_kwargs):
        raise LookupError("half-way")

    monkeypatch.setattr(history, "close", broken)
    with pytest.raises(LookupError):
        load(now=NOW)
    assert is_empty()


def test_never_into_a_real_installation(cast):
    assert not load(now=NOW)
    assert not Organisation.objects.filter(is_demo=True).exists()
    with pytest.raises(LookupError):
        demo_company()


def test_agent_token_joins_the_first_company(loaded):
    assert len(make_agent_token()) >= 20
    assert demo_company().name == read("organisations.yaml")["companies"][0]["name"]
