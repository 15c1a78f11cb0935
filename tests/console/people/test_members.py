"""Members: what a role lets them do, and that nobody leaves an organisation without a keeper."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from anshin.console.audit.models import AuditEntry
from anshin.console.people.errors import LastKeeperError, WrongRoleError
from anshin.console.people.models import Membership, User
from anshin.console.people.operations import end_sessions, members_of, remove_member, set_roles
from anshin.console.people.roles import PROVIDER_ROLES, Role


def roles_held(user, organisation):
    return set(Membership.objects.filter(user=user, organisation=organisation).values_list("role", flat=True))


def last_action(organisation):
    return AuditEntry.objects.filter(organisation=organisation).order_by("-sequence").first()


def test_roles_change_and_are_noted(in_company):
    cast, member = in_company, in_company.user(in_company.company, Role.MEMBER)
    set_roles(actor=cast.actor(Role.OWNER), user=member, roles=frozenset({Role.OWNER}))
    assert roles_held(member, cast.company) == {"owner"}
    entry = last_action(cast.company)
    assert (entry.action, entry.data["before"], entry.data["after"]) == ("member.roles_changed", ["member"], ["owner"])


def test_a_role_of_the_other_kind_is_refused(in_company):
    cast, member = in_company, in_company.user(in_company.company, Role.MEMBER)
    with pytest.raises(WrongRoleError):
        set_roles(actor=cast.actor(Role.OWNER), user=member, roles=frozenset({Role.ADMINISTRATOR}))
    assert roles_held(member, cast.company) == {"member"}


def test_the_last_owner_keeps_the_role(in_company):
    cast, owner = in_company, in_company.user(in_company.company, Role.OWNER)
    with pytest.raises(LastKeeperError):
        set_roles(actor=cast.actor(Role.OWNER), user=owner, roles=frozenset({Role.MEMBER}))
    with pytest.raises(LastKeeperError):
        remove_member(actor=cast.actor(Role.ADMINISTRATOR), user=owner)
    assert roles_held(owner, cast.company) == {"owner"}


def test_an_owner_who_is_switched_off_does_not_count(in_company):
    cast, member = in_company, in_company.user(in_company.company, Role.MEMBER)
    owner = cast.user(cast.company, Role.OWNER)
    set_roles(actor=cast.actor(Role.OWNER), user=member, roles=frozenset({Role.OWNER}))
    User.objects.filter(id=member.id).update(is_active=False)
    with pytest.raises(LastKeeperError):
        remove_member(actor=cast.actor(Role.ADMINISTRATOR), user=owner)


def test_with_a_second_owner_the_first_may_go(in_company):
    cast, member = in_company, in_company.user(in_company.company, Role.MEMBER)
    owner = cast.user(cast.company, Role.OWNER)
    set_roles(actor=cast.actor(Role.OWNER), user=member, roles=frozenset({Role.OWNER, Role.MEMBER}))
    remove_member(actor=cast.actor(Role.OWNER), user=owner)
    assert roles_held(owner, cast.company) == set()
    assert [m.user for m in members_of(cast.company)] == [member]


def test_the_last_administrator_stays(cast):
    administrator = cast.user(cast.provider, Role.ADMINISTRATOR)
    from anshin.console.people.access import actor_for

    with pytest.raises(LastKeeperError):
        remove_member(actor=actor_for(administrator, cast.provider.id), user=administrator)


def test_leaving_ends_all_sessions(cast):
    member = cast.user(cast.company, Role.MEMBER)
    browsers = [cast.client(Role.MEMBER) for _ in range(2)]
    home = reverse("people_list", kwargs={"organisation_id": cast.company.id})
    for browser in browsers:
        assert browser.get(home).status_code == 200
    cast.client(Role.OWNER).post(
        reverse("member_remove", kwargs={"organisation_id": cast.company.id, "user_id": member.id})
    )
    for browser in browsers:
        assert browser.get(home)["Location"].startswith(reverse("account_login"))
    entry = last_action(cast.company)
    assert (entry.action, entry.data["sessions"]) == ("member.removed", 2)


def test_ending_sessions_counts_them(cast):
    browser = cast.client(Role.OWNER)
    browser.get(reverse("profile"))
    assert end_sessions(user=cast.user(cast.company, Role.OWNER)) == 1
    assert end_sessions(user=cast.user(cast.company, Role.OWNER)) == 0


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST, Role.CURATOR])
def test_operations_ask_for_the_permission(in_company, role):
    cast = in_company
    member = cast.user(cast.company, Role.MEMBER)
    with pytest.raises(PermissionDenied):
        set_roles(actor=cast.actor(role), user=member, roles=frozenset({Role.MEMBER}))
    with pytest.raises(PermissionDenied):
        remove_member(actor=cast.actor(role), user=member)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OWNER, 200), (Role.MEMBER, 200), (Role.ADMINISTRATOR, 200), (Role.CURATOR, 403)]
)
def test_who_sees_the_list(cast, role, status):
    page = cast.client(role).get(reverse("people_list", kwargs={"organisation_id": cast.company.id}))
    assert page.status_code == status


def test_the_list_shows_own_people_only(cast):
    text = cast.client(Role.OWNER).get(reverse("people_list", kwargs={"organisation_id": cast.company.id})).content
    assert cast.user(cast.company, Role.MEMBER).email.encode() in text
    for stranger in (cast.user(cast.other, Role.MEMBER), cast.user(cast.provider, Role.ANALYST)):
        assert stranger.email.encode() not in text


def test_only_managers_see_controls(cast):
    address = reverse("people_list", kwargs={"organisation_id": cast.company.id})
    invite = reverse("person_invite", kwargs={"organisation_id": cast.company.id}).encode()
    assert invite in cast.client(Role.OWNER).get(address).content
    assert invite not in cast.client(Role.MEMBER).get(address).content
    assert cast.client(Role.MEMBER).get(invite.decode()).status_code == 403


@pytest.mark.parametrize("name", ["member_detail", "member_remove"])
def test_a_stranger_is_as_absent_as_nobody(cast, name):
    client = cast.client(Role.OWNER)
    pages = [
        client.get(reverse(name, kwargs={"organisation_id": cast.company.id, "user_id": user_id}))
        for user_id in (cast.user(cast.other, Role.MEMBER).id, "00000000-0000-4000-8000-000000000000")
    ]
    assert [p.status_code for p in pages] == [404, 404]


def test_the_page_changes_roles(cast):
    member = cast.user(cast.company, Role.MEMBER)
    address = reverse("member_detail", kwargs={"organisation_id": cast.company.id, "user_id": member.id})
    client = cast.client(Role.OWNER)
    for wrong in ({}, {"roles": ["administrator"]}):
        assert client.post(address, wrong).status_code == 200
        assert roles_held(member, cast.company) == {"member"}
    assert client.post(address, {"roles": ["owner", "member"]}).status_code == 302
    assert roles_held(member, cast.company) == {"owner", "member"}


def test_the_page_says_why_the_last_owner_stays(cast):
    owner = cast.user(cast.company, Role.OWNER)
    kwargs = {"organisation_id": cast.company.id, "user_id": owner.id}
    client = cast.client(Role.OWNER)
    page = client.post(reverse("member_detail", kwargs=kwargs), {"roles": ["member"]})
    assert page.status_code == 200
    assert cast.company.name in page.context["form"].errors["roles"][0]
    assert client.get(reverse("member_remove", kwargs=kwargs)).status_code == 200
    after = client.post(reverse("member_remove", kwargs=kwargs), follow=True)
    assert cast.company.name in str(next(iter(after.context["messages"])))


def test_the_provider_manages_its_own_people_the_same_way(cast):
    client = cast.client(Role.ADMINISTRATOR)
    page = client.get(reverse("people_list", kwargs={"organisation_id": cast.provider.id}))
    assert {m.user for m in page.context["members"]} == {cast.user(cast.provider, r) for r in PROVIDER_ROLES}
    assert {m.user for m in page.context["members"] if m.second_factor} == {m.user for m in page.context["members"]}


def test_who_removes_themselves_is_led_away(cast):
    Membership.objects.create(user=cast.user(cast.company, Role.MEMBER), organisation=cast.company, role=Role.OWNER)
    owner = cast.user(cast.company, Role.OWNER)
    kwargs = {"organisation_id": cast.company.id, "user_id": owner.id}
    assert cast.client(Role.OWNER).post(reverse("member_remove", kwargs=kwargs))["Location"] == reverse("start")
