"""One-time sign-in links: printed by `anshin up` and `anshin user link`, used once, within minutes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anshin.console.people.errors import NotUsableError
from anshin.console.people.models import SignInLink, User
from anshin.console.people.operations.persons import record_for_person
from anshin.console.people.tokens import hash_token, new_token

DEFAULT_MINUTES = 15


def make_sign_in_link(*, user: User, minutes: int = DEFAULT_MINUTES, now: datetime | None = None) -> str:
    """Store a link for `user` and return its path. Whoever opens it signs in as `user`, so hand it over with care."""
    token, token_hash = new_token()
    with transaction.atomic():
        SignInLink.objects.create(
            user=user, token_hash=token_hash, expires_at=(now or timezone.now()) + timedelta(minutes=minutes)
        )
        record_for_person(
            user=user, action="sign_in_link.made", data={"minutes": minutes}, by_system="anshin user link"
        )
    return reverse("enter", args=[token])


def find_sign_in_link(*, token: str, now: datetime | None = None) -> SignInLink | None:
    """Return the link when it could be used now. Looking does not use it: mail scanners and previews look."""
    return (
        SignInLink.objects.filter(
            token_hash=hash_token(token),
            used_at=None,
            expires_at__gt=now or timezone.now(),
            user__is_active=True,
        )
        .select_related("user")
        .first()
    )


def use_sign_in_link(*, token: str, now: datetime | None = None) -> User:
    """Use the link up and return whom it lets in.

    Of two who use one link at the same moment, one wins: the row is changed only while it is unused. Raises
    NotUsableError, the same for a link that is used, expired or unknown.
    """
    now = now or timezone.now()
    with transaction.atomic():
        link = find_sign_in_link(token=token, now=now)
        used = SignInLink.objects.filter(id=link.id, used_at=None).update(used_at=now) if link else 0
        if link is None or used != 1:
            raise NotUsableError(_("This link cannot be used any more."))
        record_for_person(user=link.user, action="person.signed_in_by_link")
    return link.user
