"""The ground all apps stand on: scopes, roles, the audit chain and the outbox."""

import pytest
from django.apps import apps
from django.http import Http404
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError

from anshin.console.audit.models import AuditEntry
from anshin.console.audit.operations import record, verify_organisation
from anshin.console.people.access import actor_for
from anshin.console.people.roles import GRANTS, Permission, Role
from anshin.console.web.tenancy import UNSCOPED_MODELS

OUR_APPS = ("people", "fleet", "cases", "audit", "loop", "web")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model", [m for a in OUR_APPS for m in apps.get_app_config(a).get_models()], ids=lambda m: m._meta.label
)
def test_model_is_scoped_or_excused(model):
    if model._meta.label in UNSCOPED_MODELS:
        model._default_manager.count()
        return
    for look in ("count", "exists", "first"):
        with pytest.raises(ScopeError):
            getattr(model._default_manager, look)()
    with pytest.raises(ScopeError):
        model._default_manager.exclude(pk=None)


def test_excused_models_exist():
    labels = {m._meta.label for a in OUR_APPS for m in apps.get_app_config(a).get_models()}
    assert set(UNSCOPED_MODELS) <= labels


def test_every_role_has_grants():
    assert set(GRANTS) == set(Role)
    assert Permission.CASE_DESK not in GRANTS[Role.OWNER]
    assert Permission.PROVIDER_VIEW not in GRANTS[Role.OWNER] | GRANTS[Role.MEMBER]


def test_company_of_others_is_as_if_absent(cast):
    owner = cast.user(cast.company, Role.OWNER)
    assert actor_for(owner, cast.company.id).may(Permission.DEVICE_MANAGE)
    with pytest.raises(Http404) as foreign:
        actor_for(owner, cast.other.id)
    with pytest.raises(Http404) as absent:
        actor_for(owner, "00000000-0000-0000-0000-000000000000")
    assert str(foreign.value) == str(absent.value)


def test_provider_acts_as_provider(cast):
    assert cast.actor(Role.ANALYST).as_provider
    assert not cast.actor(Role.OWNER).as_provider


def test_audit_chain_breaks_when_a_row_changes(cast):
    actor = cast.actor(Role.OWNER)
    for number in range(3):
        record(actor=actor, action="test.act", object_kind="thing", object_id=number, data={"n": number})
    assert verify_organisation(cast.company) is None
    entry = AuditEntry.objects.filter(organisation=cast.company).order_by("sequence")[1]
    entry.data = {"n": 99}
    rows = list(AuditEntry.objects.filter(organisation=cast.company).order_by("sequence"))
    rows[1] = entry
    from anshin.console.audit.operations import content_of
    from anshin.desk import chain

    found = chain.verify((content_of(r), r.previous_hash, r.hash) for r in rows)
    assert found is not None
    assert found.position == 2


def test_scope_hides_the_other_company(cast):
    from anshin.console.fleet.models import HashListEntry

    with scopes_disabled():
        for organisation in (cast.company, cast.other):
            HashListEntry.objects.create(
                organisation=organisation, list="allow", sha256="0" * 64, reason="r", created_by_name="n"
            )
    with scope(organisation=cast.company):
        assert [e.organisation_id for e in HashListEntry.objects.all()] == [cast.company.id]
