"""The set-up wizard: only with its token, step by step, once."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.people.models import Invitation, Membership, Organisation, User
from anshin.console.web import setup
from anshin.console.web.models import Installation
from anshin.console.web.setup import AlreadySetUpError, make_setup_link

PASSWORD = "harbour-lantern-quiet-42"
PROVIDER = {
    "name": "安心サポート株式会社",
    "name_en": "Anshin Support",
    "language": "ja",
    "desk_phone": "03-0000-0000",
    "person_name": "佐藤 花子",
    "email": "Hanako@example.test",
    "password": PASSWORD,
}
COMPANY = {"name": "株式会社東和精機", "name_en": "Towa", "language": "ja", "owner_email": "owner@example.test"}


@pytest.fixture
def link(db):
    cache.clear()
    return make_setup_link()


@pytest.fixture
def client():
    return Client(headers={"accept-language": "ja"})


def test_whole_wizard(link, client):
    assert client.get(link).status_code == 200
    company = client.post(link, PROVIDER)["Location"]
    administrator = User.objects.get()
    assert (administrator.email, administrator.check_password(PASSWORD)) == ("hanako@example.test", True)
    assert Membership.objects.get().role == "administrator"
    provider = Organisation.objects.get()
    assert (provider.kind, provider.name, provider.desk_phone) == ("provider", PROVIDER["name"], "03-0000-0000")
    assert client.get(reverse("profile")).context["user"] == administrator

    page = client.post(company, COMPANY)
    assert Organisation.objects.get(kind="customer").provider == provider
    with scopes_disabled():
        assert Invitation.objects.get().email == "owner@example.test"
    assert page.context["invited"].path in page.content.decode()  # no mail server yet: handed over by hand

    mail = link + "mail/"
    assert client.get(mail).status_code == 200
    assert client.post(mail, {"finish": "1"})["Location"] == reverse("start")
    assert setup.is_set_up()
    actions = set(AuditEntry.objects.filter(organisation=provider).values_list("action", flat=True))
    assert {"provider.created", "person.created", "company.created", "installation.set_up"} <= actions
    for address in (link, company, mail):
        assert Client().get(address).status_code == 404
        assert Client().post(address, PROVIDER).status_code == 404


def test_company_and_mail_can_be_left_for_later(link, client):
    client.post(link, PROVIDER)
    assert client.post(link + "company/", {"skip": "1"})["Location"] == link + "mail/"
    client.post(link + "mail/", {"finish": "1"})
    assert setup.is_set_up()
    assert not Organisation.objects.filter(kind="customer").exists()


def test_each_page_leads_to_the_step_that_is_next(link, client):
    for page in ("company/", "mail/"):
        assert client.get(link + page)["Location"] == link
        assert client.post(link + page, {"finish": "1", "skip": "1"})["Location"] == link
    client.post(link, PROVIDER)
    assert client.get(link)["Location"] == link + "company/"
    assert client.post(link, PROVIDER | {"email": "second@example.test"})["Location"] == link + "company/"
    assert User.objects.count() == 1


def test_left_half_way_it_goes_on_with_a_fresh_link(link, client):
    client.post(link, PROVIDER)
    assert not setup.is_set_up()
    fresh = make_setup_link()
    assert Client().get(link + "company/").status_code == 404
    assert Client().get(fresh)["Location"] == fresh + "company/"


@pytest.mark.parametrize("page", ["", "company/", "mail/"])
def test_only_the_token_opens_it(link, page):
    assert Client().get(reverse("setup", args=["guessed"]) + page).status_code == 404
    assert Client().post(reverse("setup", args=["guessed"]) + page, PROVIDER).status_code == 404
    assert not User.objects.exists()


def test_token_is_stored_as_a_hash(link):
    assert link.split("/")[-2] not in str(Installation.current().__dict__)


def test_without_a_link_made_nothing_opens(db):
    Installation.current()
    assert Client().get(reverse("setup", args=["x"])).status_code == 404
    assert setup.current_step("") is None


def test_installation_with_a_provider_needs_no_set_up(cast):
    assert setup.is_set_up()
    with pytest.raises(AlreadySetUpError):
        make_setup_link()


def test_link_dies_when_a_provider_comes_another_way(link):
    Organisation.objects.create(kind="provider", name="by hand")
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"person_name": ""},
        {"email": "nobody"},
        {"password": "short"},
        {"password": ""},
        {"language": "fr"},
    ],
)
def test_bad_answers_make_nobody(link, client, wrong):
    page = client.post(link, PROVIDER | wrong)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert PASSWORD not in page.content.decode()
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_bad_company_goes_no_further(link, client):
    client.post(link, PROVIDER)
    page = client.post(link + "company/", COMPANY | {"name": ""})
    assert page.context["form"].errors
    assert setup.current_step(link.split("/")[-2]) == setup.Step.COMPANY


def test_mail_step_stores_settings_and_stays(link, client):
    client.post(link, PROVIDER)
    client.post(link + "company/", {"skip": "1"})
    given = {"host": "localhost", "port": "25", "security": "none", "user": "", "sender": "a@example.test"}
    page = client.post(link + "mail/", given)
    assert page.status_code == 200
    assert Installation.current().mail_host == "localhost"
    assert page.context["test_to"] == "hanako@example.test"
    assert not setup.is_set_up()
