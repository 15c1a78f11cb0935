"""Providers and their customer companies."""

from dataclasses import replace
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_scopes import scope

from anshin.console.audit.operations import record
from anshin.console.people.access import Actor, person_of, system_actor
from anshin.console.people.models import Organisation, ProviderVisit
from anshin.console.people.operations.invitations import Invited, invite
from anshin.console.people.roles import Permission, Role


def create_provider(*, name: str, name_en: str = "", language: str = "ja", desk_phone: str = "") -> Organisation:
    """Store a provider: the first thing in an empty installation."""
    with transaction.atomic():
        provider = Organisation.objects.create(
            kind=Organisation.Kind.PROVIDER, name=name, name_en=name_en, language=language, desk_phone=desk_phone
        )
        record(
            actor=system_actor(provider, "set-up"),
            action="provider.created",
            object_kind="organisation",
            object_id=provider.id,
            data={"name": name},
        )
    return provider


def create_company(
    *,
    actor: Actor,
    name: str,
    name_en: str = "",
    language: str = "ja",
    owner_email: str = "",
    now: datetime | None = None,
) -> tuple[Organisation, Invited | None]:
    """Add a customer company to the actor's provider, and invite its first owner when an address is given.

    The act stands in the log of both: the provider sees that it added someone, the company how it began.
    """
    actor.require(Permission.PROVIDER_MANAGE)
    with transaction.atomic():
        company = Organisation.objects.create(
            kind=Organisation.Kind.CUSTOMER,
            provider=actor.organisation,
            name=name,
            name_en=name_en,
            language=language,
            is_demo=actor.organisation.is_demo,
        )
        there = replace(actor, organisation=company, as_provider=True)
        for acting in (actor, there):
            record(
                actor=acting,
                action="company.created",
                object_kind="organisation",
                object_id=company.id,
                data={"name": name},
            )
    if not owner_email:
        return company, None
    with scope(organisation=company):
        return company, invite(actor=there, email=owner_email, role=Role.OWNER, now=now)


def companies_of(*, provider: Organisation, search: str = "") -> QuerySet[Organisation]:
    """Return the customer companies of `provider`, by name; `search` looks in both names."""
    found = Organisation.objects.filter(provider=provider).order_by("name")
    return found.filter(Q(name__icontains=search) | Q(name_en__icontains=search)) if search else found


def providers() -> QuerySet[Organisation]:
    """Return every provider of the installation, the oldest first."""
    return Organisation.objects.filter(kind=Organisation.Kind.PROVIDER).order_by("created_at")


def note_provider_visit(*, actor: Actor, now: datetime | None = None) -> None:
    """Write into the company's log that its provider looked in: at most once per person, company and hour."""
    hour = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    # Pages poll every two seconds; the cache spares the database, and the unique row keeps the promise without it.
    if not cache.add(f"visit:{actor.id}:{actor.organisation.id}:{hour.isoformat()}", 1, 3600):
        return
    user = person_of(actor)
    if user is None:
        return
    with transaction.atomic():
        _visit, is_new = ProviderVisit.objects.get_or_create(organisation=actor.organisation, user=user, hour=hour)
        if is_new:
            record(
                actor=actor,
                action="company.opened_by_provider",
                object_kind="organisation",
                object_id=actor.organisation.id,
            )
