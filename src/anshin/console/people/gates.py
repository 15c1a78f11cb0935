"""The gates of views: who may come in, and in which company's scope the view then runs.

Not here: finding companies and their objects (access.py).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_scopes import scope

from anshin.console.people.access import Actor, actor_for, actor_on_provider
from anshin.console.people.models import User
from anshin.console.people.operations import note_provider_visit
from anshin.console.people.roles import Permission

P = ParamSpec("P")


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    # A part of a page must not be replaced by the sign-in page: htmx is told to leave the page instead.
    if request.headers.get("HX-Request"):
        here = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        return HttpResponseClientRedirect(redirect_to_login(here, resolve_url("account_login")).url)
    return redirect_to_login(request.get_full_path(), resolve_url("account_login"))


def company_page(
    permission: Permission,
) -> Callable[[Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Gate a view behind sign-in, the company in its address and `permission`; run it inside the company's scope.

    The view gets the actor as its second argument. The gate marks the view, so that a test can list all gates.
    """

    def gate(view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, organisation_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            if not isinstance(request.user, User):
                return _ask_to_sign_in(request)
            return _run(view, request, actor_for(request.user, organisation_id), permission, *args, **kwargs)

        inner.permission = permission  # type: ignore[attr-defined]
        return inner

    return gate


def provider_page(
    permission: Permission,
) -> Callable[[Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Gate a view of the person's own provider behind sign-in and `permission`; run it in the provider's scope.

    `?provider=<id>` chooses when a person works for several.
    """

    def gate(view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not isinstance(request.user, User):
                return _ask_to_sign_in(request)
            actor = actor_on_provider(request.user, permission, request.GET.get("provider", ""))
            return _run(view, request, actor, permission, *args, **kwargs)

        inner.permission = permission  # type: ignore[attr-defined]
        return inner

    return gate


def _run(
    view: Callable[..., HttpResponse], request: HttpRequest, actor: Actor, permission: Permission, *args: Any, **kw: Any
) -> HttpResponse:
    actor.require(permission)
    request.actor = actor  # type: ignore[attr-defined]
    with scope(organisation=actor.organisation):
        if actor.as_provider:
            note_provider_visit(actor=actor)
        return view(request, actor, *args, **kw)


def person_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Gate a view that concerns only the signed-in person: profile, list of own companies."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if isinstance(request.user, User) else _ask_to_sign_in(request)

    inner.permission = "person"  # type: ignore[attr-defined]
    return inner


def public_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to everyone on purpose."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view
