"""The ways in: password, one-time link; and that neither tells strangers who has an account."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from anshin.console.audit.models import AuditEntry
from anshin.console.people import operations
from anshin.console.people.errors import NotUsableError
from anshin.console.people.models import Membership, SignInLink
from anshin.console.people.roles import Role

PASSWORD = "harbour-lantern-quiet-42"


@pytest.fixture(autouse=True)
def fresh_rate_limits():
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def owner(cast):
    user = cast.user(cast.company, Role.OWNER)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, email, password):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def without_tokens(page: bytes, email: str) -> str:
    return re.sub(r'value="[^"]*"|[0-9a-f]{16}', "", page.decode().replace(email, "…"))


def test_right_password_lets_in(cast, owner):
    client = cast.client(None)
    before = client.get(reverse("account_login")).wsgi_request.session.session_key
    assert sign_in(client, owner.email.upper(), PASSWORD).status_code == 302
    assert client.get(reverse("profile")).status_code == 200
    assert client.session.session_key != before


def test_wrong_password_and_unknown_address_answer_alike(cast, owner):
    known = sign_in(cast.client(None), owner.email, "wrong-" + PASSWORD)
    unknown = sign_in(cast.client(None), "nobody@example.test", "wrong-" + PASSWORD)
    assert known.status_code == unknown.status_code == 200
    assert without_tokens(known.content, owner.email) == without_tokens(unknown.content, "nobody@example.test")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_forgotten_password_answers_alike_and_mails_a_link(cast, owner, language):
    answers = [
        cast.client(None, language=language).post(reverse("account_reset_password"), {"email": email})
        for email in (owner.email, "nobody@example.test")
    ]
    assert [a["Location"] for a in answers] == [reverse("account_reset_password_done")] * 2
    to_owner, to_nobody = mail.outbox
    assert re.search(r"/accounts/password/reset/key/\S+", str(to_owner.body))
    assert "/key/" not in to_nobody.body
    assert ("パスワード" in to_owner.subject) == (language == "ja")


def test_forgotten_password_answers_alike_when_the_mail_server_fails(cast, owner, monkeypatch):
    def fail(_self, *_args, **_kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    answers = {
        cast.client(None).post(reverse("account_reset_password"), {"email": email}).status_code
        for email in (owner.email, "nobody@example.test")
    }
    assert answers == {302}


def test_too_many_wrong_passwords_are_refused_even_the_right_one(cast, owner):
    client = cast.client(None)
    for attempt in range(5):
        sign_in(client, owner.email, f"wrong-{attempt}-{PASSWORD}")
    assert sign_in(client, owner.email, PASSWORD).status_code == 200
    assert client.get(reverse("profile")).status_code == 302


def test_short_password_is_refused(cast, owner):
    client = cast.client(Role.OWNER)
    form = {"oldpassword": PASSWORD, "password1": "short-one", "password2": "short-one"}
    assert client.post(reverse("account_change_password"), form).status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_changing_the_password_ends_the_session(cast, owner):
    client = cast.client(Role.OWNER)
    other = cast.client(Role.OWNER)
    new = "another-" + PASSWORD
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    owner.refresh_from_db()
    assert owner.check_password(new)
    for browser in (client, other):
        assert browser.get(reverse("profile")).status_code == 302


def test_other_sessions_can_be_ended(cast):
    here, elsewhere = cast.client(Role.OWNER), cast.client(Role.OWNER)
    assert elsewhere.get(reverse("profile")).status_code == 200
    here.get(reverse("usersessions_list"))
    here.post(reverse("usersessions_list"))
    assert elsewhere.get(reverse("profile")).status_code == 302
    assert here.get(reverse("profile")).status_code == 200


def test_link_lets_in_once(cast):
    owner = cast.user(cast.company, Role.OWNER)
    path = operations.make_sign_in_link(user=owner)
    for _look in range(3):  # mail scanners and previews look
        assert cast.client(None).get(path).status_code == 200
    client = cast.client(None)
    answer = client.post(path)
    assert answer.status_code == 302
    assert client.get(reverse("profile")).context["user"] == owner
    again = cast.client(None).post(path)
    assert again.status_code == 410
    assert cast.client(None).get(path).status_code == 410


def test_used_expired_and_unknown_links_answer_alike(cast):
    owner = cast.user(cast.company, Role.OWNER)
    used = operations.make_sign_in_link(user=owner)
    cast.client(None).post(used)
    past = timezone.now() - timedelta(minutes=16)
    expired = operations.make_sign_in_link(user=owner, minutes=15, now=past)
    unknown = reverse("enter", args=["never-made"])
    for method in ("get", "post"):
        pages = [getattr(cast.client(None), method)(path) for path in (used, expired, unknown)]
        assert [p.status_code for p in pages] == [410] * 3
        texts = {without_tokens(page.content, owner.email) for page in pages}
        texts = {re.sub(r"/enter/[^/]+/", "", text) for text in texts}
        assert len(texts) == 1


def test_link_of_a_switched_off_person_is_no_link(cast):
    owner = cast.user(cast.company, Role.OWNER)
    path = operations.make_sign_in_link(user=owner)
    owner.is_active = False
    owner.save()
    assert cast.client(None).post(path).status_code == 410


def test_of_two_at_the_same_moment_one_wins(cast, monkeypatch):
    owner = cast.user(cast.company, Role.OWNER)
    token = operations.make_sign_in_link(user=owner).split("/")[-2]
    seen = operations.find_sign_in_link(token=token)
    # Both have looked before either wrote: the second must find the row changed.
    monkeypatch.setattr("anshin.console.people.operations.sign_in.find_sign_in_link", lambda **_: seen)
    assert operations.use_sign_in_link(token=token) == owner
    with pytest.raises(NotUsableError):
        operations.use_sign_in_link(token=token)


def test_link_is_stored_as_a_hash_and_noted_where_the_person_belongs(cast):
    owner = cast.user(cast.company, Role.OWNER)
    Membership.objects.create(user=owner, organisation=cast.other, role=Role.MEMBER)
    path = operations.make_sign_in_link(user=owner)
    token = path.split("/")[-2]
    assert token not in str(SignInLink.objects.get().__dict__)
    cast.client(None).post(path)
    for organisation in (cast.company, cast.other):
        actions = list(AuditEntry.objects.filter(organisation=organisation).values_list("action", flat=True))
        assert actions == ["sign_in_link.made", "person.signed_in_by_link", "person.signed_in"]
    assert token not in str(list(AuditEntry.objects.values()))


def test_link_does_not_replace_the_second_factor(cast):
    owner = cast.user(cast.company, Role.OWNER)
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": ""})
    client = cast.client(None)
    assert client.post(operations.make_sign_in_link(user=owner))["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    assert client.get(reverse("profile")).status_code == 302


def test_link_signs_out_who_was_there_before(cast):
    client = cast.client(Role.MEMBER)
    before = client.session.session_key
    client.post(operations.make_sign_in_link(user=cast.user(cast.company, Role.OWNER)))
    assert client.session.session_key != before
    assert client.get(reverse("profile")).context["user"] == cast.user(cast.company, Role.OWNER)


def test_part_of_a_page_is_not_replaced_by_the_sign_in_page(cast):
    address = reverse("people_list", kwargs={"organisation_id": cast.company.id})
    answer = cast.client(None).get(
        address, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver" + address}
    )
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next={address}"
