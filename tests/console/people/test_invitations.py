"""Invitations: sent, accepted once, sent again, withdrawn; and what happens without a mail server."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.people import operations
from anshin.console.people.errors import AlreadyExistsError, NotUsableError, WrongRoleError
from anshin.console.people.models import Invitation, Membership, User
from anshin.console.people.roles import Role
from anshin.console.web.mail import store_mail_settings

PASSWORD = "harbour-lantern-quiet-42"
NEW = "new.person@example.test"


@pytest.fixture
def mail_server(db):
    """A mail server is set; Django's test mailbox stands in for it."""
    store_mail_settings(host="mail.example.test", port=587, security="starttls", user="", sender="a@example.test")


def invite(cast, email=NEW, role=Role.MEMBER, **options):
    with scope(organisation=cast.company):
        return operations.invite(actor=cast.actor(Role.OWNER), email=email, role=role, **options)


def invitation_page(cast, name, invitation):
    return reverse(name, kwargs={"organisation_id": cast.company.id, "invitation_id": invitation.id})


def test_invitation_is_mailed_as_text_and_html_in_the_company_language(cast, mail_server):
    cast.company.language = "en"
    cast.company.save()
    invited = invite(cast)
    assert invited.delivery.sent
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    html, kind = message.alternatives[0]
    assert (message.to, kind) == ([NEW], "text/html")
    assert message.subject == f"Invitation to {cast.company.name}"
    for body in (str(message.body), str(html)):
        assert invited.path in body
        assert cast.provider.desk_phone in body
    assert invited.path.split("/")[-2] not in str(invited.invitation.__dict__)


def test_japanese_company_gets_a_japanese_mail(cast, mail_server):
    invite(cast)
    assert "招待" in mail.outbox[0].subject
    assert not re.search(r"[a-z]{4,} [a-z]{4,}", mail.outbox[0].body.replace("member", ""))


def test_without_a_mail_server_the_link_is_shown_once(cast):
    client = cast.client(Role.OWNER)
    address = reverse("person_invite", kwargs={"organisation_id": cast.company.id})
    page = client.post(address, {"email": NEW, "role": "member"})
    path = page.context["invited"].path
    assert path in page.content.decode()
    assert page.context["invited"].delivery.reason in page.content.decode()
    people = client.get(reverse("people_list", kwargs={"organisation_id": cast.company.id})).content.decode()
    assert NEW in people
    assert path not in people
    assert cast.client(None).get(path).status_code == 200


def test_with_a_mail_server_the_link_is_not_shown(cast, mail_server):
    address = reverse("person_invite", kwargs={"organisation_id": cast.company.id})
    answer = cast.client(Role.OWNER).post(address, {"email": NEW, "role": "member"})
    assert answer["Location"] == reverse("people_list", kwargs={"organisation_id": cast.company.id})
    assert len(mail.outbox) == 1


def test_mail_server_that_fails_shows_the_link_and_why(cast, mail_server, monkeypatch):
    def refuse(*_args, **_options):
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    address = reverse("person_invite", kwargs={"organisation_id": cast.company.id})
    page = cast.client(Role.OWNER).post(address, {"email": NEW, "role": "member"})
    assert page.context["invited"].path in page.content.decode()
    assert "refused" in page.content.decode()


def test_new_person_joins_with_name_and_password(cast):
    invited = invite(cast)
    client = cast.client(None)
    assert cast.company.name in client.get(invited.path).content.decode()
    answer = client.post(invited.path, {"name": " Hanako \n Sato ", "password": PASSWORD})
    assert answer.status_code == 302
    user = User.objects.get(email=NEW)
    assert (user.name, user.check_password(PASSWORD), user.language) == ("Hanako Sato", True, "ja")
    assert Membership.objects.get(user=user).role == "member"
    assert client.get(reverse("profile")).context["user"] == user
    entry = AuditEntry.objects.get(organisation=cast.company, action="invitation.accepted")
    assert (entry.actor_id, entry.data["email"]) == (str(user.id), NEW)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "", "password": PASSWORD},
        {"name": "H", "password": "short"},
        {"name": "H", "password": ""},
        {"name": "Hanako", "password": NEW},
    ],
)
def test_bad_answers_use_nothing_up(cast, given):
    invited = invite(cast)
    page = cast.client(None).post(invited.path, given)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not User.objects.filter(email=NEW).exists()
    assert cast.client(None).get(invited.path).status_code == 200


def test_known_person_signs_in_first_and_joins_with_a_click(cast):
    known = cast.user(cast.other, Role.MEMBER)
    invited = invite(cast, email=known.email.upper())
    answer = cast.client(None).get(invited.path)
    assert answer["Location"] == f"{reverse('account_login')}?next={invited.path}"
    client = cast.client(Role.MEMBER, cast.other)
    assert client.get(invited.path).context["form"] is None
    assert client.post(invited.path)["Location"] == reverse("home", kwargs={"organisation_id": cast.company.id})
    assert set(Membership.objects.filter(user=known).values_list("organisation_id", flat=True)) == {
        cast.company.id,
        cast.other.id,
    }


