"""API keys: shown once, stored as a hash, refused when wrong, expired or revoked."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.people.key_auth import ApiKeyAuth
from anshin.console.people.keys import KeyParts, new_key, parse_key
from anshin.console.people.models import ApiKey
from anshin.console.people.operations import create_key, revoke_key
from anshin.console.people.roles import KEY_GRANTS, Role


def ask(text, header=None):
    """Return what the API's gate makes of an Authorization header."""
    request = RequestFactory().get("/api/v1/devices", headers={"Authorization": header or f"Bearer {text}"})
    return ApiKeyAuth()(request)


@pytest.fixture
def made(in_company):
    return create_key(actor=in_company.actor(Role.OWNER), name="report", scope="read", days=90)


def test_key_acts_for_its_company_with_its_scope_only(in_company, made):
    actor = ask(made.text)
    assert (actor.kind, actor.organisation, actor.name) == ("key", in_company.company, "report")
    assert actor.permissions == KEY_GRANTS["read"]


def test_key_is_stored_as_a_hash_and_noted(in_company, made):
    secret = made.text.split("_", 2)[2]
    assert secret not in str(made.key.__dict__)
    assert secret not in repr(made)
    entry = AuditEntry.objects.get(organisation=in_company.company, action="key.created")
    assert entry.data == {"name": "report", "scope": "read", "prefix": made.key.prefix, "days": 90}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("anshin_", "anshin_0"),
        lambda text: text.replace("anshin_", "other_"),
        lambda text: text.rsplit("_", 1)[0],
        lambda _text: "anshin__",
        lambda _text: "",
    ],
)
def test_wrong_key_is_refused(made, spoil):
    assert ask(made.text)
    assert not ask(spoil(made.text))


def test_other_ways_to_present_a_key_are_refused(made):
    assert not ask("", header=f"Basic {made.text}")


def test_revoked_key_is_refused_at_once(in_company, made):
    revoke_key(actor=in_company.actor(Role.OWNER), key=made.key)
    revoke_key(actor=in_company.actor(Role.OWNER), key=made.key)
    assert not ask(made.text)
    assert AuditEntry.objects.filter(action="key.revoked").count() == 1


def test_expired_key_is_refused(in_company):
    past = timezone.now() - timedelta(days=31)
    made = create_key(actor=in_company.actor(Role.OWNER), name="old", scope="write", days=30, now=past)
    assert not ask(made.text)


def test_last_use_is_noted_once_a_minute(made, django_assert_num_queries):
    ask(made.text)
    with scopes_disabled():
        first = ApiKey.objects.get().last_used_at
        assert first is not None
        with django_assert_num_queries(1):
            ask(made.text)
        assert ApiKey.objects.get().last_used_at == first
        ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
        ask(made.text)
        assert ApiKey.objects.filter(last_used_at__gte=first).exists()


@pytest.mark.parametrize("days", [0, -1, 366])
def test_lifetime_has_bounds(in_company, days):
    with pytest.raises(ValueError, match="365"):
        create_key(actor=in_company.actor(Role.OWNER), name="x", scope="read", days=days)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST])
def test_only_keepers_make_and_revoke(in_company, made, role):
    with pytest.raises(PermissionDenied):
        create_key(actor=in_company.actor(role), name="x", scope="read", days=1)
    with pytest.raises(PermissionDenied):
        revoke_key(actor=in_company.actor(role), key=made.key)


def test_key_text_is_taken_apart_as_it_was_put_together():
    for _ in range(50):
        key = new_key()
        assert parse_key(key.text) == key
    assert parse_key("anshin_abc_d_e_f") == KeyParts("abc", "d_e_f")


def test_page_shows_the_key_once(cast):
    client, place = cast.client(Role.OWNER), {"organisation_id": cast.company.id}
    page = client.post(reverse("key_create", kwargs=place), {"name": "report", "scope": "write", "days": "30"})
    text = page.context["made"].text
    assert text in page.content.decode()
    listed = client.get(reverse("key_list", kwargs=place)).content.decode()
    assert page.context["made"].key.prefix in listed
    assert text not in listed
    assert ask(text).permissions == KEY_GRANTS["write"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "scope": "read", "days": "30"},
        {"name": "n", "scope": "all", "days": "30"},
        {"name": "n", "scope": "read", "days": "3650"},
    ],
)
def test_page_refuses_bad_answers(cast, wrong):
    page = cast.client(Role.OWNER).post(reverse("key_create", kwargs={"organisation_id": cast.company.id}), wrong)
    assert page.context["form"].errors
    with scopes_disabled():
        assert not ApiKey.objects.exists()


def test_page_revokes(cast, made):
    place = {"organisation_id": cast.company.id, "key_id": made.key.id}
    client = cast.client(Role.OWNER)
    assert client.get(reverse("key_revoke", kwargs=place)).status_code == 200
    assert ask(made.text)
    client.post(reverse("key_revoke", kwargs=place))
    assert not ask(made.text)


def test_key_of_another_company_is_absent(cast, made):
    client = cast.client(Role.OWNER, cast.other)
    for key_id in (made.key.id, cast.other.id):
        place = {"organisation_id": cast.other.id, "key_id": key_id}
        assert client.post(reverse("key_revoke", kwargs=place)).status_code == 404
    assert (
        cast.client(Role.MEMBER).get(reverse("key_list", kwargs={"organisation_id": cast.company.id})).status_code
        == 403
    )
