"""The page about oneself."""

import pytest
from django.urls import reverse

from anshin.console.people.roles import Role

GIVEN = {"name": "佐藤 花子", "language": "en", "theme": "dark"}


def test_profile_is_saved_and_counts_from_the_next_page(cast):
    client, user = cast.client(Role.MEMBER), cast.user(cast.company, Role.MEMBER)
    assert client.post(reverse("profile"), GIVEN)["Location"] == reverse("profile")
    user.refresh_from_db()
    assert (user.name, user.language, user.theme) == ("佐藤 花子", "en", "dark")
    assert client.get(reverse("profile"))["Content-Language"] == "en"


def test_mails_about_cases_are_turned_off_and_on(cast):
    client, user = cast.client(Role.MEMBER), cast.user(cast.company, Role.MEMBER)
    assert user.case_mail
    client.post(reverse("profile"), GIVEN)
    user.refresh_from_db()
    assert not user.case_mail
    client.post(reverse("profile"), GIVEN | {"case_mail": "on"})
    user.refresh_from_db()
    assert user.case_mail


@pytest.mark.parametrize("wrong", [{"name": "  "}, {"language": "fr"}, {"theme": "pink"}, {"name": "x" * 101}])
def test_bad_answers_change_nothing(cast, wrong):
    user = cast.user(cast.company, Role.MEMBER)
    before = (user.name, user.language, user.theme)
    page = cast.client(Role.MEMBER).post(reverse("profile"), GIVEN | wrong)
    assert page.context["form"].errors
    user.refresh_from_db()
    assert (user.name, user.language, user.theme) == before


def test_fields_that_are_not_the_persons_to_decide_are_ignored(cast):
    user = cast.user(cast.company, Role.MEMBER)
    cast.client(Role.MEMBER).post(reverse("profile"), GIVEN | {"email": "else@example.test", "is_active": ""})
    before = user.email
    user.refresh_from_db()
    assert (user.email, user.is_active) == (before, True)


def test_memberships_are_shown_and_only_own_ones(cast):
    page = cast.client(Role.MEMBER).get(reverse("profile"))
    assert [m.organisation for m in page.context["memberships"]] == [cast.company]
    client = cast.client(None)
    client.force_login(cast.stranger)
    assert list(client.get(reverse("profile")).context["memberships"]) == []
