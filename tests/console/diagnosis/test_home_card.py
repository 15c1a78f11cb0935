"""The card on the home page, the column on the board, and the sample companies."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.models import Diagnosis, Draft, Questionnaire
from anshin.console.fleet.models import Detection, Device
from anshin.console.people.roles import Role
from anshin.console.web.demo.load import load
from anshin.risk.report.amounts import about
from tests.console.belongings import agent_of
from tests.console.diagnosis.conftest import days_ago, diagnosed, done
from tests.console.fleet.conftest import event, verdict


def home(cast, role=Role.OWNER) -> str:
    page: str = cast.client(role).get(reverse("home", args=[cast.company.id])).content.decode()
    return page


def test_empty_state_leads_to_the_questions(cast):
    assert "診断を始める" in home(cast)
    with scope(organisation=cast.company):
        operations.answer(actor=cast.actor(Role.OWNER), values={"employees": 5})
    assert "25問のうち1問" in home(cast)
    assert "続きから" in home(cast)
    assert "診断を見る" in home(cast, Role.UNDERWRITER)


def test_figure_change_and_cover(cast):
    with scope(organisation=cast.company):
        diagnosed(cast.actor(Role.OWNER))
        newest = Diagnosis.objects.get()
        assert newest.one_in_10
        assert newest.covered
        before = operations.request_diagnosis(
            actor=cast.actor(Role.OWNER),
            questionnaire=newest.questionnaire,
            trigger=Diagnosis.Trigger.MONTH,
            now=days_ago(32),
        )
        done(before, one_in_10=newest.one_in_10 * 2)
    text = home(cast)
    assert about(newest.one_in_10, "ja") in text
    assert "先月より −50%" in text
    assert about(newest.covered, "ja") in text
    assert '<polyline points="' in text


def test_best_control_is_what_to_do_when_nothing_else_is(cast):
    agent = agent_of(cast, cast.company, "経理PC-02")
    name = "請求書.pdf.exe"
    agent.send(event("detection.blocked", path=f"C:\\{name}", verdict=verdict(name)))
    with scope(organisation=cast.company):
        diagnosed(cast.actor(Role.OWNER))
        Detection.objects.update(handled_at=timezone.now())
        Device.objects.update(last_seen_at=timezone.now())
    text = home(cast)
    assert 'id="loss-action"' in text
    assert "約2.8万円減ります" in text


def test_role_without_permission_sees_no_card(cast):
    assert "もしもの損失" not in home(cast, Role.CURATOR)


@pytest.mark.parametrize(("role", "sees"), [(Role.UNDERWRITER, True), (Role.CURATOR, False)])
def test_board_shows_losses_to_those_who_may(cast, role, sees):
    with scope(organisation=cast.company):
        diagnosed(cast.actor(Role.OWNER))
        newest = Diagnosis.objects.get()
    client = cast.client(role)
    page = client.get(reverse("provider_board")).content.decode()
    assert (f"¥{newest.one_in_10:,}" in page) == sees
    rows = list(
        csv.reader(io.StringIO(client.get(reverse("provider_board"), {"format": "csv"}).content.decode("utf-8-sig")))
    )
    assert ("10年に1度の年" in rows[0]) == sees
    assert any(str(newest.one_in_10) in row for row in rows) == sees


def test_sample_companies(db, few_years):
    now = timezone.now()
    load(now=now)
    assert operations.calculate_waiting() == 3
    with scopes_disabled():
        rows = list(Diagnosis.objects.order_by("as_of"))
        assert [row.state for row in rows] == ["done"] * 3
        assert {row.organisation.name for row in rows} == {"株式会社東和精機"}
        assert rows[-1].as_of - rows[0].as_of >= dt.timedelta(days=60)
        assert (rows[0].mean or 0) > (rows[-1].mean or 0) > 0
        assert Questionnaire.objects.count() == 3
        begun = Draft.objects.get(organisation__name="さくら会計事務所")
        assert 0 < len(begun.answers) < len(rows[-1].questionnaire.answers)
    assert operations.keep_current(now=now) == 0
