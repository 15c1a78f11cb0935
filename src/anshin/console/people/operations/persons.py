"""One person: made, found, changed; their sessions ended; what concerns them noted where they belong."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from anshin.console.audit.operations import record
from anshin.console.people.access import Actor, system_actor
from anshin.console.people.errors import AlreadyExistsError, WrongRoleError
from anshin.console.people.models import Membership, Organisation, User
from anshin.console.people.roles import Role, roles_in


def create_person(
    *,
    email: str,
    name: str,
    organisation: Organisation,
    role: Role,
    password: str | None = None,
    language: str = "",
    actor: Actor | None = None,
) -> User:
    """Store a new person with one role. Without a password only a sign-in link or a passkey lets them in.

    Raises AlreadyExistsError for an address that is taken, and WrongRoleError for a role that `organisation` has not.
    """
    require_role_exists(organisation, role)
    if find_person(email) is not None:
        raise AlreadyExistsError(_("Somebody with the address %(email)s is already here.") % {"email": email})
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, language=language)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Membership.objects.create(user=user, organisation=organisation, role=role)
        record(
            actor=actor or system_actor(organisation, "anshin user create"),
            action="person.created",
            object_kind="person",
            object_id=user.id,
            data={"email": user.email, "name": name, "role": role.value},
        )
    return user


def require_role_exists(organisation: Organisation, role: Role) -> None:
    """Raise WrongRoleError unless `role` exists in this kind of organisation."""
    if role not in roles_in(organisation.kind):
        raise WrongRoleError(
            _("%(name)s is a %(kind)s; the role “%(role)s” does not exist there.")
            % {"name": organisation.name, "kind": organisation.get_kind_display(), "role": role.label}
        )


def find_person(email: str) -> User | None:
    """Return the person with this address, whatever its letter case."""
    return User.objects.filter(email=User.objects.normalize_email(email.strip()).lower()).first()


def people_of_installation() -> QuerySet[User]:
    """Return everyone with their memberships, for the command line of whoever runs the server."""
    memberships = Membership.objects.select_related("organisation").order_by("organisation__name", "role")
    return User.objects.prefetch_related(Prefetch("memberships", memberships)).order_by("email")


def update_profile(*, user: User, name: str, language: str, theme: str, case_mail: bool) -> None:
    """Change what a person decides about themselves. Empty `language` follows the browser, empty `theme` the system."""
    user.name, user.language, user.theme, user.case_mail = name, language, theme, case_mail
    user.save(update_fields=["name", "language", "theme", "case_mail"])


def end_sessions(*, user: User) -> int:
    """Sign `user` out everywhere; return how many sessions that ended."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def reset_second_factor(*, user: User) -> int:
    """Remove every second factor of someone who has lost them all, and end their sessions; return how many there were.

    Only for whoever runs the server: it asks nobody else. Whoever owes a second factor sets up a new one at the next
    sign-in.
    """
    with transaction.atomic():
        removed = int(Authenticator.objects.filter(user=user).delete()[0])
        end_sessions(user=user)
        record_for_person(
            user=user,
            action="second_factor.reset",
            data={"factors": removed},
            by_system="anshin user reset-second-factor",
        )
    return removed


def record_for_person(*, user: User, action: str, data: Mapping[str, Any] | None = None, by_system: str = "") -> None:
    """Note something about a person in the log of every organisation they belong to.

    `by_system` names the part of Anshin that acted; without it the person did.
    """
    # In one order for everybody: each log is locked until the end, and two people may share several organisations.
    for organisation in Organisation.objects.filter(memberships__user=user).distinct().order_by("id"):
        actor = (
            system_actor(organisation, by_system)
            if by_system
            else Actor("person", str(user.id), str(user), organisation)
        )
        record(actor=actor, action=action, object_kind="person", object_id=user.id, data=data)
