"""The members of an organisation: who they are, which roles they have, and how they leave."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from anshin.console.audit.operations import record
from anshin.console.people.access import Actor
from anshin.console.people.errors import LastKeeperError
from anshin.console.people.models import Membership, Organisation, User
from anshin.console.people.operations.persons import end_sessions, require_role_exists
from anshin.console.people.roles import GRANTS, Permission, Role, keeper_role


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an organisation with all their roles there."""

    user: User
    roles: tuple[Role, ...]
    since: datetime
    second_factor: bool


def members_of(organisation: Organisation) -> list[Member]:
    """Return the members, by name."""
    rows = Membership.objects.filter(organisation=organisation).select_related("user").order_by("created_at")
    held: dict[User, list[Membership]] = {}
    for row in rows:
        held.setdefault(row.user, []).append(row)
    with_factor = set(
        Authenticator.objects.filter(
            user__in=held, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).values_list("user_id", flat=True)
    )
    members = [
        Member(
            user=user,
            roles=tuple(role for role in Role if any(row.role == role for row in memberships)),
            since=memberships[0].created_at,
            second_factor=user.id in with_factor,
        )
        for user, memberships in held.items()
    ]
    return sorted(members, key=lambda member: str(member.user))


def people_to_tell(organisation: Organisation, permission: Permission) -> list[User]:
    """Return, by address, the members who have `permission` and have not turned the mails about cases off."""
    roles = [role for role in Role if permission in GRANTS[role]]
    return list(
        User.objects.filter(
            memberships__organisation=organisation, memberships__role__in=roles, is_active=True, case_mail=True
        )
        .distinct()
        .order_by("email")
    )


def set_roles(*, actor: Actor, user: User, roles: frozenset[Role]) -> None:
    """Give a member exactly `roles`; it counts from their next click.

    Raises LastKeeperError for the last owner or administrator, WrongRoleError for a role that is not of this place.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    organisation = actor.organisation
    for role in roles:
        require_role_exists(organisation, role)
    with transaction.atomic():
        memberships = _locked_memberships(organisation)
        before = {Role(row.role) for row in memberships if row.user_id == user.id}
        if keeper_role(organisation.kind) not in roles:
            _refuse_last_keeper(organisation, memberships, user)
        Membership.objects.filter(organisation=organisation, user=user).exclude(role__in=roles).delete()
        for role in roles - before:
            Membership.objects.create(organisation=organisation, user=user, role=role)
        record(
            actor=actor,
            action="member.roles_changed",
            object_kind="person",
            object_id=user.id,
            data={"name": str(user), "before": sorted(before), "after": sorted(roles)},
        )


def remove_member(*, actor: Actor, user: User) -> None:
    """End someone's membership here, and all their sessions with it. What they did stays in the log.

    Raises LastKeeperError for the last owner or administrator.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    organisation = actor.organisation
    with transaction.atomic():
        memberships = _locked_memberships(organisation)
        _refuse_last_keeper(organisation, memberships, user)
        Membership.objects.filter(organisation=organisation, user=user).delete()
        record(
            actor=actor,
            action="member.removed",
            object_kind="person",
            object_id=user.id,
            data={"name": str(user), "sessions": end_sessions(user=user)},
        )


def _locked_memberships(organisation: Organisation) -> list[Membership]:
    # Two people who remove each other at the same moment must not leave the organisation without a keeper. Without its
    # key: who writes into the log has the log's head and needs the key; we would wait for each other.
    Organisation.objects.select_for_update(no_key=True).get(id=organisation.id)
    return list(Membership.objects.filter(organisation=organisation).select_related("user"))


def _refuse_last_keeper(organisation: Organisation, memberships: list[Membership], user: User) -> None:
    keeper = keeper_role(organisation.kind)
    keepers = {row.user_id for row in memberships if row.role == keeper and row.user.is_active}
    if keepers == {user.id}:
        told = _("%(person)s is the last person with the role “%(role)s” in %(name)s. Give it to someone else first.")
        raise LastKeeperError(told % {"person": user, "role": keeper.label, "name": organisation.name})
