"""Who may: the only way from a request to a company and its objects.

An object of another company, and a company one has nothing to do with, answer exactly like one that does not exist.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django_scopes import scope

from anshin.console.people.models import ApiKey, Membership, Organisation, User
from anshin.console.people.roles import KEY_GRANTS, Permission, Role, permissions_of

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who acts on one company, and what they may do there. Operations write it into the audit log."""

    kind: Literal["person", "key", "device", "system"]
    id: str
    name: str
    organisation: Organisation
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    roles: frozenset[Role] = field(default_factory=frozenset)
    as_provider: bool = False  # provider's person looking at a customer: the band is shown, and the log says so

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds `permission` here."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied unless this actor holds `permission`."""
        if permission not in self.permissions:
            raise PermissionDenied(permission.value)


def system_actor(organisation: Organisation, name: str) -> Actor:
    """Return the actor for what Anshin does by itself, such as opening a case from a detection."""
    return Actor("system", name, name, organisation, frozenset(Permission))


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Return every organisation `user` may look at: their own, and the customers of their provider."""
    own = Membership.objects.filter(user=user).values_list("organisation_id", flat=True)
    providers = Organisation.objects.filter(id__in=own, kind=Organisation.Kind.PROVIDER)
    return (
        (Organisation.objects.filter(id__in=own) | Organisation.objects.filter(provider__in=providers))
        .distinct()
        .order_by("kind", "name")
    )


def actor_for(user: User, organisation_id: UUID | str) -> Actor:
    """Return `user` as an actor on one organisation. Raises Http404 when they have nothing to do with it."""
    organisation = organisations_of(user).filter(id=organisation_id).first()
    if organisation is None:
        raise Http404("no such organisation")
    places = [organisation.id] if organisation.provider_id is None else [organisation.id, organisation.provider_id]
    held = list(Membership.objects.filter(user=user, organisation_id__in=places).values_list("organisation_id", "role"))
    roles = frozenset(Role(role) for _place, role in held)
    return Actor(
        "person",
        str(user.id),
        str(user),
        organisation,
        permissions_of(roles),
        roles,
        as_provider=organisation.provider_id is not None and all(place != organisation.id for place, _role in held),
    )


def actor_for_key(key: ApiKey) -> Actor:
    """Return an API key as an actor on its company."""
    return Actor("key", str(key.id), key.name, key.organisation, KEY_GRANTS[key.scope])


def company_page(
    permission: Permission,
) -> Callable[[Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Gate a view behind sign-in, the company in its address and `permission`; run it inside the company's scope.

    The view gets the actor as its second argument. The gate marks the view, so that a test can list all gates.
    """

    def gate(view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, organisation_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = actor_for(request.user, organisation_id)  # type: ignore[arg-type]
            actor.require(permission)
            request.actor = actor  # type: ignore[attr-defined]
            with scope(organisation=actor.organisation):
                return view(request, actor, *args, **kwargs)

        inner.permission = permission  # type: ignore[attr-defined]
        return inner

    return gate


def person_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Gate a view that concerns only the signed-in person: profile, list of own companies."""
    inner = login_required(view)
    inner.permission = "person"  # type: ignore[attr-defined]
    return inner


def public_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to everyone on purpose."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def first_or_404(found: Iterable[Any]) -> Any:
    """Return the first of `found`, or raise Http404 in the one form that every missing object has."""
    for item in found:
        return item
    raise Http404("no such object")
