"""Whoever must have a second factor is led to set one up before anything else."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from anshin.console.people.models import Membership, User
from anshin.console.people.roles import PROVIDER_ROLES

_OPEN = ("/accounts/", "/profile/", "/language/", "/theme/", "/static/", "/api/", "/healthz", "/readyz", "/metrics")


def must_have_second_factor(user: User) -> bool:
    """Whether the installation asks `user` for a second factor: by setting, and for staff by their roles."""
    rule = "none" if settings.CONFIG.demo else settings.CONFIG.require_mfa
    if rule == "staff":
        return Membership.objects.filter(user=user, role__in=PROVIDER_ROLES).exists()
    return bool(rule == "all")


class SecondFactorMiddleware:
    """Redirects to the second-factor page while one is owed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request pass, or send its person to set up a second factor."""
        user = request.user
        if isinstance(user, User) and not request.path.startswith(_OPEN):
            owed = must_have_second_factor(user) and not is_mfa_enabled(user)
            if owed:
                return redirect("mfa_index")
        return self.get_response(request)
