"""What every request of a signed-in person passes: the list of their sessions, and the second factor they owe."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from anshin.console.people.models import Membership, User
from anshin.console.people.roles import PROVIDER_ROLES

Next = Callable[[HttpRequest], HttpResponse]

# What must stay reachable while a second factor is owed: setting it up, leaving, help, and pages without a person.
_OPEN = (
    "/accounts/",
    "/profile/",
    "/setup/",
    "/enter/",
    "/emergency/",
    "/language/",
    "/theme/",
    "/static/",
    "/api/",
    "/healthz",
    "/readyz",
    "/metrics",
)
_ACTIVITY_SECONDS = 300


class SessionActivityMiddleware:
    """Notes when and from where a session was last used, for the list of sessions on the profile page.

    Once in five minutes is enough: pages poll every two seconds, and each note is a write.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the activity when it is due."""
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"session-seen:{key}", 1, _ACTIVITY_SECONDS):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


def owes_second_factor(user: User) -> bool:
    """Whether the installation asks `user` for a second factor they have not set up. One query at most."""
    rule = "none" if settings.CONFIG.demo else settings.CONFIG.require_mfa
    if rule == "none":
        return False
    factors = Authenticator.objects.filter(type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    if rule == "all":
        return not factors.filter(user=user).exists()
    staff = Membership.objects.filter(user=user, role__in=PROVIDER_ROLES)
    return staff.filter(~Exists(factors.filter(user=OuterRef("user")))).exists()


class SecondFactorMiddleware:
    """Leads whoever must have a second factor to set one up before anything else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request pass, or send its person to set up a second factor."""
        user = request.user
        if isinstance(user, User) and not request.path.startswith(_OPEN) and owes_second_factor(user):
            target = f"{reverse('mfa_index')}?required=1"
            # A part of a page must not be replaced by a whole page: htmx is told to leave instead.
            return HttpResponseClientRedirect(target) if request.headers.get("HX-Request") else redirect(target)
        return self.get_response(request)
