"""The people of every console test: one provider, two companies of the same shape, and someone of each role.

Success and refusal share this set-up, so that a refusal cannot come from a bad request.
"""

from dataclasses import dataclass, field

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django_scopes import scope

from anshin.console.people.access import Actor, actor_for
from anshin.console.people.models import Membership, Organisation, User
from anshin.console.people.roles import CUSTOMER_ROLES, PROVIDER_ROLES, Role


@dataclass
class Cast:
    """Everyone a test needs. `company` and `other` are customers of `provider`; `stranger` belongs to nobody here."""

    provider: Organisation
    company: Organisation
    other: Organisation
    people: dict[tuple[str, Role], User] = field(default_factory=dict)
    stranger: User | None = None

    @property
    def someone_else(self) -> User:
        """Return a person who belongs to no organisation here."""
        assert self.stranger is not None
        return self.stranger

    def user(self, where: Organisation, role: Role) -> User:
        return self.people[str(where.id), role]

    def actor(self, role: Role, company: Organisation | None = None) -> Actor:
        """Return someone with `role`, acting on `company` (default: the first)."""
        company = company or self.company
        where = self.provider if role in PROVIDER_ROLES else company
        return actor_for(self.user(where, role), company.id)

    def client(self, role: Role | None, company: Organisation | None = None, language: str = "ja") -> Client:
        """Return a signed-in browser for `role`, or an anonymous one for None."""
        client = Client(headers={"accept-language": language})
        if role is not None:
            where = self.provider if role in PROVIDER_ROLES else (company or self.company)
            client.force_login(self.user(where, role))
        return client


def make_cast() -> Cast:
    """Store the cast."""
    provider = Organisation.objects.create(
        kind="provider", name="安心サポート", name_en="Anshin Support", desk_phone="03-0000-0000"
    )
    company = Organisation.objects.create(
        kind="customer", provider=provider, name="株式会社東和精機", name_en="Towa Seiki"
    )
    other = Organisation.objects.create(
        kind="customer", provider=provider, name="有限会社みどり印刷", name_en="Midori Print"
    )
    cast = Cast(provider, company, other)
    for where, roles in ((provider, PROVIDER_ROLES), (company, CUSTOMER_ROLES), (other, CUSTOMER_ROLES)):
        for role in roles:
            user = User.objects.create_user(f"{role}.{str(where.id)[:8]}@example.test", name=f"{role} {where.name}")
            Membership.objects.create(user=user, organisation=where, role=role)
            cast.people[str(where.id), role] = user
            if role in PROVIDER_ROLES:  # they must have a second factor; without one every page leads to setting it up
                Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    cast.stranger = User.objects.create_user("stranger@example.test", name="stranger")
    return cast


@pytest.fixture
def cast(db) -> Cast:
    """The cast, with no scope active: as a request begins."""
    return make_cast()


@pytest.fixture
def in_company(cast: Cast):
    """The cast, inside the first company's scope: as an operation runs."""
    with scope(organisation=cast.company):
        yield cast
