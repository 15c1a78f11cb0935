"""Whoever may see other companies' data owes a second factor; how many queries the question costs."""

from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as live
from django.urls import reverse

from anshin.console.people.middleware import owes_second_factor
from anshin.console.people.roles import CUSTOMER_ROLES, PROVIDER_ROLES, Role


@pytest.fixture
def rule(settings):
    def choose(require_mfa: str, *, demo: bool = False) -> None:
        settings.CONFIG = replace(live.CONFIG, require_mfa=require_mfa, demo=demo)

    return choose


def without_factor(cast, role):
    user = cast.user(cast.provider if role in PROVIDER_ROLES else cast.company, role)
    Authenticator.objects.filter(user=user).delete()
    return user


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("require", "who"), [("none", ()), ("staff", PROVIDER_ROLES), ("all", tuple(Role))])
def test_who_owes_it(cast, rule, role, require, who):
    rule(require)
    assert owes_second_factor(without_factor(cast, role)) == (role in who)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_owes_it_in_a_demonstration(cast, rule, role):
    rule("all", demo=True)
    assert not owes_second_factor(without_factor(cast, role))


@pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
def test_an_app_or_a_passkey_pays_it(cast, rule, kind):
    rule("staff")
    user = without_factor(cast, Role.ANALYST)
    Authenticator.objects.create(user=user, type=kind, data={})
    assert not owes_second_factor(user)


def test_recovery_codes_alone_do_not_pay_it(cast, rule):
    rule("staff")
    user = without_factor(cast, Role.ANALYST)
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert owes_second_factor(user)


@pytest.mark.parametrize(("require", "queries"), [("none", 0), ("staff", 1), ("all", 1)])
def test_the_question_costs_one_query_at_most(cast, rule, django_assert_num_queries, require, queries):
    rule(require)
    user = cast.user(cast.company, Role.OWNER)
    with django_assert_num_queries(queries):
        owes_second_factor(user)


def test_pages_lead_to_setting_it_up(cast, rule):
    rule("staff")
    without_factor(cast, Role.ANALYST)
    client = cast.client(Role.ANALYST)
    answer = client.get(reverse("provider_board"))
    assert answer["Location"] == reverse("mfa_index") + "?required=1"
    assert client.get(answer["Location"]).status_code == 200
    part = client.get(reverse("provider_board"), headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == answer["Location"]


@pytest.mark.parametrize("name", ["profile", "mfa_index", "mfa_activate_totp", "account_logout", "healthz"])
def test_what_must_stay_open_stays_open(cast, rule, name):
    rule("staff")
    without_factor(cast, Role.ANALYST)
    assert cast.client(Role.ANALYST).get(reverse(name)).status_code == 200


def test_with_it_pages_open(cast, rule):
    rule("all")
    assert cast.client(Role.ANALYST).get(reverse("provider_board")).status_code == 200
    for role in CUSTOMER_ROLES:
        assert cast.client(role).get(reverse("start")).status_code == 302