def test_someone_else_cannot_accept(cast):
    invited = invite(cast)
    client = cast.client(Role.MEMBER, cast.other)
    assert client.get(invited.path).context["foreign"]
    client.post(invited.path)
    assert not Membership.objects.filter(user=cast.user(cast.other, Role.MEMBER), organisation=cast.company).exists()
    with pytest.raises(NotUsableError):
        operations.accept_invitation(token=invited.path.split("/")[-2], user=cast.user(cast.other, Role.MEMBER))
    with scopes_disabled():
        assert Invitation.objects.get().accepted_at is None


def test_invitation_works_once(cast):
    invited = invite(cast)
    given = {"name": "Hanako", "password": PASSWORD}
    cast.client(None).post(invited.path, given)
    assert cast.client(None).get(invited.path).status_code == 410
    assert cast.client(None).post(invited.path, given).status_code == 410
    assert Membership.objects.filter(user__email=NEW).count() == 1


def test_of_two_who_accept_at_the_same_moment_one_wins(cast, monkeypatch):
    invited = invite(cast)
    seen = operations.open_invitation(token=invited.path.split("/")[-2])
    monkeypatch.setattr("anshin.console.people.operations.invitations.open_invitation", lambda **_: seen)
    operations.accept_invitation(token="any", name="Hanako", password=PASSWORD)
    with pytest.raises(NotUsableError):
        operations.accept_invitation(token="any", name="Hanako", password=PASSWORD)


def test_expired_withdrawn_and_unknown_answer_alike(cast):
    expired = invite(cast, now=timezone.now() - timedelta(days=8))
    withdrawn = invite(cast, email="other@example.test")
    cast.client(Role.OWNER).post(invitation_page(cast, "invitation_revoke", withdrawn.invitation))
    pages = [cast.client(None).get(p) for p in (expired.path, withdrawn.path, reverse("accept_invitation", args=["x"]))]
    assert [p.status_code for p in pages] == [410] * 3


def test_sending_again_renews_the_link(cast, mail_server):
    first = invite(cast, now=timezone.now() - timedelta(days=8))
    answer = cast.client(Role.OWNER).post(invitation_page(cast, "invitation_resend", first.invitation))
    assert answer.status_code == 302
    (fresh,) = re.findall(r"/invite/\S+", str(mail.outbox[-1].body))
    assert cast.client(None).get(first.path).status_code == 410
    assert cast.client(None).get(fresh).status_code == 200


def test_withdrawing_is_noted_once(cast):
    invited = invite(cast)
    address = invitation_page(cast, "invitation_revoke", invited.invitation)
    client = cast.client(Role.OWNER)
    assert [client.post(address).status_code for _ in range(2)] == [302, 404]
    assert AuditEntry.objects.filter(action="invitation.revoked").count() == 1


def test_answered_invitation_cannot_be_sent_again(in_company):
    cast = in_company
    invited = operations.invite(actor=cast.actor(Role.OWNER), email=NEW, role=Role.MEMBER)
    operations.revoke_invitation(actor=cast.actor(Role.OWNER), invitation=invited.invitation)
    with pytest.raises(NotUsableError):
        operations.resend_invitation(actor=cast.actor(Role.OWNER), invitation=invited.invitation)


def test_who_is_there_or_invited_is_not_invited_again(cast):
    with pytest.raises(AlreadyExistsError):
        invite(cast, email=cast.user(cast.company, Role.MEMBER).email)
    invite(cast)
    with pytest.raises(AlreadyExistsError):
        invite(cast, email=NEW.upper())
    assert invite(cast, role=Role.OWNER).invitation.role == "owner"


def test_role_must_exist_in_this_kind_of_organisation(cast):
    with pytest.raises(WrongRoleError):
        invite(cast, role=Role.ADMINISTRATOR)
    page = cast.client(Role.OWNER).post(
        reverse("person_invite", kwargs={"organisation_id": cast.company.id}), {"email": NEW, "role": "administrator"}
    )
    assert "role" in page.context["form"].errors


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST])
def test_only_keepers_invite(in_company, role):
    cast = in_company
    with pytest.raises(PermissionDenied):
        operations.invite(actor=cast.actor(role), email=NEW, role=Role.MEMBER)


@pytest.mark.parametrize("name", ["invitation_resend", "invitation_revoke"])
def test_invitation_of_another_company_is_absent(cast, name):
    invited = invite(cast)
    foreign = reverse(name, kwargs={"organisation_id": cast.other.id, "invitation_id": invited.invitation.id})
    absent = reverse(name, kwargs={"organisation_id": cast.other.id, "invitation_id": cast.other.id})
    client = cast.client(Role.OWNER, cast.other)
    assert client.post(foreign).status_code == client.post(absent).status_code == 404
    assert cast.client(Role.OWNER).get(invitation_page(cast, name, invited.invitation)).status_code == 405
