"""Invitations: one mail, one role, one use, seven days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope

from anshin.console.audit.operations import record
from anshin.console.people.access import Actor, invitation_by_token, person_of
from anshin.console.people.errors import AlreadyExistsError, NotUsableError
from anshin.console.people.invitation_mail import invitation_message
from anshin.console.people.models import Invitation, Membership, User
from anshin.console.people.operations.persons import find_person, require_role_exists
from anshin.console.people.roles import Permission, Role
from anshin.console.people.tokens import new_token
from anshin.console.web.mail import Delivery, deliver

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation, the path that opens it, and whether its mail left. The path is nowhere stored."""

    invitation: Invitation
    path: str
    delivery: Delivery


def invite(*, actor: Actor, email: str, role: Role, now: datetime | None = None) -> Invited:
    """Invite an address to the actor's organisation with one role, and mail the link.

    Raises WrongRoleError for a role that does not exist there, and AlreadyExistsError for someone who has the role or
    an invitation that waits. When the mail does not leave, the invitation stands, and `delivery` says why.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    require_role_exists(actor.organisation, role)
    now, email = now or timezone.now(), email.strip().lower()
    if Membership.objects.filter(organisation=actor.organisation, role=role, user__email=email).exists():
        raise AlreadyExistsError(_("%(email)s already has this role here.") % {"email": email})
    if waiting_invitations().filter(email=email, role=role, expires_at__gt=now).exists():
        raise AlreadyExistsError(
            _("An invitation for %(email)s is already waiting. Send it again from the list.") % {"email": email}
        )
    token, token_hash = new_token()
    with transaction.atomic():
        invitation = Invitation.objects.create(
            organisation=actor.organisation,
            email=email,
            role=role,
            token_hash=token_hash,
            invited_by=person_of(actor),
            expires_at=now + LIFETIME,
        )
        _record(actor, "invitation.sent", invitation)
    return _mail(invitation, token)


def resend_invitation(*, actor: Actor, invitation: Invitation, now: datetime | None = None) -> Invited:
    """Mail a fresh link for another seven days; the link sent before stops working."""
    actor.require(Permission.PEOPLE_MANAGE)
    token, token_hash = new_token()
    with transaction.atomic():
        renewed = Invitation.objects.filter(id=invitation.id, accepted_at=None, revoked_at=None).update(
            token_hash=token_hash, expires_at=(now or timezone.now()) + LIFETIME
        )
        if not renewed:
            raise NotUsableError(_("This invitation was accepted or withdrawn in the meantime."))
        _record(actor, "invitation.resent", invitation)
    invitation.refresh_from_db()
    return _mail(invitation, token)


def revoke_invitation(*, actor: Actor, invitation: Invitation, now: datetime | None = None) -> None:
    """Withdraw an invitation; its link stops working. Withdrawing twice, or after it was accepted, changes nothing."""
    actor.require(Permission.PEOPLE_MANAGE)
    with transaction.atomic():
        waiting = Invitation.objects.filter(id=invitation.id, accepted_at=None, revoked_at=None)
        if waiting.update(revoked_at=now or timezone.now()):
            _record(actor, "invitation.revoked", invitation)


def waiting_invitations() -> QuerySet[Invitation]:
    """Return the invitations of the company in whose scope this runs that nobody has answered, newest first."""
    return (
        Invitation.objects.filter(accepted_at=None, revoked_at=None)
        .select_related("invited_by")
        .order_by("-created_at")
    )


def open_invitation(*, token: str, now: datetime | None = None) -> Invitation:
    """Return the invitation that `token` opens. Raises NotUsableError: used, withdrawn, expired or unknown."""
    invitation = invitation_by_token(token)
    if (
        invitation is None
        or invitation.accepted_at is not None
        or invitation.revoked_at is not None
        or invitation.expires_at <= (now or timezone.now())
    ):
        raise NotUsableError(_("This invitation cannot be used any more."))
    return invitation


def accept_invitation(
    *, token: str, user: User | None = None, name: str = "", password: str = "", now: datetime | None = None
) -> tuple[User, Invitation]:
    """Use an invitation: `user` joins, or a new person with `name` and `password` does.

    The invited address must be the user's own. Raises NotUsableError for an invitation that cannot be used, and
    AlreadyExistsError when the address belongs to someone who should sign in first.
    """
    now = now or timezone.now()
    invitation = open_invitation(token=token, now=now)
    organisation = invitation.organisation
    with transaction.atomic(), scope(organisation=organisation):
        waiting = Invitation.objects.filter(id=invitation.id, accepted_at=None, revoked_at=None, expires_at__gt=now)
        if waiting.update(accepted_at=now) != 1:
            raise NotUsableError(_("This invitation cannot be used any more."))
        if user is None:
            if find_person(invitation.email) is not None:
                raise AlreadyExistsError(
                    _("You already have an account. Sign in first, then open the invitation again.")
                )
            user = User.objects.create_user(invitation.email, password, name=name, language=organisation.language)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        elif user.email != invitation.email:
            raise NotUsableError(_("This invitation was sent to another address."))
        Membership.objects.get_or_create(user=user, organisation=organisation, role=invitation.role)
        joined = Actor("person", str(user.id), str(user), organisation)
        _record(joined, "invitation.accepted", invitation)
    return user, invitation


def _record(actor: Actor, action: str, invitation: Invitation) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="invitation",
        object_id=invitation.id,
        data={"email": invitation.email, "role": str(invitation.role)},
    )


def _mail(invitation: Invitation, token: str) -> Invited:
    path = reverse("accept_invitation", args=[token])
    return Invited(invitation, path, deliver(invitation_message(invitation, path)))
