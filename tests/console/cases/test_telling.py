"""People are told by mail of cases that need them: once, gathered, in their language, never against their will."""

from datetime import timedelta

import pytest
from django.core import mail
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.cases.models import CaseMail, CaseNote
from anshin.console.cases.operations import close, hand_to_desk, reopen
from anshin.console.cases.operations.sending import FAILURES, GATHER, GIVE_UP, send_waiting_mails
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
    assert send_waiting_mails(now=NOW + GATHER[CaseMail.About.OPENED] - timedelta(seconds=1)) == 0
    assert send_waiting_mails(now=NOW + GATHER[CaseMail.About.OPENED]) == 2
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
    assert send_waiting_mails(now=NOW) == 0
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
    desk.case(name="a\r\nBcc: x@example.test\u202efdp\u3000月.exe", device="PC\nTo: y")
    assert send_waiting_mails(now=NOW) == 2
    for message in mail.outbox:
        assert message.recipients() == message.to
        assert "\u202e" not in message.body
        assert "\u3000月.exe" in message.body  # a wide space is nothing to hide
        assert "\nBcc" not in message.body
        assert message.extra_headers["Message-ID"].startswith("<")


def hand_over(desk, case, now=NOW):
    with scope(organisation=case.organisation):
        return hand_to_desk(actor=desk.cast.actor(Role.OWNER, case.organisation), incident=case, now=now)


def test_the_desk_is_told_of_what_was_handed_over_and_nobody_else(desk, people, mail_server):
    cast, cases = desk.cast, [desk.case(), desk.case(desk.cast.other)]
    send_waiting_mails(now=NOW)
    mail.outbox.clear()
    for case in cases:
        hand_over(desk, case)
    analysts = [cast.user(cast.provider, role).email for role in (Role.ADMINISTRATOR, Role.ANALYST)]
    assert send_waiting_mails(now=NOW) == 4  # two people, two companies
    assert told() == sorted(analysts * 2)
    for message, case in zip(mail.outbox, sorted(cases * 2, key=lambda one: one.organisation_id), strict=True):
        assert "相談窓口へ渡された" in message.subject
        assert cast.user(case.organisation, Role.OWNER).name in message.body
        assert str(case.id) in message.body
        assert "最初の手順" not in message.body
    assert send_waiting_mails(now=later(hours=1)) == 0


def test_a_hand_over_never_waits_for_an_earlier_one(desk, people, mail_server):
    first, second = desk.case(), desk.case()
    hand_over(desk, first)
    send_waiting_mails(now=NOW)
    mail.outbox.clear()
    hand_over(desk, second)
    assert send_waiting_mails(now=later(seconds=1)) == 2
    assert all(second.number in message.subject and first.number not in message.body for message in mail.outbox)


def test_a_case_handed_over_again_is_told_again(desk, people, mail_server):
    case, analyst = desk.case(), desk.cast.actor(Role.ANALYST)
    hand_over(desk, case)
    send_waiting_mails(now=NOW)
    with scope(organisation=case.organisation):
        close(actor=analyst, incident=case, reason="確認済み", now=later(minutes=1))
        reopen(actor=analyst, incident=case, reason="また届いた", now=later(minutes=2))
        again = hand_over(desk, case, later(minutes=3))
    assert again.handed_at == later(minutes=3)
    assert send_waiting_mails(now=later(minutes=3)) == 2


def test_a_case_handed_over_again_while_the_mail_still_waits_is_told_once(desk, people, dead_server, settings):
    case, analyst = desk.case(), desk.cast.actor(Role.ANALYST)
    hand_over(desk, case)
    with scope(organisation=case.organisation):
        close(actor=analyst, incident=case, reason="確認済み", now=later(minutes=1))
        reopen(actor=analyst, incident=case, reason="また届いた", now=later(minutes=2))
        hand_over(desk, case, later(minutes=3))
        assert CaseMail.objects.filter(about=CaseMail.About.HANDED_OVER).count() == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_waiting_mails(now=later(minutes=3))
    assert sum("相談窓口へ渡された" in message.subject for message in mail.outbox) == 2
