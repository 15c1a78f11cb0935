"""The home page: one sentence with its causes, one next action, and parts that stay current."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django_scopes import scope

from anshin.console.audit.operations import record
from anshin.console.cases.models import Incident
from anshin.console.fleet.models import Detection, Device, DeviceEvent
from anshin.console.people.access import system_actor
from anshin.console.people.roles import Role
from anshin.console.web.home import (
    Action,
    FirstSteps,
    Judgement,
    Reason,
    State,
    attention_count,
    judge,
    next_action,
)
from anshin.console.web.home_page import TEST_FILE, sentence

NOW = datetime(2026, 11, 23, 0, 41, tzinfo=UTC)
VERDICT = {
    "schema_version": 1,
    "sha256": "a" * 64,
    "size": 68,
    "name": "請求書.pdf.exe",
    "type": {"kind": "pe", "mime": "application/x-dosexec", "decided_by": "structure"},
    "status": "malicious",
    "score": 0.99,
    "versions": {"engine": "9.0.0", "rules": "r", "model": "none"},
    "cpu_ms": 1.0,
}
ALL_DONE = FirstSteps(device_heard=True, file_caught=True, case_worked=True)


@dataclass(frozen=True)
class Fleet:
    """Figures as fleet.operations.FleetSummary has them: `total` is the sum of the four states."""

    safe: int = 0
    attention: int = 0
    urgent: int = 0
    unknown: int = 0
    unhandled: int = 0
    not_blocked: int = 0

    @property
    def total(self) -> int:
        return self.safe + self.attention + self.urgent + self.unknown


@dataclass(frozen=True)
class Cases:
    """Figures as cases.operations.CaseSummary has them: `open` includes `with_desk`."""

    open: int = 0
    with_desk: int = 0


JUDGEMENTS = [
    (Fleet(), Cases(), State.UNKNOWN, Reason.NO_DEVICE, 0),
    (Fleet(unknown=2), Cases(), State.UNKNOWN, Reason.NEVER_HEARD, 2),
    (Fleet(safe=12), Cases(), State.SAFE, Reason.ALL_SAFE, 12),
    (Fleet(safe=11, unknown=1), Cases(), State.ATTENTION, Reason.DEVICE_UNKNOWN, 1),
    (Fleet(safe=10, attention=2), Cases(), State.ATTENTION, Reason.DEVICE_ATTENTION, 2),
    (Fleet(safe=12, unhandled=3), Cases(), State.ATTENTION, Reason.UNHANDLED, 3),
    (Fleet(safe=12, unhandled=3), Cases(open=1), State.ATTENTION, Reason.CASE_OPEN, 1),
    (Fleet(safe=12, unhandled=3), Cases(open=1, with_desk=1), State.ATTENTION, Reason.WITH_DESK, 1),
    (Fleet(safe=12), Cases(open=3, with_desk=1), State.ATTENTION, Reason.CASE_OPEN, 2),
    (Fleet(safe=11, urgent=1, unhandled=1, not_blocked=1), Cases(open=1), State.URGENT, Reason.NOT_BLOCKED, 1),
    (Fleet(unhandled=1, not_blocked=1), Cases(), State.URGENT, Reason.NOT_BLOCKED, 1),
    (Fleet(unknown=1), Cases(open=1), State.ATTENTION, Reason.CASE_OPEN, 1),
]


@pytest.mark.parametrize(("fleet", "cases", "state", "reason", "count"), JUDGEMENTS)
def test_judgement(fleet, cases, state, reason, count):
    assert judge(fleet, cases) == Judgement(state, reason, count)


def test_every_reason_is_judged():
    assert {row[3] for row in JUDGEMENTS} == set(Reason)


@pytest.mark.parametrize("fleet", [Fleet(), Fleet(unknown=3), Fleet(safe=1, unknown=1), Fleet(attention=1)])
def test_never_safe_while_a_device_is_not(fleet):
    assert judge(fleet, Cases()).state != State.SAFE


@pytest.mark.parametrize(
    ("fleet", "cases", "count"),
    [
        (Fleet(safe=9), Cases(), 0),
        (Fleet(safe=9, attention=2), Cases(), 2),
        (Fleet(safe=9, unhandled=4), Cases(), 4),
        (Fleet(safe=9, unhandled=4), Cases(open=1), 1),
        (Fleet(safe=9, unhandled=4), Cases(open=1, with_desk=1), 0),
        (Fleet(safe=8, attention=1, unhandled=4), Cases(open=3, with_desk=1), 3),
    ],
)
def test_count_of_what_waits_for_a_person(fleet, cases, count):
    assert attention_count(fleet, cases) == count


@pytest.mark.parametrize(
    ("fleet", "cases", "first", "action"),
    [
        (Fleet(), Cases(), FirstSteps(False, False, False), Action.ADD_DEVICE),
        (Fleet(safe=1), Cases(), FirstSteps(True, False, False), Action.TEST_FILE),
        (Fleet(safe=1, unhandled=1), Cases(open=1), FirstSteps(True, True, False), Action.WORK_CASE),
        (Fleet(safe=1, unhandled=1), Cases(), ALL_DONE, Action.LOOK_AT_DETECTIONS),
        (Fleet(safe=1, attention=1), Cases(), ALL_DONE, Action.LOOK_AT_DEVICES),
        (Fleet(safe=1, unknown=1), Cases(), ALL_DONE, Action.LOOK_AT_DEVICES),
        (Fleet(safe=1), Cases(), ALL_DONE, Action.NOTHING),
        (Fleet(safe=1), Cases(open=1, with_desk=1), ALL_DONE, Action.NOTHING),
        (Fleet(urgent=1, not_blocked=1), Cases(open=1), FirstSteps(True, False, False), Action.STOP_FILE),
    ],
)
def test_next_action(fleet, cases, first, action):
    assert next_action(fleet, cases, first) == action


def test_sentences_begin_with_the_word_of_their_state():
    words = {
        State.SAFE: ("安心", "Safe"),
        State.ATTENTION: ("要確認", "Needs a look"),
        State.URGENT: ("至急", "Urgent"),
        State.UNKNOWN: ("不明", "Not known"),
    }
    for fleet, cases, state, _reason, _count in JUDGEMENTS:
        for language, word in zip(("ja", "en"), words[state], strict=True):
            with translation.override(language):
                said = sentence(judge(fleet, cases))
            assert said.startswith(word), said
            assert "%" not in said


def test_english_counts():
    with translation.override("en"):
        one, two = (sentence(Judgement(State.ATTENTION, Reason.CASE_OPEN, n)) for n in (1, 2))
    assert one == "Needs a look: 1 case is open."
    assert two == "Needs a look: 2 cases are open."


def add_device(company, *, heard=True):
    return Device.objects.create(
        organisation=company,
        name="経理PC-02",
        hostname="keiri-02",
        os="Windows 11",
        arch="AMD64",
        public_key="k" * 44,
        agent_version="9.0.0",
        engine_version="9.0.0",
        rules_version="r",
        last_seen_at=timezone.now() if heard else None,
    )


def add_detection(device, outcome="blocked", **more):
    event = DeviceEvent.objects.create(
        id=uuid4(),
        organisation=device.organisation,
        device=device,
        sequence=1,
        kind="detection.blocked",
        occurred_at=timezone.now(),
        received_at=timezone.now(),
        document={},
    )
    return Detection.objects.create(
        event=event,
        organisation=device.organisation,
        device=device,
        outcome=outcome,
        file_name="請求書.pdf.exe",
        path="C:\\請求書.pdf.exe",
        sha256="a" * 64,
        verdict=VERDICT,
        occurred_at=timezone.now() - timedelta(minutes=3),
        **more,
    )


def add_case(company, state=Incident.State.OPEN):
    return Incident.objects.create(
        organisation=company,
        number="2026-0001",
        playbook="malware_blocked",
        playbook_version="1",
        state=state,
        occurred_at=timezone.now(),
        opened_at=timezone.now(),
        last_seen_at=timezone.now(),
    )


def page(cast, role=Role.OWNER, name="home", language="ja", **query):
    url = reverse(name, kwargs={"organisation_id": cast.company.id})
    return cast.client(role, language=language).get(url, query)


def test_new_company(cast):
    answer = page(cast)
    text = answer.content.decode()
    assert "不明です。端末がまだつながっていません。" in text
    assert f'href="{reverse("device_add", kwargs={"organisation_id": cast.company.id})}"' in text
    assert "最初のPCをつないでください" in text


def test_member_is_told_who_can_add_a_device(cast):
    text = page(cast, Role.MEMBER).content.decode()
    assert reverse("device_add", kwargs={"organisation_id": cast.company.id}) not in text
    assert "端末の追加は、会社の責任者ができます。" in text


def test_test_file_comes_after_the_first_device(cast):
    add_device(cast.company)
    text = page(cast).content.decode()
    assert "安心です" in text
    assert "".join(TEST_FILE) not in text  # in two halves, so that no antivirus takes the page for the file
    assert all(half.replace("&", "&amp;") in text for half in TEST_FILE)
    assert "step-now" in text


def test_steps_close_by_facts(cast):
    device = add_device(cast.company)
    add_detection(device, handled_at=timezone.now())
    text = page(cast).content.decode()
    assert text.count("step-done") == 2
    assert "いま、することはありません。" in text
    record(actor=cast.actor(Role.OWNER), action="case.step_done", data={"number": "2026-0001"})
    text = page(cast).content.decode()
    assert "はじめの3つの手順" not in text


def test_what_anshin_does_by_itself_closes_no_step(cast):
    add_detection(add_device(cast.company), handled_at=timezone.now())
    record(actor=system_actor(cast.company, "anshin"), action="case.note_added", data={"number": "2026-0001"})
    assert page(cast).content.decode().count("step-done") == 2


@pytest.mark.parametrize("language", ["ja", "en"])
def test_dangerous_file_leads_the_page(cast, language):
    add_detection(add_device(cast.company), outcome="not_blocked")
    text = page(cast, language=language).content.decode()
    assert "verdict-urgent" in text
    assert ("至急です。危険なファイルが1件、残っています。" if language == "ja" else "Urgent: 1 dangerous file") in text
    assert "outcome=not_blocked&amp;handled=no" in text


def test_every_figure_leads_somewhere(cast):
    add_case(cast.company)
    device = add_device(cast.company)
    add_detection(device)
    client = cast.client(Role.OWNER)
    answer = client.get(reverse("home", kwargs={"organisation_id": cast.company.id}))
    links = set(re.findall(r'href="(/c/[^"]+)"', answer.content.decode()))
    assert any("state=open" in link for link in links)
    assert any("handled=no" in link for link in links)
    assert any("state=safe" in link for link in links)
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_other_company_does_not_show(cast):
    add_detection(add_device(cast.other), outcome="not_blocked")
    add_case(cast.other)
    text = page(cast).content.decode()
    assert "請求書.pdf.exe" not in text
    assert "不明です" in text


@pytest.mark.parametrize("name", ["home", "home_status", "home_cards", "home_log"])
def test_foreign_is_as_absent(cast, name):
    client = cast.client(Role.OWNER)
    answers = [
        client.get(reverse(name, kwargs={"organisation_id": organisation_id}))
        for organisation_id in (cast.other.id, uuid4())
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert client.get(reverse(name, kwargs={"organisation_id": cast.company.id})).status_code == 200
    assert cast.client(None).get(reverse(name, kwargs={"organisation_id": cast.company.id})).status_code == 302


def test_status_is_sent_only_when_it_changed(cast, monkeypatch):
    monkeypatch.setattr("anshin.console.web.home_page.timezone", SimpleNamespace(now=lambda: NOW))
    device = add_device(cast.company)
    first = page(cast, name="home_status")
    assert first.status_code == 200
    seen = first.content.decode().split("seen=")[1][:16]
    assert page(cast, name="home_status", seen=seen).status_code == 204
    add_detection(device, outcome="not_blocked")
    changed = page(cast, name="home_status", seen=seen)
    assert changed.status_code == 200
    assert "至急です" in changed.content.decode()


def test_cards_are_sent_only_when_they_changed(cast):
    first = page(cast, name="home_cards")
    seen = first.content.decode().split("seen=")[1][:16]
    assert page(cast, name="home_cards", seen=seen).status_code == 204
    add_device(cast.company)
    assert page(cast, name="home_cards", seen=seen).status_code == 200


def test_title_counts_what_waits(cast):
    add_device(cast.company)
    assert "<title>いま、安心ですか" in page(cast).content.decode()
    add_case(cast.company)
    assert "<title>(1) いま、安心ですか" in page(cast).content.decode()
    devices = page(cast, name="device_list").content.decode()
    assert "<title>(1) " in devices
    with scope(organisation=cast.company):
        Incident.objects.update(state=Incident.State.WITH_DESK)
    text = page(cast).content.decode()
    assert "<title>いま、安心ですか" in text
    assert "相談窓口が1件の事案に対応しています" in text


def test_title_of_the_board_counts_what_waits_at_the_desk(cast):
    add_case(cast.company)
    client = cast.client(Role.ANALYST)
    assert not client.get(reverse("provider_board")).content.decode().count("<title>(")
    with scope(organisation=cast.company):
        Incident.objects.update(state=Incident.State.WITH_DESK)
    assert "<title>(1) " in client.get(reverse("provider_board")).content.decode()
    assert "<title>(" not in cast.client(Role.UNDERWRITER).get(reverse("provider_board")).content.decode()


def test_happenings_are_for_those_who_may_read_the_log(cast):
    record(actor=cast.actor(Role.OWNER), action="case.note_added", data={"number": "2026-0001"})
    assert "事案 2026-0001 にメモを書きました" in page(cast).content.decode()
    assert "事案 2026-0001" not in page(cast, Role.MEMBER).content.decode()
    assert page(cast, Role.MEMBER, name="home_log").status_code == 403


def test_curator_sees_state_but_no_detections(cast):
    add_detection(add_device(cast.company))
    text = page(cast, Role.CURATOR).content.decode()
    assert "請求書.pdf.exe" not in text
    assert "要確認です" in text
    assert reverse("detection_list", kwargs={"organisation_id": cast.company.id}) not in text


def test_home_needs_few_queries(cast, django_assert_max_num_queries):
    for number in range(20):
        device = add_device(cast.company)
        if number < 5:
            add_detection(device)
    client = cast.client(Role.OWNER)
    url = reverse("home_status", kwargs={"organisation_id": cast.company.id})
    client.get(url)
    with django_assert_max_num_queries(20):
        client.get(url)
