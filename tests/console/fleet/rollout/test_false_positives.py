"""A customer says it is a false alarm: allowed at once, a row for training once the provider agrees."""

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.fleet.models import Detection, HashListEntry
from anshin.console.fleet.operations import change_list
from anshin.console.fleet.rollout.models import FalsePositiveReport
from anshin.console.fleet.rollout.operations.false_positives import ReportRefused, decide, report_false_positive
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Role
from tests.console.fleet.conftest import event, verdict

NOTE = "社内で作った道具です"


@pytest.fixture
def detection(agent, cast) -> Detection:
    found = verdict("a.sh")
    found["reasons"].append({**found["reasons"][0], "code": "model.shell", "weight": 0.7})
    found["versions"]["model"] = "shell-2026.11.1"
    agent.send(event("detection.blocked", verdict=found))
    with scope(organisation=cast.company):
        return Detection.objects.select_related("device").get()


@pytest.fixture
def report(cast, detection) -> FalsePositiveReport:
    with scope(organisation=cast.company):
        return report_false_positive(actor=cast.actor(Role.OWNER), detection=detection, note=NOTE)


def settle(cast, report, *, accept: bool, role: Role = Role.ANALYST):
    with scope(organisation=cast.provider):
        return decide(actor=cast.actor(role, cast.provider), report=report, accept=accept, reason="調べた結果です")


def test_file_is_allowed_at_once_and_the_numbers_are_kept(cast, agent, detection, report):
    assert agent.ask().json()["allow_sha256"] == ["a" * 64]
    assert (report.family, report.model, report.state) == ("shell", "shell-2026.11.1", "open")
    assert report.features == [
        {"code": "name.double_extension", "weight": 0.9},
        {"code": "model.shell", "weight": 0.7},
    ]
    with scope(organisation=cast.company):
        again = report_false_positive(actor=cast.actor(Role.OWNER), detection=detection, note="もう一度押した")
    assert again == report


def test_accepted_stays_allowed_and_becomes_a_row(cast, agent, report):
    settle(cast, report, accept=True)
    assert agent.ask().json()["allow_sha256"] == ["a" * 64]
    client = cast.client(Role.ANALYST)
    rows = csv.DictReader(
        io.StringIO(client.get(f"/p/{cast.provider.id}/false-positives/?format=csv").content.decode("utf-8-sig"))
    )
    (row,) = list(rows)
    assert (row["sha256"], row["label"], row["family"]) == ("a" * 64, "benign", "shell")
    assert "model.shell:0.7" in row["signs"]
    assert "東和" not in str(row)
    document = client.get(f"/p/{cast.provider.id}/false-positives/?format=json").json()
    assert document["labels"][0]["signs"][1] == {"code": "model.shell", "weight": 0.7}


def test_declined_is_blocked_again_and_cannot_be_reported_anew(cast, agent, detection, report):
    settle(cast, report, accept=False)
    assert agent.ask().json()["allow_sha256"] == []
    with scope(organisation=cast.company), pytest.raises(ReportRefused) as caught:
        report_false_positive(actor=cast.actor(Role.OWNER), detection=detection, note=NOTE)
    assert caught.value.code == "declined"
    actions = AuditEntry.objects.filter(organisation=cast.company, action__startswith="false_positive")
    assert [(a.action, a.as_provider) for a in actions.order_by("sequence")] == [
        ("false_positive.reported", False),
        ("false_positive.declined", True),
    ]
    page = cast.client(Role.ANALYST).get(f"/p/{cast.provider.id}/false-positives/?format=json").json()
    assert page["labels"] == [], "what was not accepted is no row for training"


def test_decided_once(cast, report):
    settle(cast, report, accept=True)
    with pytest.raises(ReportRefused) as caught:
        settle(cast, report, accept=False)
    assert caught.value.code == "decided"


def test_who_may(cast, detection, report):
    with scope(organisation=cast.company), pytest.raises(PermissionDenied):
        report_false_positive(actor=cast.actor(Role.MEMBER), detection=detection, note=NOTE)
    with scope(organisation=cast.company), pytest.raises(PermissionDenied):
        decide(actor=cast.actor(Role.OWNER), report=report, accept=True, reason="自分で認めた")


def test_denied_file_is_not_allowed_by_a_report(cast, detection):
    owner = cast.actor(Role.OWNER)
    with scope(organisation=cast.company):
        change_list(actor=owner, which=HashListEntry.List.DENY, sha256="a" * 64, reason="known to be bad")
        with pytest.raises(ReportRefused) as caught:
            report_false_positive(actor=owner, detection=detection, note=NOTE)
    assert caught.value.code == "denied"


def test_from_the_button_to_the_decision(cast, agent, detection):
    owner, analyst = cast.client(Role.OWNER), cast.client(Role.ANALYST)
    here = f"/c/{cast.company.id}/detections/{detection.pk}/"
    assert "これは誤検知だと思う" in owner.get(here).content.decode()
    assert "これは誤検知だと思う" not in cast.client(Role.MEMBER).get(here).content.decode()
    assert "理由を5文字以上" in owner.post(f"{here}false-positive/", {"note": "x"}, follow=True).content.decode()
    page = owner.post(f"{here}false-positive/", {"note": NOTE}, follow=True).content.decode()
    assert "誤検知として報告しました" in page
    queue = f"/p/{cast.provider.id}/false-positives/"
    listed = analyst.get(queue).content.decode()
    assert NOTE in listed
    assert "株式会社東和精機" in listed
    with scopes_disabled():
        report = FalsePositiveReport.objects.get()
    sent = {"report": report.id, "verdict": "accept", "reason": "署名を確かめました"}
    assert analyst.post(f"{queue}decide/", sent | {"report": "x"}).status_code == 404
    assert "記録に残しました" in analyst.post(f"{queue}decide/", sent, follow=True).content.decode()
    assert "事業者も、害のないファイルと認めました" in owner.get(here).content.decode()
    assert "この状態の報告はありません" in analyst.get(f"{queue}?state=open").content.decode()


def test_reports_of_other_providers_customers_are_absent(cast, detection, report):
    stranger = Organisation.objects.create(kind="provider", name="よその事業者")
    with scopes_disabled():
        cast.company.provider = stranger
        cast.company.save()
    queue = f"/p/{cast.provider.id}/false-positives/"
    analyst = cast.client(Role.ANALYST)
    assert NOTE not in analyst.get(queue).content.decode()
    sent = {"report": report.id, "verdict": "accept", "reason": "署名を確かめました"}
    assert analyst.post(f"{queue}decide/", sent).status_code == 404
