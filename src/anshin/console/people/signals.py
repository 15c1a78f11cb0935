"""What django-allauth reports about people, noted in the log of every organisation they belong to.

Failed attempts are not noted there: a write that happens for known addresses only would tell them apart by its time.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest

from anshin.console.people.models import User
from anshin.console.people.operations import record_for_person


@receiver(account.user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:  # noqa: ARG001
    """Note that somebody came in."""
    record_for_person(user=user, action="person.signed_in")


@receiver([account.password_changed, account.password_set, account.password_reset])
def note_password(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:  # noqa: ARG001
    """Note that a password was set or changed."""
    record_for_person(user=user, action="password.changed")


@receiver(factors.authenticator_added)
def note_factor(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_more: Any) -> None:  # noqa: ARG001
    """Note a new second factor.

    Whoever has just added one has just used it; without this, people without a password could not read the recovery
    codes they are led to next.
    """
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return  # they come with the first factor and are none by themselves
    record_authentication(request, user, method="mfa", type=authenticator.type, reauthenticated=True)
    record_for_person(user=user, action="second_factor.added", data={"type": str(authenticator.type)})


@receiver(factors.authenticator_removed)
def note_lost_factor(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_more: Any) -> None:  # noqa: ARG001
    """Note that a second factor was taken away."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    record_for_person(user=user, action="second_factor.removed", data={"type": str(authenticator.type)})
