"""People are told of new cases by mail: once each, gathered, in their language, and never against their will."""

from datetime import timedelta

import pytest
from django.core import mail
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.cases.models import CaseMail, CaseNote
from anshin.console.cases.operations import send_waiting_mails
from anshin.console.cases.operations.telling import FAILURES, GATHER, GIVE_UP
from anshin.console.loop.operations import deliver_waiting, publish
from anshin.console.people.models import Membership
from anshin.console.people.roles import Role
from anshin.console.web.mail import store_mail_settings
from tests.console.cases.conftest import NOW, later


@pytest.fixture
def mail_server(db):
    """A mail server is set; Django's test mailbox stands in for it."""
    store_mail_settings(host="mail.example.test", port=587, security="starttls", user="", sender="a@example.test")


@pytest.fixture
def dead_server(mail_server, settings):
    """A mail server is set, and nothing answers there."""
    store_mail_settings(host="127.0.0.1", port=1, security="none", user="", sender="a@example.test")
    settings.EMAIL_BACKEND = "anshin.console.web.mail.InstallationMailBackend"


@pytest.fixture
def people(cast):
    """The owner and the member of the first company, and nobody else of it."""
    return [cast.user(cast.company, role) for role in (Role.OWNER, Role.MEMBER)]


def told():
    return sorted(message.to[0] for message in mail.outbox)


def test_those_who_work_on_cases_are_told_and_no_other_company(desk, people, mail_server):
    desk.cast.user(desk.cast.other, Role.OWNER)
    case = desk.case()
    assert send_waiting_mails(now=NOW) == 2
    assert told() == sorted(person.email for person in people)
    for message in mail.outbox:
        assert case.number in message.subject
        assert "請求書.pdf.exe" not in message.subject
        for wanted in ("請求書.pdf.exe", "経理PC-02", str(case.id), desk.cast.provider.desk_phone, "/profile/"):
            assert wanted in message.body
    assert send_waiting_mails(now=later(hours=2)) == 0
    with scope(organisation=case.organisation):
        assert CaseNote.objects.filter(code="told").count() == 2
    assert AuditEntry.objects.filter(action="case.told", object_id=str(case.id)).count() == 2


def test_each_in_their_language(desk, people, mail_server):
    owner, member = people
    owner.language, member.language = "en", "ja"
    owner.save()
    member.save()
    desk.case(outcome="not_blocked")
    send_waiting_mails(now=NOW)
    bodies = {message.to[0]: f"{message.subject}\n{message.body}" for message in mail.outbox}
    assert "First steps:" in bodies[owner.email]
    assert "最初の手順:" in bodies[member.email]
    assert "First steps" not in bodies[member.email]
    assert "2026年11月24日" in bodies[member.email]


def test_mail_leaves_by_itself_once_a_detection_is_delivered(desk, people, mail_server):
    detection = desk.detection()
    with scope(organisation=desk.cast.company):
        publish(kind="detection.recorded", organisation=desk.cast.company, payload={"detection_id": str(detection)})
    deliver_waiting()
    from anshin.console.cases.jobs import send_case_mails

    assert send_case_mails.call() == 2


def test_same_detection_twice_tells_once(desk, people, mail_server):
    detection = desk.detection()
    desk.open(detection)
    desk.open(detection)
    send_waiting_mails(now=NOW)
    assert len(mail.outbox) == 2


def test_many_cases_are_gathered_and_none_is_lost(desk, people, mail_server):
    desk.case()
    send_waiting_mails(now=NOW)
    cases = [desk.case(outcome="blocked") for _ in range(11)] + [desk.case(outcome="not_blocked")]
    mail.outbox.clear()
    assert send_waiting_mails(now=NOW + GATHER - timedelta(seconds=1)) == 0
    assert send_waiting_mails(now=NOW + GATHER) == 2
    for message in mail.outbox:
        assert cases[-1].number in message.subject  # the urgent one
        assert "11件" in message.subject
        assert message.body.index(cases[-1].number) < message.body.index(cases[0].number)
        assert "ほか 2 件" in message.body
    with scopes_disabled():
        assert not CaseMail.objects.filter(sent_at=None).exists()


def test_without_a_mail_server_nobody_waits(desk, people):
    desk.case()
    with scopes_disabled():
        assert not CaseMail.objects.exists()


def test_who_turned_it_off_or_left_is_not_told(desk, people, mail_server):
    owner, member = people
    owner.case_mail = False
    owner.save()
    desk.case()
    Membership.objects.filter(user=member).delete()
    send_waiting_mails(now=NOW)
    assert not mail.outbox
    with scopes_disabled():
        assert [(row.person, row.sent_at, row.given_up_at) for row in CaseMail.objects.all()] == [(member, None, NOW)]
        assert not CaseNote.objects.filter(code__in=["told", "not_told"]).exists()


def test_failure_waits_longer_each_time_and_is_given_up_after_a_day(desk, people, dead_server):
    case = desk.case()
    waits = []
    at = NOW
    for _ in range(3):
        assert send_waiting_mails(now=at) == 0
        with scopes_disabled():
            first = CaseMail.objects.earliest("next_attempt_at")
        waits.append(first.next_attempt_at - at)
        at = first.next_attempt_at
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    send_waiting_mails(now=NOW + GIVE_UP + timedelta(seconds=1))
    with scope(organisation=case.organisation):
        assert CaseNote.objects.filter(code="not_told").count() == 2
        assert not CaseMail.objects.filter(given_up_at=None).exists()


def test_server_that_came_back_gets_what_waited(desk, people, dead_server, settings):
    desk.case()
    assert send_waiting_mails(now=NOW) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_waiting_mails(now=NOW) == 0  # not due yet
    assert send_waiting_mails(now=later(minutes=1)) == 2


def test_dead_server_ends_the_round(desk, cast, people, dead_server):
    for number in range(3):
        user = cast.user(cast.company, Role.MEMBER)
        user.pk, user.email, user._state.adding = None, f"more{number}@example.test", True
        user.save()
        Membership.objects.create(user=user, organisation=cast.company, role=Role.MEMBER)
    desk.case()
    send_waiting_mails(now=NOW)
    with scopes_disabled():
        assert CaseMail.objects.filter(attempts=1).count() == FAILURES < CaseMail.objects.count()


def test_names_cannot_add_headers_or_turn_the_text_round(desk, people, mail_server):
    desk.case(name="a\r\nBcc: x@example.test\u202efdp.exe", device="PC\nTo: y")
    assert send_waiting_mails(now=NOW) == 2
    for message in mail.outbox:
        assert message.recipients() == message.to
        assert "\u202e" not in message.body
        assert "\nBcc" not in message.body
        assert message.extra_headers["Message-ID"].startswith("<")
