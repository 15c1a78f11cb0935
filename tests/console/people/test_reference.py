"""The permission matrix of the documentation is the one that holds."""

from pathlib import Path

import pytest

from anshin.console.people.reference import LANGUAGES, descriptions, render
from anshin.console.people.roles import CUSTOMER_ROLES, GRANTS, KEY_GRANTS, PROVIDER_ROLES, Permission, Role

DOCS = Path(__file__).resolve().parents[3] / "docs/reference"


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_current(language):
    assert (DOCS / f"roles.{language}.md").read_text(encoding="utf-8") == render(language), (
        "out of date: python -m anshin.console.people.reference docs/reference"
    )


def test_everything_is_described_and_nothing_else():
    told = descriptions()
    assert set(told["roles"]) == set(Role.values)
    assert set(told["permissions"]) == {p.value for p in Permission}
    assert set(told["key_scopes"]) == set(KEY_GRANTS)


def test_customers_hold_nothing_of_the_provider():
    of_providers = {Permission.PROVIDER_VIEW, Permission.PROVIDER_MANAGE, Permission.CASE_DESK}
    for role in CUSTOMER_ROLES:
        assert not GRANTS[role] & of_providers
    for scope in KEY_GRANTS:
        assert not KEY_GRANTS[scope] & (of_providers | {Permission.PEOPLE_MANAGE, Permission.KEY_MANAGE})
    assert all(Permission.PROVIDER_VIEW in GRANTS[role] for role in PROVIDER_ROLES)
