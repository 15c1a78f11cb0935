"""Every page of people opens, in both languages, without a script or style inside it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.urls import reverse

from anshin.console.audit.models import AuditEntry
from anshin.console.people.operations import create_key, invite, make_sign_in_link
from anshin.console.people.roles import Role

INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)

SIGNED_OUT = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
]
OF_A_PERSON = [
    "profile",
    "account_set_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
]
OF_A_COMPANY = ["people_list", "person_invite", "key_list", "key_create"]


def _is_whole(response, language: str) -> None:
    assert response.status_code == 200
    text = response.content.decode()
    assert not INLINE.search(text)
    assert response["Content-Language"] == language
    assert response["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", SIGNED_OUT)
def test_signed_out_page_opens(cast, name, language):
    _is_whole(cast.client(None, language=language).get(reverse(name)), language)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", OF_A_PERSON)
def test_page_of_a_person_opens(cast, name, language):
    _is_whole(cast.client(Role.MEMBER, language=language).get(reverse(name)), language)


@pytest.mark.parametrize("name", OF_A_PERSON)
def test_page_of_a_person_asks_to_sign_in(cast, name):
    answer = cast.client(None).get(reverse(name))
    if name == "account_logout":  # signing out when signed out is done already
        assert answer.status_code == 302
    else:
        assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", OF_A_COMPANY)
def test_page_of_a_company_opens(in_company, name, language):
    cast = in_company
    owner = cast.actor(Role.OWNER)
    invite(actor=owner, email="new@example.test", role=Role.MEMBER)
    create_key(actor=owner, name="report", scope="read", days=30)
    address = reverse(name, kwargs={"organisation_id": cast.company.id})
    _is_whole(cast.client(Role.OWNER, language=language).get(address), language)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", ["provider_board", "company_create", "mail_settings"])
def test_page_of_the_provider_opens(cast, name, language):
    _is_whole(cast.client(Role.ADMINISTRATOR, language=language).get(reverse(name)), language)


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_email_verification_sent"])
def test_closed_pages_are_absent(cast, name):
    assert cast.client(Role.OWNER).get(reverse(name)).status_code == 404
    assert cast.client(None).post(reverse(name), {"email": "a@example.test"}).status_code == 404


@pytest.mark.django_db(transaction=True)  # allauth reports the new factor after the commit
def test_second_factor_is_stored_sealed_and_its_codes_are_shown_at_once(cast):
    client, user = cast.client(Role.MEMBER), cast.user(cast.company, Role.MEMBER)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    answer = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(answer["Location"])
    assert codes.status_code == 200  # who has just used the app need not prove it again to read the codes
    assert len(codes.context["unused_codes"]) == 10
    assert AuditEntry.objects.get(action="second_factor.added", object_id=str(user.id)).data == {"type": "totp"}
    stored = Authenticator.objects.get(user=user, type="totp")
    assert secret not in str(stored.data)  # sealed
    assert decrypt(stored.data["secret"]) == secret
    assert len(Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()) == 10


@pytest.mark.parametrize("language", ["ja", "en"])
def test_ways_in_open(cast, language):
    path = make_sign_in_link(user=cast.user(cast.company, Role.OWNER))
    _is_whole(cast.client(None, language=language).get(path), language)
