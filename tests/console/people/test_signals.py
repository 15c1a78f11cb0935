"""What allauth reports stands in the log of the person's organisations."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse

from anshin.console.audit.models import AuditEntry
from anshin.console.people.roles import Role

PASSWORD = "harbour-lantern-quiet-42"


@pytest.fixture
def owner(cast):
    cache.clear()
    user = cast.user(cast.company, Role.OWNER)
    user.set_password(PASSWORD)
    user.save()
    return user


def noted(organisation):
    return list(AuditEntry.objects.filter(organisation=organisation).values_list("action", flat=True))


def test_sign_in_and_new_password_are_noted(cast, owner):
    client, new = cast.client(None), f"new-{PASSWORD}"
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert noted(cast.company) == ["person.signed_in", "password.changed"]
    assert noted(cast.other) == []
    assert PASSWORD not in str(list(AuditEntry.objects.values()))


def test_failed_sign_in_writes_nothing(cast, owner):
    cast.client(None).post(reverse("account_login"), {"login": owner.email, "password": "wrong"})
    assert noted(cast.company) == []


def test_lost_second_factor_is_noted(cast):
    user = cast.user(cast.company, Role.MEMBER)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    client = cast.client(Role.MEMBER)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 9_999_999_999, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert noted(cast.company) == ["second_factor.removed"]
