"""The provider's board, new companies, and what a company's log says of its provider's visits."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.people.models import Invitation, Membership, Organisation
from anshin.console.people.operations import companies_of, create_company, note_provider_visit
from anshin.console.people.roles import CUSTOMER_ROLES, PROVIDER_ROLES, Role

NOW = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


def visits(company):
    return AuditEntry.objects.filter(organisation=company, action="company.opened_by_provider").count()


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_everyone_of_the_provider_sees_its_companies(cast, role):
    page = cast.client(role).get(reverse("provider_board"))
    assert [row.company for row in page.context["rows"]] == [cast.other, cast.company]


@pytest.mark.parametrize("role", CUSTOMER_ROLES)
@pytest.mark.parametrize("name", ["provider_board", "company_create", "mail_settings"])
def test_customers_have_no_such_page(cast, role, name):
    assert cast.client(role).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", ["company_create", "mail_settings"])
def test_only_administrators_manage(cast, name):
    assert cast.client(Role.ADMINISTRATOR).get(reverse(name)).status_code == 200
    assert cast.client(Role.ANALYST).get(reverse(name)).status_code == 404


def test_board_shows_no_company_of_another_provider(cast):
    rival = Organisation.objects.create(kind="provider", name="Rival")
    Organisation.objects.create(kind="customer", provider=rival, name="Theirs")
    page = cast.client(Role.ADMINISTRATOR).get(reverse("provider_board"))
    assert b"Theirs" not in page.content
    assert cast.client(Role.ADMINISTRATOR).get(reverse("provider_board") + f"?provider={rival.id}").status_code == 404


def test_who_works_for_two_providers_chooses(cast):
    rival = Organisation.objects.create(kind="provider", name="A second house")
    theirs = Organisation.objects.create(kind="customer", provider=rival, name="Theirs")
    Membership.objects.create(user=cast.user(cast.provider, Role.ANALYST), organisation=rival, role=Role.ANALYST)
    page = cast.client(Role.ANALYST).get(reverse("provider_board") + f"?provider={rival.id}")
    assert [row.company for row in page.context["rows"]] == [theirs]


@pytest.mark.parametrize(("search", "found"), [("東和", 1), ("towa", 1), ("ことり", 0)])
def test_board_searches_both_names(cast, search, found):
    assert companies_of(provider=cast.provider, search=search).count() == found
    page = cast.client(Role.ANALYST).get(reverse("provider_board"), {"q": search})
    assert len(page.context["rows"]) == found


def test_nul_in_a_search_finds_what_it_would_without(cast):
    """PostgreSQL takes none."""
    page = cast.client(Role.ANALYST).get(reverse("provider_board"), {"q": "to\0wa"})
    assert len(page.context["rows"]) == 1


def test_board_costs_the_same_for_many_companies(cast, django_assert_max_num_queries):
    client = cast.client(Role.ANALYST)
    client.get(reverse("provider_board"))
    for number in range(40):
        Organisation.objects.create(kind="customer", provider=cast.provider, name=f"Company {number}")
    with django_assert_max_num_queries(25):
        assert len(client.get(reverse("provider_board")).context["rows"]) == 42


def test_company_is_added_and_its_owner_invited(cast):
    page = cast.client(Role.ADMINISTRATOR).post(
        reverse("company_create"),
        {"name": "さくら会計事務所", "name_en": "Sakura", "language": "en", "owner_email": "owner@example.test"},
    )
    company = Organisation.objects.get(name="さくら会計事務所")
    assert (company.provider, company.language) == (cast.provider, "en")
    assert page.context["invited"].path in page.content.decode()
    with scopes_disabled():
        invitation = Invitation.objects.get(organisation=company)
    assert (invitation.email, invitation.role) == ("owner@example.test", "owner")
    for organisation in (cast.provider, company):
        assert AuditEntry.objects.filter(organisation=organisation, action="company.created").count() == 1


def test_company_without_an_owner_yet(cast):
    answer = cast.client(Role.ADMINISTRATOR).post(reverse("company_create"), {"name": "N", "language": "ja"})
    assert answer["Location"] == reverse("provider_board")
    with scopes_disabled():
        assert not Invitation.objects.exists()


@pytest.mark.parametrize("wrong", [{"name": " "}, {"language": "fr"}, {"owner_email": "nobody"}])
def test_bad_answers_add_nothing(cast, wrong):
    before = Organisation.objects.count()
    page = cast.client(Role.ADMINISTRATOR).post(reverse("company_create"), {"name": "N", "language": "ja"} | wrong)
    assert page.context["form"].errors
    assert Organisation.objects.count() == before


def test_only_an_administrator_of_the_provider_adds(cast):
    for role in (Role.OWNER, Role.ANALYST):
        with pytest.raises(PermissionDenied):
            create_company(actor=cast.actor(role), name="N")


def test_visit_is_noted_once_per_person_company_and_hour(cast):
    home = reverse("people_list", kwargs={"organisation_id": cast.company.id})
    client = cast.client(Role.ANALYST)
    for _ in range(3):
        client.get(home)
    assert visits(cast.company) == 1
    cache.clear()  # another process has another cache: the database keeps the promise
    client.get(home)
    assert visits(cast.company) == 1
    cast.client(Role.ADMINISTRATOR).get(home)
    client.get(reverse("people_list", kwargs={"organisation_id": cast.other.id}))
    assert (visits(cast.company), visits(cast.other)) == (2, 1)
    entry = AuditEntry.objects.filter(action="company.opened_by_provider")[0]
    assert entry.as_provider


def test_next_hour_is_a_new_visit(in_company):
    actor = in_company.actor(Role.ANALYST)
    for minutes in (0, 10, 18, 19, 60):
        note_provider_visit(actor=actor, now=NOW + timedelta(minutes=minutes))
    assert visits(in_company.company) == 2


def test_own_people_leave_no_visit(cast):
    cast.client(Role.OWNER).get(reverse("people_list", kwargs={"organisation_id": cast.company.id}))
    cast.client(Role.ADMINISTRATOR).get(reverse("people_list", kwargs={"organisation_id": cast.provider.id}))
    with scope(organisation=cast.company):
        assert visits(cast.company) == visits(cast.provider) == 0
